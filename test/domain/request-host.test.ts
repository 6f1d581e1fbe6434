import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalHost } from "../../domain/request-host.ts";

describe("the host of a request", () => {
	it.each([
		["acme.app.test", "acme.app.test"],
		["ACME.App.Test", "acme.app.test"],
		["acme.app.test.", "acme.app.test"],
		["acme.app.test:443", "acme.app.test"],
		["Acme.app.test.:8443", "acme.app.test"],
		["xn--bcher-kva.app.test", "xn--bcher-kva.app.test"],
		[`${"a".repeat(63)}.test`, `${"a".repeat(63)}.test`],
	])("%s is read as %s", (value, host) => {
		expect(canonicalHost([value])).toEqual({ ok: true, value: host });
	});

	it.each([
		[[], "missing"],
		[[""], "missing"],
		[["acme.app.test", "acme.app.test"], "repeated"],
		[["acme.app.test", "globex.app.test"], "repeated"],
		[["[::1]"], "ip-literal"],
		[["[::1]:443"], "ip-literal"],
		[["::1"], "ip-literal"],
		[["127.0.0.1"], "ip-literal"],
		[["127.0.0.1:443"], "ip-literal"],
		[["127.1"], "ip-literal"],
		[["acme.app.1"], "numeric-tld"],
		[["acme.app.test:"], "port"],
		[["acme.app.test:65536"], "port"],
		[["acme.app.test:44a"], "port"],
		[["acme.app.test:-1"], "port"],
		[["acme.app.test.."], "empty-label"],
		[["acme..app.test"], "empty-label"],
		[[".acme.app.test"], "empty-label"],
		[["-acme.app.test"], "hyphens"],
		[[`${"a".repeat(64)}.test`], "label-length"],
		[[`${"a.".repeat(126)}test`], "name-length"],
		[["localhost"], "single-label"],
		[["acme_app.test"], "characters"],
		[["globex.app.test@acme.app.test"], "characters"],
		[["acme.app.test, globex.app.test"], "characters"],
		[["acme.app.test/globex"], "characters"],
		[["acme.app.test globex.app.test"], "characters"],
		[["acme\u0000.app.test"], "characters"],
		[["bücher.app.test"], "characters"],
		[["acme。app.test"], "characters"], // an ideographic full stop, which IDNA maps to a dot
		[["ⓐcme.app.test"], "characters"],
	])("%j is refused: %s", (values, rule) => {
		expect(canonicalHost(values)).toMatchObject({ ok: false, refusal: { rule } });
	});

	it("is read the same when read again, and never depends on case, port or one trailing dot", () => {
		const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,8}[a-z0-9])?$/);
		fc.assert(
			fc.property(fc.array(label, { minLength: 2, maxLength: 5 }), fc.nat(65_535), (labels, port) => {
				const host = labels.join(".");
				for (const spelled of [host, host.toUpperCase(), `${host}.`, `${host}:${port}`, `${host}.:${port}`]) {
					expect(canonicalHost([spelled])).toEqual({ ok: true, value: host });
				}
			}),
		);
	});

	it("is always answered, whatever was sent", () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: "binary" })), (values) => typeof canonicalHost(values).ok === "boolean"),
		);
	});
});
