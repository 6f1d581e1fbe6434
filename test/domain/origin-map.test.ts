import { describe, expect, it } from "vitest";
import type { NewTenant } from "../../domain/new-tenant.ts";
import { isAbout, mapOrigins, type OriginMapping, parseOriginMapping } from "../../domain/origin-map.ts";

function mapping(text: string): OriginMapping {
	const read = parseOriginMapping(text);
	if (!read.ok) throw new Error(read.refusal.detail);
	return read.value;
}
const to = (host: string, more: object = {}): NewTenant => ({ slug: "acme", name: "Acme", origin: { host, ...more } });
const originOf = (request: NewTenant, ...texts: string[]) => mapOrigins(request, texts.map(mapping)).origin;

describe("a mapping of origins", () => {
	it.each([
		["puts one host in another's place", "a.test=b.test", to("a.test"), { host: "b.test" }],
		["keeps the port", "a.test=b.test", to("a.test", { port: 8443 }), { host: "b.test", port: 8443 }],
		["changes the port", "a.test=b.test:8443", to("a.test"), { host: "b.test", port: 8443 }],
		["keeps the prefix", "a.test=b.test", to("a.test", { pathPrefix: "/v2" }), { host: "b.test", pathPrefix: "/v2" }],
		["is about its port only", "a.test:8443=b.test", to("a.test"), { host: "a.test" }],
		["takes 443 for no port", "a.test:443=b.test", to("a.test"), { host: "b.test" }],
		["keeps the label that * stands for", "*.a.test=*.b.test", to("x.a.test"), { host: "x.b.test" }],
		["is not about two labels", "*.a.test=*.b.test", to("y.x.a.test"), { host: "y.x.a.test" }],
		["is not about the host itself", "*.a.test=*.b.test", to("a.test"), { host: "a.test" }],
		["compares hosts in canonical form", "A.test.=b.test", to("a.TEST"), { host: "b.test" }],
		["leaves what is no host as it is", "a.test=b.test", to("a_b c"), { host: "a_b c" }],
	])("%s", (_, text, request, origin) => {
		expect(originOf(request, text)).toEqual(origin);
	});

	it("goes by the first that fits", () => {
		expect(originOf(to("a.test"), "x.test=y.test", "a.test=b.test", "a.test=c.test")).toEqual({ host: "b.test" });
		expect(originOf(to("a.test"), "a.test=b.test", "b.test=c.test")).toEqual({ host: "b.test" });
	});

	it("is about the origins of routes too, and knows whether it is about any", () => {
		const request = { ...to("a.test"), routes: [{ prefix: "/ai", origin: { host: "ai.test" } }] };
		const read = mapping("ai.test=model.test");
		expect(mapOrigins(request, [read])).toEqual({
			...request,
			routes: [{ prefix: "/ai", origin: { host: "model.test" } }],
		});
		expect([isAbout(read, request), isAbout(read, to("a.test"))]).toEqual([true, false]);
	});

	it.each([
		["without an equals sign", "a.test", "form"],
		["with two", "a.test=b.test=c.test", "form"],
		["with * on one side", "*.a.test=b.test", "wildcard"],
		["with a port that is none", "a.test:70000=b.test", "port"],
		["with port 0", "a.test=b.test:0", "port"],
		["from what is no host", "a b=b.test", "characters"],
		["to nothing", "a.test=", "empty"],
	])("is refused %s", (_, text, rule) => {
		expect(parseOriginMapping(text)).toMatchObject({ ok: false, refusal: { rule, detail: expect.any(String) } });
	});
});
