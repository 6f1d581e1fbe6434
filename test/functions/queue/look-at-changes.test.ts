import { GetChangeCommand } from "@aws-sdk/client-route-53";
import { SendTaskFailureCommand, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ladders } from "../../../domain/ladder.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { checkPut, park, readCheck, waitPut } from "../../../services/waits.ts";
import { spend } from "../../../services/zone-lease.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aWait, operationId } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const change = { kind: "route53-change", subject: "C1" } as const;
const { hostname } = aClaim();
const look = () => handler(sqsEvent({ version: 1, ...change }));
const nothingFailed = { batchItemFailures: [] };
const down = Object.assign(new Error("down"), { $fault: "server" });
const now = () => new Date().toISOString();
const startsAt = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: ms });

function route53Says(Status: "PENDING" | "INSYNC"): void {
	cloud.route53.on(GetChangeCommand).resolves({ ChangeInfo: { Id: "C1", Status, SubmittedAt: new Date(0) } });
}

async function parked(): Promise<void> {
	await cloud.hold({ claim: aClaim(), operation: anOperation({ status: "running" }) });
	await park(change, aWait(), now());
}

const nameOf = (slug: string) => `${slug}.app.example.com`;

/** A task for each slug on the one change: `token-<slug>`. */
async function parkedOn(...slugs: string[]): Promise<void> {
	await cloud.hold({ operation: anOperation({ status: "running" }) });
	for (const slug of slugs) {
		await cloud.hold({ claim: aClaim({ hostname: nameOf(slug) }) });
		const wait = aWait({ hostname: nameOf(slug), taskToken: `token-${slug}`, execution: `e-${slug}` });
		await transact([checkPut(change, now()), waitPut(change, wait, now())]);
	}
}

/** Both break what ends a slug's task, and answer how to mend it. */
async function unreadableClaim(slug: string) {
	const row = await cloud.claim(nameOf(slug));
	await cloud.put("registry", { ...row, generation: "seven" });
	return () => cloud.put("registry", { ...row });
}
function untoldExecution(slug: string) {
	const input = { taskToken: `token-${slug}` };
	cloud.sfn.on(SendTaskSuccessCommand, input).rejects(down);
	cloud.sfn.on(SendTaskFailureCommand, input).rejects(down);
	return () => {
		cloud.sfn.on(SendTaskSuccessCommand, input).resolves({});
		cloud.sfn.on(SendTaskFailureCommand, input).resolves({});
	};
}

