import { DescribeExecutionCommand, ExecutionDoesNotExist } from "@aws-sdk/client-sfn";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Operation } from "../../../domain/operation.ts";
import { recordsOf } from "../../../domain/zone-plan.ts";
import { handler as sweepOperations } from "../../../functions/schedule/sweep-operations.ts";
import { handler as sweepWaits } from "../../../functions/schedule/sweep-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { outboxPut } from "../../../services/outbox.ts";
import { park } from "../../../services/waits.ts";
import { requestChange } from "../../../services/zone-changes.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, aWait, longAgo } from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const operation = (name: string, more: Partial<Operation>) => anOperation({ operationId: `op_${name}`, ...more });
const down = Object.assign(new Error("down"), { $fault: "server" });
const event = (name: string, createdAt: string) => ({
	eventId: `evt_${name}`,
	detailType: "TenantActivated",
	detail: { name },
	createdAt,
});

describe("the sweep over operations", () => {
	it("sends what was queued a minute ago and never started, once a minute", async () => {
		await cloud.hold({ operation: operation("lost", { updatedAt: ago(61), attempt: 2 }) });
		await cloud.hold({ operation: operation("fresh", { updatedAt: ago(30) }) });
		await sweepOperations();
		await sweepOperations();
		expect(cloud.sent("operations")).toEqual([{ version: 1, operationId: "op_lost", attempt: 2, delaySeconds: 0 }]);
		expect(await cloud.operation("op_lost")).toMatchObject({ status: "queued" });
	});

	it("asks about executions that have been quiet for two minutes, and records their end", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		await cloud.hold({ operation: operation("ended", { status: "running", updatedAt: ago(121) }) });
		await cloud.hold({ operation: operation("fresh", { status: "running", updatedAt: ago(60) }) });
		cloud.sfn.on(DescribeExecutionCommand).resolves({ status: "SUCCEEDED" });
		await sweepOperations();
		expect(cloud.sfn.commandCalls(DescribeExecutionCommand)).toHaveLength(1);
		expect(await cloud.operation("op_ended")).toMatchObject({ status: "succeeded" });
		expect(await cloud.operation("op_fresh")).toMatchObject({ status: "running" });
		expect(cloud.told()).toMatchObject([{ detailType: "TenantActivated" }]);
	});

	it("leaves alone what still runs, and what Step Functions does not know, for another two minutes", async () => {
		await cloud.hold({ operation: operation("runs", { status: "running", updatedAt: ago(121) }) });
		await cloud.hold({ operation: operation("gone", { status: "running", updatedAt: ago(121) }) });
		const missing = new ExecutionDoesNotExist({ $metadata: {}, message: "no" });
		cloud.sfn.on(DescribeExecutionCommand).rejectsOnce(missing).resolves({ status: "RUNNING" });
		await sweepOperations();
		await sweepOperations();
		expect(cloud.sfn.commandCalls(DescribeExecutionCommand)).toHaveLength(2);
		expect(await cloud.operation("op_runs")).toMatchObject({ status: "running" });
	});

	it("looks at more than one page, and at no more than a minute's work", async () => {
		for (let at = 0; at < 230; at++) {
			await cloud.hold({ operation: operation(`${at}`.padStart(3, "0"), { updatedAt: longAgo }) });
		}
		await sweepOperations();
		expect(cloud.sent("operations").length).toBeGreaterThanOrEqual(200);
		await sweepOperations();
		expect(new Set(cloud.sent("operations").map(({ operationId }) => operationId)).size).toBe(230);
	});

	it("sends events that waited for half a minute, and leaves younger ones to those who made them", async () => {
		for (const waiting of [event("old", ago(31)), event("young", ago(5))]) await transact([outboxPut(waiting)]);
		await sweepOperations();
		expect(cloud.told().map(({ detail }) => detail.name)).toEqual(["old"]);
	});

	it("does nothing where nothing is quiet", async () => {
		await sweepOperations();
		expect(cloud.sqs.commandCalls(SendMessageCommand)).toEqual([]);
		expect(cloud.told()).toEqual([]);
	});

	it("goes on with the others when one of them cannot be dealt with, and then says so", async () => {
		await cloud.hold({ operation: operation("stuck", { status: "running", updatedAt: longAgo }) });
		await transact([outboxPut(event("old", ago(31)))]);
		cloud.sfn.on(DescribeExecutionCommand).rejects(down);
		await expect(sweepOperations()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		expect(cloud.told()).toHaveLength(1);
	});
});

describe("the sweep over waits", () => {
	it("asks again for every look that is due, and for no other", async () => {
		await park({ kind: "edge-probe", subject: "due" }, aWait(), longAgo);
		await park({ kind: "edge-probe", subject: "later" }, aWait(), new Date(Date.now() + 60_000).toISOString());
		await sweepWaits();
		expect(cloud.sent("checks")).toEqual([{ version: 1, kind: "edge-probe", subject: "due", delaySeconds: 0 }]);
		expect(cloud.sent("zone")).toEqual([]);
	});

	it("rings for a zone where changes wait", async () => {
		const { hostname } = aClaim();
		const records = recordsOf(hostname, "d1.cloudfront.net");
		await requestChange("Z1", { hostname, generation: 7, records, wait: aWait(), requestedAt: longAgo });
		await sweepWaits();
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 0 }]);
	});
});
