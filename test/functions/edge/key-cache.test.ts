import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { publicJwk } from "../../../functions/edge/context-key.ts";
import { createKeyCache, type KeyCache } from "../../../functions/edge/key-cache.ts";

const configuration = {
	mapTable: "map",
	platformDomain: "app.example.com",
	mapRegions: ["us-east-1"],
	contextSecret: "context",
};

describe("the edge's memory of its signing key", () => {
	let keys: KeyCache;
	let reads: number;
	let answer: unknown;
	beforeEach(() => {
		vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
		vi.stubEnv("AWS_ACCESS_KEY_ID", "AKID");
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
		vi.spyOn(console, "error").mockImplementation(() => {});
		reads = 0;
		answer = { SecretString: "first" };
		vi.spyOn(globalThis, "fetch").mockImplementation(() => {
			reads += 1;
			return Promise.resolve(Response.json(answer));
		});
		keys = createKeyCache();
	});
	afterEach(() => {
		vi.useRealTimers();
		vi.unstubAllEnvs();
		vi.restoreAllMocks();
	});
	const kid = async () => (await keys.current(configuration))?.publicJwk.kid;

	it("reads the secret once in five minutes, and once for requests that come together", async () => {
		await Promise.all(Array.from({ length: 10 }, kid));
		vi.setSystemTime(Date.now() + 299_999);
		await kid();
		expect(reads).toBe(1);
		answer = { SecretString: "second" };
		vi.setSystemTime(Date.now() + 1);
		expect(await kid()).toBe(publicJwk("second").kid);
	});

	it.each([[null], ["text"], [{}], [{ SecretString: 7 }], [{ SecretBinary: "Zmlyc3Q=" }]])(
		"makes no key of a secret that is %j, and asks again with the next request",
		async (useless) => {
			answer = useless;
			expect(await kid()).toBeUndefined();
			answer = { SecretString: "first" };
			expect(await kid()).toBe(publicJwk("first").kid);
		},
	);

	it("keeps the last good key when the secret holds no string any more, and asks again after ten seconds", async () => {
		await kid();
		answer = {};
		vi.setSystemTime(Date.now() + 300_000);
		expect(await kid()).toBe(publicJwk("first").kid);
		expect(reads).toBe(2);
		vi.setSystemTime(Date.now() + 9_999);
		await kid();
		expect(reads).toBe(2);
		answer = { SecretString: "second" };
		vi.setSystemTime(Date.now() + 1);
		expect(await kid()).toBe(publicJwk("second").kid);
	});
});
