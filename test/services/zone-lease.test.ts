import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { releaseLease, spend, takeLease } from "../../services/zone-lease.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const now = Date.UTC(2027, 0, 1);
const leaseRow = async () => (await cloud.rows("zone"))[0];

async function taken(owner: string, atMs: number) {
	const lease = await takeLease("Z1", owner, atMs);
	if (!lease) throw new Error(`${owner} did not get the lease.`);
	return lease;
}

describe("the lease of a zone", () => {
	it("has one owner, however many ask at once", async () => {
		const asked = await Promise.all(["a", "b", "c", "d"].map((owner) => takeLease("Z1", owner, now)));
		expect(asked.filter(Boolean)).toHaveLength(1);
	});

	it("goes to another when it was given back", async () => {
		const first = await taken("a", now);
		expect(await takeLease("Z1", "b", now + 1)).toBeUndefined();
		await releaseLease(first);
		expect(await taken("b", now + 1)).toEqual({ zoneId: "Z1", owner: "b", fencingToken: first.fencingToken + 1 });
	});

	it("goes to another when its owner let it run out, and then only", async () => {
		await taken("a", now);
		expect(await takeLease("Z1", "b", now + 14_999)).toBeUndefined();
		expect(await takeLease("Z1", "b", now + 15_000)).toBeDefined();
	});

	it("is renewed by its own owner, under a new fencing token", async () => {
		const first = await taken("a", now);
		expect(await taken("a", now + 1)).toMatchObject({ owner: "a", fencingToken: first.fencingToken + 1 });
	});

	it("is not given back by one who has lost it", async () => {
		const late = await taken("a", now);
		const second = await taken("b", now + 15_000);
		await releaseLease(late);
		expect(await leaseRow()).toMatchObject({ owner: "b", fencingToken: second.fencingToken });
	});

	it("is given back twice without harm", async () => {
		const lease = await taken("a", now);
		await releaseLease(lease);
		await releaseLease(lease);
		expect(await leaseRow()).not.toHaveProperty("owner");
	});

	it("is another's in another zone", async () => {
		await taken("a", now);
		expect(await takeLease("Z2", "b", now)).toBeDefined();
	});
});

describe("spending the published limits", () => {
	it("lets fifty requests through at once, then ten a second", async () => {
		for (let request = 0; request < 50; request++) {
			expect(await spend("Z1", 0, now)).toEqual({ outcome: "spent" });
		}
		expect(await spend("Z1", 0, now)).toEqual({ outcome: "wait", ms: 100 });
		expect(await spend("Z1", 0, now + 100)).toEqual({ outcome: "spent" });
		expect(await spend("Z1", 0, now + 100)).toEqual({ outcome: "wait", ms: 100 });
	});

	it("counts changes in a bucket of their own", async () => {
		expect(await spend("Z1", 1_500, now)).toEqual({ outcome: "spent" });
		expect(await spend("Z1", 4, now)).toEqual({ outcome: "wait", ms: 40 });
		expect(await spend("Z1", 0, now)).toEqual({ outcome: "spent" });
		expect(await spend("Z1", 4, now + 40)).toEqual({ outcome: "spent" });
	});

	it("never spends one token twice when many ask at once", async () => {
		for (let request = 0; request < 45; request++) await spend("Z1", 0, now);
		const asked = await Promise.all(Array.from({ length: 8 }, () => spend("Z1", 0, now)));
		expect(asked.filter(({ outcome }) => outcome === "spent")).toHaveLength(5);
	});

	it("renews the lease of the writer who spends", async () => {
		const lease = await taken("a", now);
		await spend("Z1", 4, now + 10_000, lease);
		expect(await takeLease("Z1", "b", now + 24_999)).toBeUndefined();
		expect(await takeLease("Z1", "b", now + 25_000)).toBeDefined();
	});

	it("tells a writer who slept that the lease is lost, and spends nothing", async () => {
		const late = await taken("a", now);
		await taken("b", now + 15_000);
		const before = await leaseRow();
		expect(await spend("Z1", 4, now + 15_001, late)).toEqual({ outcome: "lost" });
		expect(await leaseRow()).toEqual(before);
	});

	it("leaves the writer's lease alone when a checker spends", async () => {
		const lease = await taken("a", now);
		await spend("Z1", 0, now + 1_000);
		expect(await leaseRow()).toMatchObject({ owner: "a", leaseEndsMs: now + 15_000 });
		expect(await spend("Z1", 4, now + 1_000, lease)).toEqual({ outcome: "spent" });
	});

	it("keeps what is left when the lease changes hands", async () => {
		const lease = await taken("a", now);
		await spend("Z1", 1_500, now, lease);
		await releaseLease(lease);
		const next = await taken("b", now + 10);
		expect(await spend("Z1", 4, now + 10, next)).toEqual({ outcome: "wait", ms: 30 });
	});

	it("says so when the table does not answer", { timeout: 20_000 }, async () => {
		cloud.dynamodb.setUnreachable("zone", true);
		await expect(spend("Z1", 0, now)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
