import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../../domain/limits.ts";
import type { TenantMapEntry } from "../../../domain/tenant-map.ts";
import {
	createMapCache,
	entryAgeMs,
	identityAgeMs,
	type MapCache,
	outagePauseMs,
} from "../../../functions/edge/map-cache.ts";

const host = "acme.app.test";

function entryAt(generation: number): TenantMapEntry {
	const origin = { host: "o.test", port: 443, protocol: "https" as const, pathPrefix: "" };
	return {
		hostname: host,
		v: 1,
		generation,
		tenantId: "ten_1",
		slug: "acme",
		status: "active",
		origin,
		routes: [],
		updatedAt: "",
	};
}

const says = (generation: number) => vi.fn(() => Promise.resolve(entryAt(generation)));
const saysNothing = vi.fn(() => Promise.resolve(undefined));
const fails = vi.fn(() => Promise.reject(new Error("no region answered")));
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe("the edge's memory of the tenant map", () => {
	let cache: MapCache;
	beforeEach(() => {
		vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
		vi.spyOn(console, "error").mockImplementation(() => {});
		vi.clearAllMocks();
		cache = createMapCache();
	});
	afterEach(() => {
		vi.useRealTimers();
		vi.restoreAllMocks();
	});

	const known = (generation: number) => ({ kind: "known", entry: { generation } });

	it("holds an answer no longer than the limit says, and after an outage no longer than the promise allows", () => {
		const { edgeEntryAge, edgeCacheMaxTtl, edgePromise } = limits;
		expect(entryAgeMs).toBe(edgeEntryAge.value * 1_000);
		expect(outagePauseMs / 1_000 + 2 * edgeCacheMaxTtl.value).toBeLessThan(edgePromise.value);
	});

	it("asks once in ten seconds", async () => {
		const read = says(1);
		await cache.find(host, read);
		pass(9_999);
		await cache.find(host, read);
		expect(read).toHaveBeenCalledTimes(1);
		pass(1);
		await cache.find(host, read);
		expect(read).toHaveBeenCalledTimes(2);
	});

	it("asks once in a second for whoever wants to know what the map says now, and routes by that from then on", async () => {
		await cache.find(host, says(1));
		pass(999);
		expect(await cache.find(host, says(2), identityAgeMs)).toMatchObject(known(1));
		pass(1);
		expect(await cache.find(host, says(2), identityAgeMs)).toMatchObject(known(2));
		expect(await cache.find(host, says(3))).toMatchObject(known(2));
	});

	it("waits for the map when what it has is ten seconds old, however slow the map", async () => {
		await cache.find(host, says(1));
		pass(10_000);
		const { promise, resolve } = Promise.withResolvers<TenantMapEntry>();
		const found = cache.find(host, () => promise);
		const early = await Promise.race([found, new Promise((done) => setTimeout(done, 120, "still waiting"))]);
		expect(early).toBe("still waiting");
		resolve(entryAt(2));
		expect(await found).toMatchObject(known(2));
	});

	it("counts an answer's age from when it was asked for", async () => {
		await cache.find(host, () => {
			pass(3_000);
			return Promise.resolve(entryAt(1));
		});
		pass(6_999);
		expect(await cache.find(host, says(2))).toMatchObject(known(1));
		pass(1);
		expect(await cache.find(host, says(2))).toMatchObject(known(2));
	});

	it("serves the last good answer for as long as the map cannot be read, and asks again every two seconds", async () => {
		await cache.find(host, says(1));
		for (const age of [10_000, 60_000, 86_400_000, 30 * 86_400_000]) {
			pass(age);
			expect(await cache.find(host, fails)).toMatchObject(known(1));
		}
		expect(fails).toHaveBeenCalledTimes(4);
		await cache.find(host, fails);
		expect(fails).toHaveBeenCalledTimes(4);
		pass(2_000);
		expect(await cache.find(host, says(2))).toMatchObject(known(2));
	});

	const hangs = vi.fn(() => {
		pass(3_000);
		return Promise.reject(new Error("timed out"));
	});

	it("does not wait again and again for a map that hangs: for fifteen seconds no host that is known is looked up", async () => {
		const other = "other.app.test";
		for (const name of [host, other]) await cache.find(name, says(1));
		pass(120_000);
		expect(await cache.find(host, hangs)).toMatchObject(known(1));
		pass(14_999);
		for (const name of [host, other]) expect(await cache.find(name, hangs)).toMatchObject(known(1));
		expect(hangs).toHaveBeenCalledTimes(1);
		pass(1);
		expect(await cache.find(other, says(2))).toMatchObject(known(2));
		expect(await cache.find(host, says(2))).toMatchObject(known(2));
	});

	it("looks known hosts up again as soon as the map has answered for another", async () => {
		await cache.find(host, says(1));
		pass(10_000);
		await cache.find(host, hangs);
		pass(2_000);
		await cache.find("third.app.test", saysNothing);
		expect(await cache.find(host, says(2))).toMatchObject(known(2));
	});

	it("never says unknown because of an error", async () => {
		expect(await cache.find(host, fails)).toEqual({ kind: "unreadable" });
		expect(await cache.find(host, saysNothing)).toEqual({ kind: "unknown" });
		pass(5_000);
		expect(await cache.find(host, fails)).toEqual({ kind: "unreadable" });
	});

	it("keeps an unknown host for five seconds only", async () => {
		await cache.find(host, saysNothing);
		pass(4_999);
		expect(await cache.find(host, says(1))).toEqual({ kind: "unknown" });
		pass(1);
		expect(await cache.find(host, says(1))).toMatchObject(known(1));
	});

	it("keeps a newer generation when a replica that lags says an older one", async () => {
		await cache.find(host, says(7));
		pass(10_000);
		expect(await cache.find(host, says(6))).toMatchObject(known(7));
		pass(100_000);
		expect(await cache.find(host, says(6))).toMatchObject(known(7));
		pass(10_000);
		expect(await cache.find(host, says(8))).toMatchObject(known(8));
	});

	it("does not believe at once that a hostname which was there is gone, and believes it after fifteen seconds", async () => {
		await cache.find(host, says(1));
		pass(14_999);
		expect(await cache.find(host, saysNothing)).toMatchObject(known(1));
		pass(5_000);
		expect(await cache.find(host, saysNothing)).toEqual({ kind: "unknown" });
	});

	it("asks once for requests that come together", async () => {
		const read = says(1);
		await Promise.all(Array.from({ length: 20 }, () => cache.find(host, read)));
		expect(read).toHaveBeenCalledTimes(1);
	});

	it("fails fast for a second after a read that hung, so that no viewers pile up, and still serves what it knows", async () => {
		await cache.find(host, says(1));
		expect(await cache.find("other.app.test", hangs)).toEqual({ kind: "unreadable" });
		const read = says(1);
		expect(await cache.find("third.app.test", read)).toEqual({ kind: "unreadable" });
		expect(await cache.find(host, read)).toMatchObject(known(1));
		expect(read).not.toHaveBeenCalled();
		pass(1_000);
		expect(await cache.find("third.app.test", read)).toMatchObject({ kind: "known" });
	});

	it("holds 10,000 known hosts and 1,000 unknown ones, and forgets those that were asked for longest ago", async () => {
		const read = vi.fn((name: string) => Promise.resolve({ ...entryAt(1), hostname: name }));
		for (let at = 0; at < 10_000; at++) await cache.find(`h${at}.test`, () => read(`h${at}.test`));
		await cache.find("h0.test", () => read("h0.test"));
		await cache.find("one-more.test", () => read("one-more.test"));
		read.mockClear();
		await cache.find("h0.test", () => read("h0.test"));
		expect(read).not.toHaveBeenCalled();
		await cache.find("h1.test", () => read("h1.test"));
		expect(read).toHaveBeenCalledTimes(1);

		for (let at = 0; at < 1_001; at++) await cache.find(`u${at}.test`, saysNothing);
		saysNothing.mockClear();
		await cache.find("u1000.test", saysNothing);
		expect(saysNothing).not.toHaveBeenCalled();
		await cache.find("u0.test", saysNothing);
		expect(saysNothing).toHaveBeenCalledTimes(1);
	});
});
