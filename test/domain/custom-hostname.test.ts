import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCustomHostname } from "../../domain/custom-hostname.ts";
import { describeHostnameRefusal } from "../../domain/hostname-refusal.ts";
import { malformedCustomHostnames, platformDomain } from "./malformed-custom-hostnames.ts";

const parse = (text: string) => parseCustomHostname(text, { platformDomain });

const brought: readonly (readonly [typed: string, hostname: string, registrable: string, isApex: boolean])[] = [
	["shop.acme.com", "shop.acme.com", "acme.com", false],
	[" Shop.ACME.com. ", "shop.acme.com", "acme.com", false],
	["acme.com", "acme.com", "acme.com", true],
	["acme.co.uk", "acme.co.uk", "acme.co.uk", true],
	["www.acme.co.uk", "www.acme.co.uk", "acme.co.uk", false],
	["foo.github.io", "foo.github.io", "foo.github.io", true],
	["www.foo.github.io", "www.foo.github.io", "foo.github.io", false],
	["acme.uk.com", "acme.uk.com", "acme.uk.com", true],
	["bücher.de", "xn--bcher-kva.de", "xn--bcher-kva.de", true],
	["x.食狮.公司.cn", "x.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn", false],
	["acme.nowhere", "acme.nowhere", "acme.nowhere", true],
	["platform.net.acme.com", "platform.net.acme.com", "acme.com", false],
	["myplatform.net", "myplatform.net", "myplatform.net", true],
	[`${"x".repeat(60)}.com`, `${"x".repeat(60)}.com`, `${"x".repeat(60)}.com`, true],
];

describe("a hostname of a tenant's own", () => {
	it.each(brought)("%j is %s, registered as %s, its own apex: %s", (typed, hostname, registrable, isApex) => {
		expect(parse(typed)).toEqual({ ok: true, value: { hostname, wildcard: false, registrable, isApex } });
	});

	it.each([
		["*.acme.com", "*.acme.com", "acme.com"],
		[" *.SHOP.acme.com. ", "*.shop.acme.com", "acme.com"],
		["*。bücher.de", "*.xn--bcher-kva.de", "xn--bcher-kva.de"],
		["*.foo.github.io", "*.foo.github.io", "foo.github.io"],
		["*.www.ck", "*.www.ck", "www.ck"],
	])("%j is the wildcard %s, registered as %s, and never an apex", (typed, hostname, registrable) => {
		expect(parse(typed)).toEqual({ ok: true, value: { hostname, wildcard: true, registrable, isApex: false } });
	});

	it("is none of a platform's that is on the public suffix list itself", () => {
		const listed = { platformDomain: "github.io" };
		expect(parseCustomHostname("foo.github.io", listed)).toMatchObject({ refusal: { rule: "platform-zone" } });
		expect(parseCustomHostname("acme.com", listed)).toMatchObject({ ok: true });
	});

	it("may be real-looking where the platform's own is not", () => {
		const laptop = { platformDomain: "app.hostmaster.test" };
		expect(parseCustomHostname("shop.acme.com", laptop)).toMatchObject({ ok: true });
		expect(parseCustomHostname("acme.hostmaster.test", laptop)).toMatchObject({ refusal: { rule: "platform-zone" } });
		expect(parseCustomHostname("acme.test", laptop)).toMatchObject({ refusal: { rule: "special-use" } });
	});

	it("never throws, and what it accepts is read the same again", () => {
		const texts = fc.oneof(
			fc.string({ unit: "grapheme" }),
			fc.domain(),
			fc.stringMatching(/^[*.a-z0-9-]{1,20}\.(?:com|co\.uk|github\.io)$/),
		);
		fc.assert(
			fc.property(texts, fc.boolean(), (text, star) => {
				const parsed = parse(star ? `*.${text}` : text);
				if (!parsed.ok) return;
				const { hostname, registrable, wildcard, isApex } = parsed.value;
				expect(parse(hostname)).toEqual(parsed);
				expect(`.${hostname}`.endsWith(`.${registrable}`)).toBe(true);
				expect(hostname.startsWith("*.")).toBe(wildcard);
				expect(parse(registrable)).toMatchObject({ value: { isApex: true } });
				expect(isApex).toBe(hostname === registrable);
			}),
			{ numRuns: 1000 },
		);
	});
});

describe("a malformed hostname of a tenant's own", () => {
	it.each(malformedCustomHostnames)("%j is refused as %s", (text, rule) => {
		const parsed = parse(text);
		expect(parsed).toMatchObject({ ok: false, refusal: { rule } });
		if (parsed.ok) return;
		const said = describeHostnameRefusal(parsed.refusal);
		expect(said.rule).toBe(rule);
		expect(said.detail).toMatch(/^[^\n]{10,300}\.$/u);
	});

	it("is in the table at least 500 times, each another", () => {
		expect(new Set(malformedCustomHostnames.map(([text]) => text)).size).toBe(malformedCustomHostnames.length);
		expect(malformedCustomHostnames.length).toBeGreaterThanOrEqual(500);
	});

	it("is told what it is instead", () => {
		expect(parse("co.uk")).toMatchObject({ refusal: { suffix: "co.uk", section: "icann" } });
		expect(parse("*.github.io")).toMatchObject({ refusal: { suffix: "github.io", section: "private" } });
		expect(parse("www.platform.net")).toMatchObject({ refusal: { zone: "platform.net" } });
		expect(parse("shop.acme.test")).toMatchObject({ refusal: { name: "shop.acme.test" } });
		expect(parse(`*.${"x".repeat(63)}.com`)).toMatchObject({ refusal: { max: 64, got: 69 } });
	});
});
