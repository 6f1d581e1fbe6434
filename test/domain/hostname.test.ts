import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDnsName } from "../../domain/dns-name.ts";
import { displayHostname, isBelow, isSpecialUse, isWithin, parseHostname } from "../../domain/hostname.ts";
import { describeHostnameRefusal } from "../../domain/hostname-refusal.ts";
import { malformedHostnames } from "./malformed-hostnames.ts";

const hostname = (text: string) => {
	const parsed = parseHostname(text);
	if (!parsed.ok) throw new Error(`${text}: ${parsed.refusal.rule}`);
	return parsed.value;
};

const canonicalForms: readonly (readonly [typed: string, canonical: string, shown: string])[] = [
	["example.com", "example.com", "example.com"],
	["  Shop.ACME.Com. ", "shop.acme.com", "shop.acme.com"],
	["bücher.example", "xn--bcher-kva.example", "bücher.example"],
	["BÜCHER.example", "xn--bcher-kva.example", "bücher.example"],
	["XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"],
	["bu\u0308cher.example", "xn--bcher-kva.example", "bücher.example"],
	["straße.de", "xn--strae-oqa.de", "straße.de"],
	["日本語。jp", "xn--wgv71a119e.jp", "日本語.jp"],
	["ｅｘａｍｐｌｅ．ｃｏｍ", "example.com", "example.com"],
	["почта.рф", "xn--80a1acny.xn--p1ai", "почта.рф"],
	["сосо.рф", "xn--n1aahb.xn--p1ai", "сосо.рф"], // reads as ASCII, but so does nothing under this top-level domain
	["дом.com", "xn--d1aqf.com", "дом.com"],
	["altın.com", "xn--altn-nza.com", "altın.com"],
	["אבג.com", "xn--4dbcd.com", "אבג.com"],
	["3com.com", "3com.com", "3com.com"],
	["1.2.3.4.example.com", "1.2.3.4.example.com", "1.2.3.4.example.com"],
	["a--b.com", "a--b.com", "a--b.com"],
	["x.y", "x.y", "x.y"],
	[`${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`],
];

describe("reading a hostname", () => {
	it.each(canonicalForms)("makes %j into %j", (typed, canonical, shown) => {
		expect(parseHostname(typed)).toEqual({ ok: true, value: canonical });
		expect(displayHostname(hostname(typed))).toBe(shown);
	});

	it.each(malformedHostnames)("refuses %j as %s", (text, rule) => {
		const parsed = parseHostname(text);
		expect(parsed).toMatchObject({ ok: false, refusal: { rule } });
		if (parsed.ok) return;
		const said = describeHostnameRefusal(parsed.refusal);
		expect(said.rule).toBe(rule);
		expect(said.detail).toMatch(/^[^\n]{10,300}\.$/u);
	});

	it("has at least 88 malformed ones in the table, none twice", () => {
		expect(new Set(malformedHostnames.map(([text]) => text)).size).toBe(malformedHostnames.length);
		expect(malformedHostnames.length).toBeGreaterThanOrEqual(88);
	});

	it("names the place", () => {
		expect(parseHostname("shop!.acme.com")).toMatchObject({ refusal: { at: 4, found: "!" } });
		expect(parseHostname("shop..com")).toMatchObject({ refusal: { position: 2 } });
		expect(parseHostname("shop.-acme.com")).toMatchObject({ refusal: { label: "-acme" } });
		expect(parseHostname("shop.pаypal.com")).toMatchObject({ refusal: { scripts: ["Latin", "Cyrillic"] } });
		expect(parseHostname("аррӏе.com")).toMatchObject({ refusal: { looksLike: "apple" } });
		expect(parseHostname("0a.אב")).toMatchObject({ refusal: { label: "0a.אב" } });
	});

	it("shortens what it quotes", () => {
		const parsed = parseHostname(`${"a".repeat(64)}.com`);
		expect(parsed.ok ? "" : describeHostnameRefusal(parsed.refusal).detail).toContain(`'${"a".repeat(40)}…'`);
	});

	it("never throws, and what it accepts is canonical: reading it again changes nothing", () => {
		const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 });
		const texts = fc.oneof(
			anyText.map((units) => String.fromCharCode(...units)),
			fc.string({ unit: "grapheme" }).map((text) => `${text}.com`),
			fc.domain(),
			fc.stringMatching(/^[a-zA-Z0-9äßéאдо_.:/@*[-]{1,20}\.[a-zд0-9]{1,5}\.?$/u),
		);
		fc.assert(
			fc.property(texts, (text) => {
				const parsed = parseHostname(text);
				if (!parsed.ok) return;
				expect(parsed.value).toMatch(/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/);
				expect(parseHostname(parsed.value)).toEqual(parsed);
				expect(parseHostname(` ${parsed.value.toUpperCase()}. `)).toEqual(parsed);
				expect(parseHostname(displayHostname(parsed.value))).toEqual(parsed);
				expect(readDnsName(parsed.value)).toEqual(parsed);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("reading an ASCII name", () => {
	it("takes A-labels as they are, sound or not", () => {
		expect(readDnsName("XN--A.Example.")).toEqual({ ok: true, value: "xn--a.example" });
	});

	it.each([
		["bücher.example", { rule: "characters", at: 1, found: "ü" }],
		["a\u{1f600}.example", { rule: "characters", at: 1, found: "\u{1f600}" }],
		["", { rule: "empty-label", position: 1 }],
		["-a.example", { rule: "hyphens", label: "-a" }],
	])("refuses %j", (text, refusal) => {
		expect(readDnsName(text)).toEqual({ ok: false, refusal });
	});

	it("shows an unsound A-label to people as it is", () => {
		const read = readDnsName("xn--a.example");
		expect(read.ok && displayHostname(read.value)).toBe("xn--a.example");
	});
});

describe("zones", () => {
	const zone = hostname("app.example.com");

	it.each([
		["app.example.com", true, false],
		["acme.app.example.com", true, true],
		["www.acme.app.example.com", true, true],
		["myapp.example.com", false, false],
		["example.com", false, false],
		["app.example.com.evil.test", false, false],
	])("%s is within: %s, below: %s", (name, within, below) => {
		expect(isWithin(hostname(name), zone)).toBe(within);
		expect(isBelow(hostname(name), zone)).toBe(below);
	});
});

describe("special-use names", () => {
	it.each([
		"app.test",
		"printer.local",
		"x.localhost",
		"example.com",
		"www.example.org",
		"a.example",
		"b.invalid",
		"c.onion",
		"d.alt",
		"e.internal",
		"1.0.10.in-addr.arpa",
		"router.home.arpa",
	])("%s is one", (name) => {
		expect(isSpecialUse(hostname(name))).toBe(true);
	});

	it.each(["acme.com", "example.co", "myexample.com", "test.com", "local.acme.com", "latest.de"])(
		"%s is none",
		(name) => {
			expect(isSpecialUse(hostname(name))).toBe(false);
		},
	);
});
