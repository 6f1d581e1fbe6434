import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordsOf } from "../../domain/zone-plan.ts";
import { transact } from "../../services/dynamodb.ts";
import {
	changeDelete,
	hasPendingChanges,
	pendingChanges,
	type RequestedChange,
	requestChange,
} from "../../services/zone-changes.ts";
import { takeLease } from "../../services/zone-lease.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aWait, longAgo } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

function aChange(more: Partial<RequestedChange> = {}): RequestedChange {
	const hostname = more.hostname ?? "acme.app.example.com";
	const records = recordsOf(hostname, "d1.cloudfront.net");
	return { hostname, generation: 7, action: "upsert", records, wait: aWait(), requestedAt: longAgo, ...more };
}

describe("asking for a change", () => {
	it("is one row a hostname, the newest", async () => {
		await requestChange("Z1", aChange());
		await requestChange("Z1", aChange({ wait: aWait({ taskToken: "token-2" }) }));
		expect(await pendingChanges("Z1")).toEqual([aChange({ wait: aWait({ taskToken: "token-2" }) })]);
	});

	it("ignores an older generation than the one that stands there", async () => {
		await requestChange("Z1", aChange({ generation: 8 }));
		await requestChange("Z1", aChange({ generation: 7 }));
		expect(await pendingChanges("Z1")).toEqual([aChange({ generation: 8 })]);
	});

	it("of an invocation that was slower than a later one of the same generation is ignored", async () => {
		const earlier = aChange({ wait: aWait({ taskToken: "earlier" }), requestedAt: "2027-01-01T00:00:00.000Z" });
		const later = aChange({ wait: aWait({ taskToken: "later" }), requestedAt: "2027-01-01T00:00:00.001Z" });
		await requestChange("Z1", later);
		await requestChange("Z1", earlier);
		expect(await pendingChanges("Z1")).toEqual([later]);
	});

	it("of a newer generation replaces an older one, whenever that was asked for", async () => {
		await requestChange("Z1", aChange({ requestedAt: "2027-01-01T00:00:00.000Z" }));
		await requestChange("Z1", aChange({ generation: 8 }));
		expect(await pendingChanges("Z1")).toEqual([aChange({ generation: 8 })]);
	});

	it("to delete takes the place of what an older generation wanted written, and the reverse", async () => {
		await requestChange("Z1", aChange({ generation: 7 }));
		await requestChange("Z1", aChange({ generation: 8, action: "delete" }));
		await requestChange("Z1", aChange({ generation: 7 }));
		expect(await pendingChanges("Z1")).toEqual([aChange({ generation: 8, action: "delete" })]);
		await requestChange("Z1", aChange({ generation: 9 }));
		expect(await pendingChanges("Z1")).toEqual([aChange({ generation: 9 })]);
	});

	it("that was written down before deletes were learnt is one to write (R12)", async () => {
		const { action: _action, ...before } = aChange();
		await cloud.put("zone", { pk: "ZONE#Z1", sk: `CHANGE#${before.hostname}`, ...before });
		expect(await pendingChanges("Z1")).toEqual([aChange()]);
	});

	it("is of one zone, and not confused with the zone's lease", async () => {
		await takeLease("Z1", "writer", 0);
		await requestChange("Z1", aChange());
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(await pendingChanges("Z2")).toEqual([]);
	});
});

describe("the changes that wait", () => {
	it("come the longest waiting first, also when there are more than DynamoDB reads at once", async () => {
		const many = Array.from({ length: 120 }, (_, at) =>
			aChange({
				hostname: `t${at}.app.example.com`,
				requestedAt: new Date(1_000_000 - at).toISOString(),
				wait: aWait({ taskToken: "t".repeat(10_000) }),
			}),
		);
		for (const change of many) await requestChange("Z1", change);
		expect((await pendingChanges("Z1")).map(({ hostname }) => hostname)).toEqual(
			many.toReversed().map(({ hostname }) => hostname),
		);
	});
});

describe("whether changes wait", () => {
	it("is answered for one zone, and a lease is no change", async () => {
		await takeLease("Z1", "writer", 0);
		expect(await hasPendingChanges("Z1")).toBe(false);
		await requestChange("Z1", aChange());
		expect(await hasPendingChanges("Z1")).toBe(true);
		expect(await hasPendingChanges("Z2")).toBe(false);
	});
});

describe("taking a change away", () => {
	it("is refused when its task has asked anew meanwhile", async () => {
		await requestChange("Z1", aChange({ wait: aWait({ taskToken: "token-2" }) }));
		expect(await transact([changeDelete("Z1", aChange())])).toMatchObject([{ code: "ConditionalCheckFailed" }]);
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(await transact([changeDelete("Z1", aChange({ wait: aWait({ taskToken: "token-2" }) }))])).toBeUndefined();
		expect(await pendingChanges("Z1")).toEqual([]);
	});
});
