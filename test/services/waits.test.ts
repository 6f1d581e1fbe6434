import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transact } from "../../services/dynamodb.ts";
import {
	checkPut,
	dueChecks,
	noteLook,
	park,
	readCheck,
	removeCheck,
	removeWait,
	waitPut,
} from "../../services/waits.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aWait } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const now = "2027-01-01T00:00:00.000Z";
const later = "2027-01-01T00:01:00.000Z";
const probe = { kind: "edge-probe", subject: "acme.app.example.com#7" } as const;
const change = { kind: "route53-change", subject: "C1" } as const;

async function parked(wait = aWait(), at = now) {
	await park(probe, wait, at);
	const found = await readCheck(probe);
	if (!found) throw new Error("Nothing was parked.");
	return found;
}

describe("parking", () => {
	it("opens a check that is due after the ladder's first step, with the wait on it", async () => {
		expect(await parked()).toEqual({
			check: {
				...probe,
				opening: expect.any(String),
				startedAt: now,
				looks: 0,
				nextCheckAt: "2027-01-01T00:00:01.000Z",
			},
			waits: [aWait()],
			unreadable: 0,
		});
	});

	it("shows how many of its waits nobody can read, and the others", async () => {
		const { check } = await parked();
		await cloud.put("waits", { pk: `CHECK#${probe.kind}#${probe.subject}`, sk: "WAIT#x", taskToken: 7 });
		expect(await readCheck(probe)).toEqual({ check, waits: [aWait()], unreadable: 1 });
	});

	it("of an invocation that was slower than a later one of its state changes nothing", async () => {
		await parked(aWait({ taskToken: "token-2", parkedAt: later }), later);
		const before = await cloud.rows("waits");
		await park(probe, aWait({ taskToken: "token-1", parkedAt: now }), "2027-01-01T00:02:00.000Z");
		expect(await cloud.rows("waits")).toEqual(before);
	});

	it("again of the same invocation is done: its first answer may have been lost", async () => {
		await parked();
		expect((await parked()).waits).toEqual([aWait()]);
	});

	it("again with a new token keeps the newest, and begins the ladder again", async () => {
		const { check } = await parked();
		await noteLook(check, "nothing", later);
		const again = await parked(aWait({ taskToken: "token-2" }), later);
		expect(again.waits.map(({ taskToken }) => taskToken)).toEqual(["token-2"]);
		expect(again.check).toMatchObject({ looks: 0, startedAt: later });
	});

	it("hangs many waits on one check, and gives all of them back", async () => {
		const many = Array.from({ length: 120 }, (_, at) => aWait({ execution: `e-${at}`, taskToken: "t".repeat(10_000) }));
		for (const wait of many) await transact([checkPut(change, now), waitPut(change, wait, now)]);
		// More than DynamoDB reads at once: 1 MB.
		expect((await readCheck(change))?.waits).toHaveLength(120);
	});

	it("is forgotten after 30 days, should all else fail", async () => {
		await parked();
		const expiries = (await cloud.rows("waits")).map(({ expiresAt }) => expiresAt);
		expect(expiries).toEqual([0, 0].map(() => Date.parse("2027-01-31T00:00:00.000Z") / 1000));
	});

	it("is nothing that can be read when there is no check", async () => {
		expect(await readCheck(probe)).toBeUndefined();
		await transact([waitPut(probe, aWait(), now)]);
		expect(await readCheck(probe)).toBeUndefined();
	});
});

describe("noting a look", () => {
	it("counts it once when two looked at the same time", async () => {
		const { check } = await parked();
		const noted = await Promise.all([noteLook(check, "the same", later), noteLook(check, "the same", later)]);
		expect(noted.sort()).toEqual([false, true]);
		expect((await readCheck(probe))?.check).toMatchObject({ looks: 1, nextCheckAt: later });
	});

	it("is known as one's own when it was written, but its answer was lost", async () => {
		const { check } = await parked();
		cloud.losingAnswer("UpdateItem");
		expect(await noteLook(check, "once", later)).toBe(true);
		expect((await readCheck(probe))?.check).toMatchObject({ looks: 1, lastSeen: "once" });
	});

	it("is refused when the check is over", async () => {
		const { check } = await parked();
		await removeCheck(check);
		expect(await noteLook(check, "late", later)).toBe(false);
		expect(await cloud.row("waits", { sk: "CHECK" })).toBeUndefined();
	});

	it("is refused when the check was opened anew meanwhile", async () => {
		const { check } = await parked();
		await parked(aWait(), later);
		expect(await noteLook(check, "old", later)).toBe(false);
	});
});

describe("taking away", () => {
	it("takes the wait and the check that were seen", async () => {
		const { check } = await parked();
		await removeWait(check, aWait());
		await removeCheck(check);
		await removeCheck(check);
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("leaves a wait whose state has parked again with another token", async () => {
		const { check } = await parked();
		await parked(aWait({ taskToken: "token-2" }), later);
		await removeWait(check, aWait());
		await removeCheck(check);
		expect(await readCheck(probe)).toMatchObject({ waits: [{ taskToken: "token-2" }], check: { startedAt: later } });
	});
});

describe("the due checks", () => {
	it("are those whose time has come, the longest overdue first", async () => {
		await park({ kind: "edge-probe", subject: "second" }, aWait(), "2027-01-01T00:00:10.000Z");
		await park({ kind: "edge-probe", subject: "first" }, aWait(), now);
		await park({ kind: "edge-probe", subject: "later" }, aWait(), later);
		expect((await dueChecks("2027-01-01T00:00:11.000Z")).map(({ subject }) => subject)).toEqual(["first", "second"]);
	});
});
