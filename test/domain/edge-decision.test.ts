import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideEdge, isPlainPath, originFor, reservedPath } from "../../domain/edge-decision.ts";
import type { TenantMapEntry } from "../../domain/tenant-map.ts";

const origin = (host: string) => ({ host, port: 443, protocol: "https" as const, pathPrefix: "" });

function entryWith(changes: Partial<TenantMapEntry> = {}): TenantMapEntry {
	return {
		hostname: "acme.app.test",
		v: 1,
		generation: 7,
		tenantId: "ten_01",
		slug: "acme",
		status: "active",
		origin: origin("app.saas.test"),
		routes: [],
		updatedAt: "2026-01-01T00:00:00.000Z",
		...changes,
	};
}

describe("what the edge does", () => {
	it.each<[string, TenantMapEntry | undefined, string, ReturnType<typeof decideEdge>["kind"]]>([
		["an active tenant", entryWith(), "/", "forward"],
		["a hostname that the map does not hold", undefined, "/", "unknown"],
		["the reserved path of a hostname that the map does not hold", undefined, reservedPath, "unknown"],
		["the reserved path", entryWith(), reservedPath, "identify"],
		["the reserved path of a suspended tenant", entryWith({ status: "suspended" }), reservedPath, "identify"],
		["a path below the reserved one", entryWith(), `${reservedPath}/x`, "forward"],
		["a suspended tenant", entryWith({ status: "suspended" }), "/", "suspended"],
		["a tenant that is being removed", entryWith({ status: "removing" }), "/", "gone"],
		["a hostname with a primary one", entryWith({ redirectTo: "shop.acme.test" }), "/", "redirect"],
		["a renamed slug", entryWith({ status: "moved", redirectTo: "acme2.app.test" }), "/", "redirect"],
		["a renamed slug whose new one is not known", entryWith({ status: "moved" }), "/", "gone"],
		[
			"a suspended tenant with another primary hostname",
			entryWith({ status: "suspended", redirectTo: "x.test" }),
			"/",
			"suspended",
		],
		[
			"a removed one with another primary hostname",
			entryWith({ status: "removing", redirectTo: "x.test" }),
			"/",
			"gone",
		],
	])("for %s", (_, entry, path, kind) => {
		expect(decideEdge(entry, path).kind).toBe(kind);
	});
});

describe("the origin of a path", () => {
	const entry = entryWith({
		routes: [
			{ prefix: "/ai", origin: origin("models.saas.test") },
			{ prefix: "/ai/images", origin: origin("images.saas.test") },
			{ prefix: "/docs/", origin: origin("docs.saas.test") },
		],
	});

	it.each([
		["/", "app.saas.test"],
		["/ai", "models.saas.test"],
		["/ai/", "models.saas.test"],
		["/ai/chat", "models.saas.test"],
		["/airport", "app.saas.test"],
		["/ai/images", "images.saas.test"],
		["/ai/images/cat", "images.saas.test"],
		["/ai/imagesque", "models.saas.test"],
		["/AI", "app.saas.test"],
		["/docs", "docs.saas.test"],
		["/docs/x", "docs.saas.test"],
		["/x/ai", "app.saas.test"],
	])("of %s is %s", (path, host) => {
		expect(originFor(entry, path).host).toBe(host);
	});

	it("is a route's for all when its prefix is /", () => {
		const all = entryWith({ routes: [{ prefix: "/", origin: origin("all.saas.test") }] });
		expect(originFor(all, "/x").host).toBe("all.saas.test");
		expect(originFor(all, "/").host).toBe("all.saas.test");
	});

	it("does not depend on the order of the routes", () => {
		const segment = fc.constantFrom("a", "b", "ab");
		const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
		fc.assert(
			fc.property(fc.uniqueArray(path, { maxLength: 6 }), path, (prefixes, asked) => {
				const routes = prefixes.map((prefix) => ({
					prefix,
					origin: origin(`o${prefix.length}${prefix.replaceAll("/", "-")}.test`),
				}));
				const there = originFor({ origin: entry.origin, routes }, asked);
				const back = originFor({ origin: entry.origin, routes: routes.toReversed() }, asked);
				expect(there).toEqual(back);
			}),
		);
	});
});

describe("a path", () => {
	it.each(["/", "/a/b", "/a..b", "/...", "/a/.hidden", "/@scope%2fname", "/a;b=1", "//a", "/%2e%2e%2e"])(
		"%s is plain",
		(path) => {
			expect(isPlainPath(path)).toBe(true);
		},
	);

	it.each([
		"",
		"*",
		"a",
		"https://globex.app.test/",
		"/..",
		"/.",
		"/a/../b",
		"/a/./b",
		"/a/%2e%2e/b",
		"/a/.%2E/b",
		"/a/..%2fb",
		"/a%2f..%2fb",
		"/a\\..\\b",
		"/a/..%5Cb",
		"/a/..;/b",
	])("%s is refused: an origin that resolved it would leave the tenant's prefix", (path) => {
		expect(isPlainPath(path)).toBe(false);
	});

	it("that is plain stays below its prefix, also when it is resolved", () => {
		const piece = fc.constantFrom("..", ".", "a", "%2e", "%2E.", "/", "\\", "%2f", "b");
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
				const path = `/${pieces.join("")}`;
				if (!isPlainPath(path)) return;
				expect(new URL(`https://origin.test/tenants/acme${path}`).pathname).toMatch(/^\/tenants\/acme\//);
			}),
		);
	});
});