describe("a change that is in sync", () => {
	it("frees its task, once the step is recorded", async () => {
		await parked();
		route53Says("INSYNC");
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.freed()).toEqual(["token-1"]);
		expect((await cloud.claim(hostname))?.["conditions"].RecordsInSync).toMatchObject({
			status: "true",
			reason: "InSync",
		});
		expect((await cloud.operation(operationId))?.["stepsDone"]).toHaveProperty("SyncRecords");
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("that took records away says so, and not that they stand", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation({ status: "running" }) });
		await park(change, aWait({ state: "RemoveRecords" }), now());
		route53Says("INSYNC");
		expect(await look()).toEqual(nothingFailed);
		expect((await cloud.claim(hostname))?.["conditions"].RecordsInSync).toMatchObject({ reason: "Removed" });
	});

	it("frees all tasks that hang on it", async () => {
		const slugs = Array.from({ length: 45 }, (_, at) => `t${at}`);
		await parkedOn(...slugs);
		route53Says("INSYNC");
		await look();
		expect(new Set(cloud.freed())).toEqual(new Set(slugs.map((slug) => `token-${slug}`)));
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("is looked at once when the message comes twice", async () => {
		await parked();
		route53Says("INSYNC");
		await look();
		await look();
		expect(cloud.route53.commandCalls(GetChangeCommand)).toHaveLength(1);
		expect(cloud.freed()).toEqual(["token-1"]);
	});

	it("fails a task whose generation is over, and changes nothing of the newer one", async () => {
		await parked();
		await cloud.hold({ claim: aClaim({ generation: 8 }) });
		const before = await cloud.claim(hostname);
		route53Says("INSYNC");
		await look();
		expect(cloud.failed()).toMatchObject([{ token: "token-1", error: "Superseded" }]);
		expect(cloud.freed()).toEqual([]);
		expect(await cloud.claim(hostname)).toEqual(before);
	});

	it("frees the task by the next message when Step Functions could not be told, recording the same", async () => {
		await parked();
		route53Says("INSYNC");
		cloud.sfn.on(SendTaskSuccessCommand).rejectsOnce(down).resolves({});
		expect((await look()).batchItemFailures).toHaveLength(1);
		const recorded = (await cloud.operation(operationId))?.["stepsDone"];
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.freed()).toEqual(["token-1", "token-1"]);
		expect((await cloud.operation(operationId))?.["stepsDone"]).toEqual(recorded);
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it.each([
		["whose claim cannot be read", "freed", unreadableClaim],
		["whose execution cannot be told", "freed", untoldExecution],
		["that has expired, and whose execution cannot be told", "failed", untoldExecution],
	] as const)("keeps nobody waiting for a task %s, and frees that one later", async (_, end, breaking) => {
		const start = Date.UTC(2027, 0, 1);
		startsAt(start);
		await parkedOn("a", "b", "c");
		const mend = await breaking("b");
		route53Says(end === "freed" ? "INSYNC" : "PENDING");
		if (end === "failed") vi.setSystemTime(start + ladders["route53-change"].deadlineSeconds * 1000);
		const ended = () => (end === "freed" ? cloud.freed() : cloud.failed().map(({ token }) => token));
		expect((await look()).batchItemFailures).toHaveLength(1);
		expect(ended()).toEqual(expect.arrayContaining(["token-a", "token-c"]));
		const { check, waits } = (await readCheck(change)) ?? {};
		expect(waits?.map(({ taskToken }) => taskToken)).toEqual(["token-b"]);
		expect(check).toBeDefined();
		await mend();
		expect(await look()).toEqual(nothingFailed);
		expect(ended().at(-1)).toBe("token-b");
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("keeps watch over a wait that cannot be read, and frees the others", async () => {
		await parkedOn("a", "b");
		const row = await cloud.row("waits", { taskToken: "token-b" });
		await cloud.put("waits", { ...row, generation: "seven" });
		route53Says("INSYNC");
		expect((await look()).batchItemFailures).toHaveLength(1);
		expect(cloud.freed()).toEqual(["token-a"]);
		expect(await readCheck(change)).toMatchObject({ check: change, waits: [], unreadable: 1 });
		await cloud.put("waits", { ...row });
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.freed()).toEqual(["token-a", "token-b"]);
		expect(await cloud.rows("waits")).toEqual([]);
	});

	// A sweep may look between two of the transactions that park a large batch on one change.
	it("keeps watch over tasks that were hung on it after it was read", async () => {
		startsAt(Date.UTC(2027, 0, 1));
		await parked();
		await cloud.hold({ claim: aClaim({ hostname: "late.app.example.com" }) });
		const late = aWait({ hostname: "late.app.example.com", taskToken: "late", execution: "e-late" });
		cloud.route53.on(GetChangeCommand).callsFake(async () => {
			await transact([checkPut(change, now()), waitPut(change, late, now())]);
			return { ChangeInfo: { Status: "INSYNC" } };
		});
		await look();
		await look();
		expect(cloud.freed()).toContain("late");
	});
});

describe("a change that is still pending", () => {
	it("notes what was seen and asks for the next look, in time", async () => {
		startsAt(Date.UTC(2027, 0, 1));
		await parked();
		route53Says("PENDING");
		await look();
		expect((await readCheck(change))?.check).toMatchObject({
			looks: 1,
			lastSeen: "Route 53 change C1 is PENDING.",
			nextCheckAt: "2027-01-01T00:00:02.000Z",
		});
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...change, delaySeconds: 2 }]);
		expect(cloud.freed()).toEqual([]);
	});

	it("is not looked at before its time, however many messages come", async () => {
		startsAt(Date.UTC(2027, 0, 1));
		await parked();
		route53Says("PENDING");
		for (let message = 0; message < 3; message++) await look();
		expect(cloud.route53.commandCalls(GetChangeCommand)).toHaveLength(1);
		expect(cloud.sent("checks")).toHaveLength(1);
	});

	it("is looked at by one message when two come at the same time", async () => {
		await parked();
		route53Says("PENDING");
		await Promise.all([look(), look()]);
		expect((await readCheck(change))?.check.looks).toBe(1);
		expect(cloud.sent("checks")).toHaveLength(1);
	});

	it("fails its tasks at the deadline with what was seen last", async () => {
		const start = Date.UTC(2027, 0, 1);
		startsAt(start);
		await parked();
		route53Says("PENDING");
		vi.setSystemTime(start + ladders["route53-change"].deadlineSeconds * 1000);
		await look();
		expect(cloud.failed()).toEqual([
			{
				token: "token-1",
				error: "WaitExpired",
				cause: "Waited 0.5 h. Last seen: Route 53 change C1 is PENDING.",
			},
		]);
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("is watched to its end in a bounded number of looks", async () => {
		let time = Date.UTC(2027, 0, 1);
		startsAt(time);
		await parked();
		route53Says("PENDING");
		for (let looks = 0; looks < 200 && (await readCheck(change)); looks++) {
			await look();
			time += 1_000 * (cloud.sent("checks").at(-1)?.delaySeconds ?? 0);
			vi.setSystemTime(time);
		}
		expect(cloud.failed()).toMatchObject([{ error: "WaitExpired" }]);
		expect(cloud.route53.commandCalls(GetChangeCommand).length).toBeLessThan(80);
	});
});

describe("a change that cannot be asked for", () => {
	it("is pending while the request limit is used up, and nothing is asked", async () => {
		await parked();
		startsAt(Date.now());
		for (let request = 0; request < 50; request++) await spend("Z1", 0, Date.now());
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.route53.commandCalls(GetChangeCommand)).toEqual([]);
		expect((await readCheck(change))?.check.lastSeen).toContain("limit");
	});

	it("is pending while Route 53 does not answer: the next look is on its ladder", async () => {
		await parked();
		cloud.route53.on(GetChangeCommand).rejects(down);
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.failed()).toEqual([]);
		expect(await readCheck(change)).toMatchObject({
			check: { looks: 1, lastSeen: expect.stringContaining("Could not ask") },
			waits: [{ taskToken: "token-1" }],
		});
	});

	it("fails its tasks at the deadline all the same", async () => {
		const start = Date.UTC(2027, 0, 1);
		startsAt(start);
		await parked();
		cloud.route53.on(GetChangeCommand).rejects(down);
		vi.setSystemTime(start + ladders["route53-change"].deadlineSeconds * 1000);
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "WaitExpired", cause: expect.stringContaining("Could not ask") }]);
	});

	it("for whatever reason goes on to its deadline: a change that nobody knows fails its tasks then", async () => {
		const start = Date.UTC(2027, 0, 1);
		startsAt(start);
		await parked();
		cloud.route53.on(GetChangeCommand).rejects(Object.assign(new Error("secret"), { name: "NoSuchChange" }));
		expect(await look()).toEqual(nothingFailed);
		expect(cloud.failed()).toEqual([]);
		vi.setSystemTime(start + ladders["route53-change"].deadlineSeconds * 1000);
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "WaitExpired", cause: expect.not.stringContaining("secret") }]);
	});
});
