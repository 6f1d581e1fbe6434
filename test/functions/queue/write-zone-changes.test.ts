import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { recordsOf } from "../../../domain/zone-plan.ts";
import { transact } from "../../../services/dynamodb.ts";
import { changeDelete, pendingChanges, requestChange } from "../../../services/zone-changes.ts";
import { spend, takeLease } from "../../../services/zone-lease.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aWait } from "../../builders/entities.ts";
import { aZone, nameOf, ring, tokenOf, type Zone } from "./a-zone.ts";

let zone: Zone;
let cloud: Cloud;
beforeAll(async () => {
	zone = await aZone();
	({ cloud } = zone);
});
beforeEach(() => zone.reset());
afterAll(() => cloud.close());

describe("the zone's writer", () => {
	it("writes all that waits in one batch, in order, and parks its tasks on the one change", async () => {
		const all = await zone.holds(5);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(zone.batches).toEqual([all.map(nameOf)]);
		expect(await zone.parkedOn("C1")).toEqual(all.map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(cloud.sent("checks")).toEqual([{ version: 1, kind: "route53-change", subject: "C1", delaySeconds: 2 }]);
	});

	it("does nothing where nothing waits, and asks Route 53 for nothing", async () => {
		await ring();
		await ring();
		expect(zone.batches).toEqual([]);
		expect(cloud.sent("checks")).toEqual([]);
	});

	it("parks more tasks than a transaction holds on one change", async () => {
		const all = await zone.holds(120);
		const sizes: number[] = [];
		cloud.overtake((actions) => sizes.push(actions));
		await ring();
		expect(zone.batches).toHaveLength(1);
		expect((await zone.parkedOn("C1"))?.sort()).toEqual(all.map(tokenOf).sort());
		expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
	});

	it("leaves the zone to the writer that has the lease, and goes away once that one has seen to everything", async () => {
		await zone.holds(2);
		await takeLease("Z1", "other", Date.now());
		const rung = ring();
		const [first, second] = await pendingChanges("Z1");
		if (!first || !second) throw new Error("There are two.");
		await transact([changeDelete("Z1", first), changeDelete("Z1", second)]);
		expect(await rung).toEqual({ batchItemFailures: [] });
		expect(zone.batches).toEqual([]);
	});

	it("takes over from a writer that died, as soon as its lease is over", async () => {
		await zone.holds(2);
		await takeLease("Z1", "dead", Date.now() - 14_400);
		await ring();
		expect(zone.batches).toEqual([[0, 1].map(nameOf)]);
	});

	it("stops when it has lost the lease between two batches, and leaves the rest to its successor", async () => {
		await zone.holds(4);
		zone.bad.add(nameOf(0));
		const afterFirst = vi.fn(async () => {
			await takeLease("Z1", "successor", Date.now() + 31_000);
		});
		zone.meanwhile = afterFirst;
		await ring();
		expect(afterFirst).toHaveBeenCalled();
		expect(zone.batches).toHaveLength(1);
		expect(await pendingChanges("Z1")).toHaveLength(4);
		expect(cloud.sent("zone")).toHaveLength(1);
		expect(cloud.failed()).toEqual([]);
	});

	it("writes a change that was asked for while it was at work, though its doorbell found the lease taken", async () => {
		await zone.holds(1);
		await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
		let rung: Promise<unknown> = Promise.resolve();
		zone.meanwhile = async () => {
			if (zone.batches.length > 1) return;
			await zone.ask(1);
			rung = ring();
		};
		await ring();
		await rung;
		expect(zone.batches).toEqual([[nameOf(0)], [nameOf(1)]]);
	});

	it("keeps the row of a task that asked anew while its records were written", async () => {
		await zone.holds(3);
		const again = aWait({ taskToken: "newer", execution: "e-1", hostname: nameOf(1) });
		zone.meanwhile = async () => {
			if (zone.batches.length > 1) return;
			const records = recordsOf(nameOf(1), "d1.cloudfront.net");
			const requestedAt = new Date().toISOString();
			const asked = { hostname: nameOf(1), generation: 7, action: "upsert", records, requestedAt } as const;
			await requestChange("Z1", { ...asked, wait: again });
		};
		await ring();
		expect(zone.batches).toEqual([[0, 1, 2].map(nameOf), [nameOf(1)]]);
		expect(await zone.parkedOn("C1")).toEqual([0, 2].map(tokenOf));
		expect(await zone.parkedOn("C2")).toEqual(["newer"]);
	});

	it("parks nobody when every task asked anew while its records were written", async () => {
		await zone.holds(1);
		zone.meanwhile = async () => {
			const { records, ...rest } = (await pendingChanges("Z1"))[0] ?? { records: [] };
			if (zone.batches.length > 1 || !("hostname" in rest)) return;
			await requestChange("Z1", { ...rest, records, wait: { ...rest.wait, taskToken: "newer" } });
		};
		await ring();
		expect(await zone.parkedOn("C1")).toBeUndefined();
		expect(await zone.parkedOn("C2")).toEqual(["newer"]);
	});

	it("waits for the published limits rather than to run into them", async () => {
		await zone.holds(1);
		const soon = Date.now() + 200;
		for (let request = 0; request < 50; request++) await spend("Z1", 0, soon);
		await ring();
		expect(zone.batches).toHaveLength(1);
		expect(Date.now()).toBeGreaterThanOrEqual(soon + 100);
	});

	it("rings again rather than to take the lease over and over, when the limits allow nothing in its time", async () => {
		await zone.holds(1);
		const startMs = Date.now();
		await cloud.put("zone", { pk: "ZONE#Z1", sk: "LEASE", revision: 1, requests: { tokens: -600, atMs: startMs } });
		let calls = 0;
		vi.spyOn(Date, "now").mockImplementation(() => startMs + 500 * calls++);
		await ring();
		vi.restoreAllMocks();
		expect(await cloud.row("zone", { sk: "LEASE" })).toMatchObject({ fencingToken: 1 });
		expect(cloud.sent("zone")).toHaveLength(1);
	});

	it("rings again, in a moment, for what it has no time for", async () => {
		await zone.holds(1);
		const startMs = Date.now();
		zone.meanwhile = async () => {
			await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
			await zone.ask(1);
			vi.useFakeTimers({ toFake: ["Date"], now: startMs + 60_000 });
		};
		await ring();
		vi.useRealTimers();
		expect(zone.batches).toHaveLength(1);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 2 }]);
	});
});
