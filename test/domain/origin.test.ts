import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OriginInput, parseOrigin, parseRoutes, type RouteInput } from "../../domain/origin.ts";
import { type AllowList, parseAllowList } from "../../domain/origin-allow-list.ts";
import { parsePathPrefix } from "../../domain/path-prefix.ts";

function allowList(text: string): AllowList {
	const parsed = parseAllowList(text);
	if (!parsed.ok) throw new Error(parsed.refusal.detail);
	return parsed.value;
}

const allowed = allowList("*.origins.example.net, app.example.net:8443, both.example.net, both.example.net:9000");
const origin = (input: Partial<OriginInput>) => parseOrigin({ host: "acme.origins.example.net", ...input }, allowed);

describe("the allow-list", () => {
	it("reads hosts, wildcards and ports", () => {
		expect(parseAllowList(" *.Origins.example.net ,app.example.net:8443")).toEqual({
			ok: true,
			value: [
				{ host: "origins.example.net", wildcard: true, port: 443 },
				{ host: "app.example.net", wildcard: false, port: 8443 },
			],
		});
	});

	it.each([
		["", "empty"],
		["app.example.net,", "empty"],
		["*", "wildcard"],
		["*.*.example.net", "wildcard"],
		["app.*.example.net", "characters"],
		["https://app.example.net", "scheme"],
		["app.example.net/x", "path"],
		["app.example.net:0", "port"],
		["app.example.net:65536", "port"],
		["app.example.net:https", "port"],
		["192.0.2.1", "ip-literal"],
		["[::1]:443", "ip-literal"],
		["localhost:8443", "single-label"],
		["*.com", "single-label"],
		["*.co.uk", "public-suffix"],
		["*.s3.amazonaws.com", "public-suffix"],
		["*.github.io", "public-suffix"],
	])("refuses %j as %s", (text, rule) => {
		expect(parseAllowList(text)).toMatchObject({ ok: false, refusal: { rule, detail: expect.stringMatching(/\.$/) } });
	});

	it("names the entry at fault", () => {
		expect(parseAllowList("app.example.net, nope")).toMatchObject({ refusal: { entry: "nope" } });
	});
});

describe("an origin", () => {
	it("is https on 443 at the root when nothing else is said", () => {
		expect(origin({ host: "Acme.Origins.example.net." })).toEqual({
			ok: true,
			value: { host: "acme.origins.example.net", port: 443, protocol: "https", pathPrefix: "" },
		});
	});

	it("may be on a listed port and below a path", () => {
		expect(origin({ host: "app.example.net", port: 8443, protocol: "https", pathPrefix: "/v1/acme" })).toEqual({
			ok: true,
			value: { host: "app.example.net", port: 8443, protocol: "https", pathPrefix: "/v1/acme" },
		});
	});

	it.each<[Partial<OriginInput>, string, string]>([
		[{ protocol: "http" }, "origin.protocol", "https-only"],
		[{ protocol: "HTTPS" }, "origin.protocol", "https-only"],
		[{ host: "" }, "origin.host", "empty"],
		[{ host: "https://acme.origins.example.net" }, "origin.host", "scheme"],
		[{ host: "user:pass@acme.origins.example.net" }, "origin.host", "userinfo"],
		[{ host: "acme.origins.example.net/x" }, "origin.host", "path"],
		[{ host: "acme.origins.example.net:443" }, "origin.host", "port"],
		[{ host: "169.254.169.254" }, "origin.host", "ip-literal"],
		[{ host: "[fd00:ec2::254]" }, "origin.host", "ip-literal"],
		[{ host: "0xa9fea9fe" }, "origin.host", "ip-literal"],
		[{ host: "localhost" }, "origin.host", "single-label"],
		[{ host: "origins.example.net" }, "origin.host", "not-allowed"],
		[{ host: "a.b.origins.example.net" }, "origin.host", "not-allowed"],
		[{ host: "evilorigins.example.net" }, "origin.host", "not-allowed"],
		[{ host: "acme.origins.example.net.evil.com" }, "origin.host", "not-allowed"],
		[{ port: 8443 }, "origin.port", "not-allowed"],
		[{ port: 0 }, "origin.port", "not-allowed"],
		[{ port: 443.5 }, "origin.port", "not-allowed"],
		[{ host: "app.example.net" }, "origin.port", "not-allowed"],
		[{ host: "app.example.net", port: 443 }, "origin.port", "not-allowed"],
		[{ pathPrefix: "v1" }, "origin.pathPrefix", "leading-slash"],
		[{ pathPrefix: "/" }, "origin.pathPrefix", "trailing-slash"],
	])("is refused: %j by %s", (input, field, rule) => {
		expect(origin(input)).toMatchObject({ ok: false, refusal: { field, rule, detail: expect.stringMatching(/\.$/) } });
	});

	it("may have several ports when each is listed", () => {
		expect(origin({ host: "both.example.net" }).ok).toBe(true);
		expect(origin({ host: "both.example.net", port: 9000 }).ok).toBe(true);
	});

	it("reads as itself once read, whatever was typed, and never throws", () => {
		const input = fc.record({
			host: fc.oneof(fc.string(), fc.constantFrom("acme.origins.example.net", "APP.example.net.", "both.example.net")),
			port: fc.option(fc.oneof(fc.integer(), fc.constantFrom(443, 8443, 9000)), { nil: undefined }),
			pathPrefix: fc.option(fc.stringMatching(/^\/?[a-z./%?é-]{0,10}$/u), { nil: undefined }),
		});
		fc.assert(
			fc.property(input, (given) => {
				const parsed = parseOrigin(given, allowed);
				if (parsed.ok) expect(parseOrigin(parsed.value, allowed)).toEqual(parsed);
			}),
		);
	});
});

