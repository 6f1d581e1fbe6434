import { describe, expect, it } from "vitest";
import { virtualClock } from "../../../local/clock.ts";
import { edgeLimits } from "../../../local/edge/limits.ts";
import { createResponseCache, lifetimeSeconds, staleSeconds } from "../../../local/edge/response-cache.ts";

const now = Date.UTC(2026, 0, 1);
const inSeconds = (seconds: number) => new Date(now + seconds * 1_000).toUTCString();

describe("how long CloudFront keeps an answer", () => {
	const plain = { minTtlSeconds: 0, defaultTtlSeconds: 20, maxTtlSeconds: 60 };
	const least = { minTtlSeconds: 10, defaultTtlSeconds: 20, maxTtlSeconds: 60 };

	it.each<[string, number, Record<string, string>, typeof plain, number]>([
		["nothing said: the default", 200, {}, plain, 20],
		["max-age", 200, { "Cache-Control": "max-age=30" }, plain, 30],
		["max-age beyond the maximum", 200, { "Cache-Control": "public, max-age=3600" }, plain, 60],
		["max-age below the minimum", 200, { "Cache-Control": "max-age=5" }, least, 10],
		["s-maxage before max-age", 200, { "Cache-Control": "max-age=5, s-maxage=40" }, plain, 40],
		["quoted and in capitals", 200, { "cache-control": 'MAX-AGE="30"' }, plain, 30],
		["a max-age that is no number: the default", 200, { "Cache-Control": "max-age=soon" }, plain, 20],
		["Expires", 200, { Expires: inSeconds(30) }, plain, 30],
		["Expires in the past", 200, { Expires: inSeconds(-30) }, plain, 0],
		["Expires that is no date: in the past", 200, { Expires: "0" }, plain, 0],
		["max-age before Expires", 200, { Expires: inSeconds(50), "Cache-Control": "max-age=30" }, plain, 30],
		["no-store", 200, { "Cache-Control": "no-store" }, plain, 0],
		["no-store, where the policy has a minimum", 200, { "Cache-Control": "no-store" }, least, 10],
		["a redirect", 308, { "Cache-Control": "max-age=30" }, plain, 30],
		["a part", 206, { "Cache-Control": "max-age=30" }, plain, 0],
		["not modified", 304, { "Cache-Control": "max-age=30" }, plain, 0],
		["404: the error's own time", 404, {}, plain, 10],
		["404 with no-store", 404, { "Cache-Control": "no-store" }, plain, 0],
		["410 with no-store", 410, { "Cache-Control": "no-store" }, plain, 0],
		["403 with no-store, which does not count there", 403, { "Cache-Control": "no-store" }, plain, 10],
		["500 with no-store, which does not count there", 500, { "Cache-Control": "no-store" }, plain, 10],
		["503 with a longer max-age", 503, { "Cache-Control": "max-age=30" }, plain, 30],
		["401, which is never kept", 401, { "Cache-Control": "max-age=30" }, plain, 0],
		["429, which is never kept", 429, {}, plain, 0],
	])("%s", (_, status, headers, policy, seconds) => {
		expect(lifetimeSeconds({ status, headers: Object.entries(headers), policy, errorTtlSeconds: 10, now })).toBe(
			seconds,
		);
	});
});

describe("how long CloudFront serves an answer after its time, beside asking anew", () => {
	const policy = { minTtlSeconds: 0, defaultTtlSeconds: 0, maxTtlSeconds: 60 };

	it.each<[string, number, string, number]>([
		["nothing said", 200, "max-age=30", 0],
		["some seconds", 200, "max-age=30, stale-while-revalidate=20", 20],
		["more than the maximum", 200, "max-age=3600, stale-while-revalidate=86400", 60],
		["no number", 200, "stale-while-revalidate=long", 0],
		["no-store beside it", 200, "no-store, stale-while-revalidate=20", 0],
		["an error", 404, "max-age=30, stale-while-revalidate=20", 0],
	])("%s", (_, status, value, seconds) => {
		expect(staleSeconds({ status, headers: [["Cache-Control", value]], policy, now })).toBe(seconds);
	});
});

describe("the cache of an edge location", () => {
	const minute = { ttlSeconds: 60, staleSeconds: 0 };
	const answer = { status: 200, statusText: "OK", headers: [], body: Buffer.from("x"), path: "/", hostname: "a.test" };

	it("forgets what was stored longest ago, beyond its bound", () => {
		const cache = createResponseCache(virtualClock(now));
		for (let at = 0; at <= edgeLimits.cachedObjects.value; at++) cache.put(String(at), answer, minute);
		expect(cache.get("0")).toBeUndefined();
		expect(cache.get("1")).toBeDefined();
	});

	it("does not keep a body beyond its bound, nor what replaces nothing for no time", () => {
		const cache = createResponseCache(virtualClock(now));
		cache.put("a", { ...answer, body: Buffer.alloc(edgeLimits.cachedBodyBytes.value + 1) }, minute);
		expect(cache.get("a")).toBeUndefined();
		cache.put("a", answer, minute);
		cache.put("a", answer, { ttlSeconds: 0, staleSeconds: 0 });
		expect(cache.get("a")).toBeUndefined();
	});

	it("has nothing to extend where nothing is", () => {
		const cache = createResponseCache(virtualClock(now));
		cache.extend("a", 60);
		expect(cache.get("a")).toBeUndefined();
	});

	it("invalidates what is of some hostnames only", () => {
		const cache = createResponseCache(virtualClock(now));
		for (const hostname of ["a.test", "b.test"]) cache.put(hostname, { ...answer, hostname }, minute);
		cache.invalidate("/*", (hostname) => hostname === "a.test");
		expect([cache.get("a.test"), cache.get("b.test")]).toEqual([undefined, expect.anything()]);
	});

	it("invalidates one path, or all below one", () => {
		const cache = createResponseCache(virtualClock(now));
		for (const path of ["/a", "/a/b", "/ab"]) cache.put(path, { ...answer, path }, minute);
		cache.invalidate("/a");
		expect([cache.get("/a"), cache.get("/a/b")]).toEqual([undefined, expect.anything()]);
		cache.invalidate("/a/*");
		expect([cache.get("/a/b"), cache.get("/ab")]).toEqual([undefined, expect.anything()]);
	});
});