describe("a path prefix", () => {
	it.each(["/a", "/shop/v2", "/a.b/..c", "/~me/@x;y=1,2", `/${"a".repeat(254)}`])("may be %s", (text) => {
		expect(parsePathPrefix(text)).toEqual({ ok: true, value: text });
	});

	it.each([
		["", "leading-slash"],
		["a/b", "leading-slash"],
		["/", "trailing-slash"],
		["/a/", "trailing-slash"],
		["//a", "empty-segment"],
		["/a//b", "empty-segment"],
		["/a/../b", "dot-segment"],
		["/..", "dot-segment"],
		["/./a", "dot-segment"],
		["/a?b", "query"],
		["/a#b", "query"],
		["/a b", "characters"],
		["/%2e%2e/a", "characters"],
		["/a\\b", "characters"],
		["/é", "characters"],
		["/a\r\nx: y", "characters"],
		[`/${"a".repeat(255)}`, "length"],
	])("may not be %j: %s", (text, rule) => {
		expect(parsePathPrefix(text)).toMatchObject({ ok: false, refusal: { rule, detail: expect.stringMatching(/\.$/) } });
	});
});

describe("routes", () => {
	const route = (prefix: string, host = "ai.origins.example.net"): RouteInput => ({ prefix, origin: { host } });

	it("keep their order", () => {
		expect(parseRoutes([route("/b"), route("/a/c"), route("/a")], allowed)).toMatchObject({
			ok: true,
			value: [{ prefix: "/b", origin: { port: 443 } }, { prefix: "/a/c" }, { prefix: "/a" }],
		});
		expect(parseRoutes([], allowed)).toEqual({ ok: true, value: [] });
	});

	it.each<[string, RouteInput[], string, string]>([
		["eleven", Array.from({ length: 11 }, (_, n) => route(`/r${n}`)), "routes", "count"],
		["a bad prefix", [route("/a"), route("b")], "routes.1.prefix", "leading-slash"],
		["one prefix twice", [route("/a"), route("/b"), route("/a")], "routes.2.prefix", "duplicate"],
		["the edge's own path", [route("/.well-known/hostmaster")], "routes.0.prefix", "reserved-path"],
		["a path below it", [route("/.well-known/hostmaster/x")], "routes.0.prefix", "reserved-path"],
		["a strange origin", [route("/a"), route("/b", "evil.test")], "routes.1.origin.host", "not-allowed"],
	])("are refused with %s", (_, routes, field, rule) => {
		expect(parseRoutes(routes, allowed)).toMatchObject({ ok: false, refusal: { field, rule } });
	});

	it("may be ten, and may lie beside the edge's own path", () => {
		const ten = Array.from({ length: 9 }, (_, n) => route(`/r${n}`));
		expect(parseRoutes([...ten, route("/.well-known/hostmasters")], allowed).ok).toBe(true);
	});
});
