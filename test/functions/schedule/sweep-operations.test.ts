import { DescribeExecutionCommand, ExecutionDoesNotExist } from "@aws-sdk/client-sfn";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Operation, operationSchema } from "../../../domain/operation.ts";
import { retryOperation } from "../../../functions/retry-operation.ts";
import { handler as sweepOperations } from "../../../functions/schedule/sweep-operations.ts";
import { transact } from "../../../services/dynamodb.ts";
import { outboxPut } from "../../../services/outbox.ts";
import { keys } from "../../../services/registry.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, longAgo } from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const operation = (name: string, more: Partial<Operation>) => anOperation({ operationId: `op_${name}`, ...more });
const down = Object.assign(new Error("down"), { $fault: "server" });
const unknown = new ExecutionDoesNotExist({ $metadata: {}, message: "no" });
const event = (name: string, createdAt: string) => ({
	eventId: `evt_${name}`,
	detailType: "TenantActivated",
	detail: { name },
	createdAt,
});
const asked = () => cloud.sfn.commandCalls(DescribeExecutionCommand).map(({ args: [{ input }] }) => input.executionArn);
const toldNames = () => cloud.told().map(({ detail }) => detail.name);

async function holdMany(count: number, more: Partial<Operation>): Promise<void> {
	for (let at = 0; at < count; at++) {
		await cloud.hold({ operation: operation(`${at}`.padStart(3, "0"), { updatedAt: longAgo, ...more }) });
	}
}

describe("the sweep over operations", () => {
	it("sends what has been queued for a while and never started, and lets it rest then", async () => {
		await cloud.hold({ operation: operation("lost", { updatedAt: ago(16), attempt: 2 }) });
		await cloud.hold({ operation: operation("fresh", { updatedAt: ago(10) }) });
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
		expect(asked()).toHaveLength(1);
		expect(await cloud.operation("op_ended")).toMatchObject({ status: "succeeded" });
		expect(await cloud.operation("op_fresh")).toMatchObject({ status: "running" });
		expect(cloud.told()).toMatchObject([{ detailType: "TenantActivated" }]);
	});

	it("leaves alone what still runs, and what Step Functions does not know, for another two minutes", async () => {
		await cloud.hold({ operation: operation("runs", { status: "running", updatedAt: ago(121) }) });
		await cloud.hold({ operation: operation("gone", { status: "running", updatedAt: ago(121) }) });
		cloud.sfn.on(DescribeExecutionCommand).rejectsOnce(unknown).resolves({ status: "RUNNING" });
		await sweepOperations();
		await sweepOperations();
		expect(asked()).toHaveLength(2);
		expect(await cloud.operation("op_runs")).toMatchObject({ status: "running" });
		expect(await cloud.operation("op_gone")).toMatchObject({ status: "running" });
	});

	it("sends events that waited for half a minute, and leaves younger ones to those who made them", async () => {
		for (const waiting of [event("old", ago(31)), event("young", ago(5))]) await transact([outboxPut(waiting)]);
		await sweepOperations();
		expect(toldNames()).toEqual(["old"]);
	});

	it("does nothing where nothing is quiet", async () => {
		await sweepOperations();
		expect(cloud.sqs.commandCalls(SendMessageCommand)).toEqual([]);
		expect(cloud.told()).toEqual([]);
	});
});

describe("a round of the sweep", () => {
	it("does no more than a minute's work, and the next one goes on where it stopped", async () => {
		await holdMany(230, {});
		await sweepOperations();
		expect(cloud.sent("operations")).toHaveLength(200);
		await sweepOperations();
		expect(new Set(cloud.sent("operations").map(({ operationId }) => operationId)).size).toBe(230);
	});

	it("comes to everyone's turn, although none can be helped, and then lets all of them rest", async () => {
		await holdMany(450, { status: "running" });
		cloud.sfn.on(DescribeExecutionCommand).rejects(down);
		for (const failed of [200, 200, 50]) {
			await expect(sweepOperations()).rejects.toMatchObject({ errors: { length: failed } });
		}
		expect(new Set(asked()).size).toBe(450);
		await sweepOperations();
		expect(asked()).toHaveLength(450);
	});

	it("comes to every operation's turn even where its rests cannot be noted", async () => {
		await holdMany(230, { status: "running" });
		cloud.failing("UpdateItem");
		cloud.sfn.on(DescribeExecutionCommand).resolves({ status: "RUNNING" });
		for (const failed of [200, 30]) {
			await expect(sweepOperations()).rejects.toMatchObject({ errors: { length: failed } });
		}
		expect(new Set(asked()).size).toBe(230);
	}, 60_000);

	it("begins no repair when its time is over, and leaves the rest to the next", async () => {
		await holdMany(60, { status: "running" });
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
		cloud.sfn.on(DescribeExecutionCommand).callsFake(() => {
			vi.setSystemTime(Date.now() + 1_000);
			return { status: "RUNNING" };
		});
		await sweepOperations();
		expect(asked()).toHaveLength(20);
		await sweepOperations();
		await sweepOperations();
		expect(new Set(asked()).size).toBe(60);
	});

	it("goes on with the others when one of them cannot be dealt with, and then says so", async () => {
		await cloud.hold({ operation: operation("stuck", { status: "running", updatedAt: longAgo }) });
		await transact([outboxPut(event("old", ago(31)))]);
		cloud.sfn.on(DescribeExecutionCommand).rejects(down);
		await expect(sweepOperations()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		expect(toldNames()).toEqual(["old"]);
	});

	it("sends events and starts while Step Functions hangs", async () => {
		await cloud.hold({ operation: operation("stuck", { status: "running", updatedAt: longAgo }) });
		await cloud.hold({ operation: operation("lost", { updatedAt: longAgo }) });
		await transact([outboxPut(event("old", ago(31)))]);
		const answer = Promise.withResolvers<{ status: "RUNNING" }>();
		cloud.sfn.on(DescribeExecutionCommand).callsFake(() => answer.promise);
		const round = sweepOperations();
		await vi.waitFor(() => expect(toldNames()).toEqual(["old"]));
		await vi.waitFor(() => expect(cloud.sent("operations")).toHaveLength(1));
		answer.resolve({ status: "RUNNING" });
		await round;
	});

	it("fails once, and begins at the front, when DynamoDB does not take its cursor", async () => {
		await cloud.hold({ operation: operation("lost", { updatedAt: longAgo }) });
		await cloud.put("registry", { ...keys.sweep("queued"), after: { pk: "another layout" } });
		await expect(sweepOperations()).rejects.toMatchObject({ errors: [{ name: "ValidationException" }] });
		await sweepOperations();
		expect(cloud.sent("operations")).toHaveLength(1);
	});
});

describe("a running operation whose execution does not exist", () => {
	const hours = (count: number) => ago(count * 3_600);

	it("is waited for as long as an execution can last, however often it is asked about", async () => {
		const updatedAt = hours(24.9);
		await cloud.hold({ operation: operation("gone", { status: "running", updatedAt }) });
		cloud.sfn.on(DescribeExecutionCommand).rejects(unknown);
		await sweepOperations();
		expect(await cloud.operation("op_gone")).toMatchObject({ status: "running", updatedAt });
	});

	it("has failed after that, and a retry gives it a new attempt", async () => {
		const running = operation("gone", {
			status: "running",
			redriveCount: 1,
			updatedAt: hours(25.1),
			createdAt: longAgo,
		});
		await cloud.hold({ tenant: aTenant(), claim: aClaim(), operation: running });
		cloud.sfn.on(DescribeExecutionCommand).rejects(unknown);
		await sweepOperations();
		const failed = operationSchema.parse(await cloud.operation("op_gone"));
		expect(failed).toMatchObject({ status: "failed", failure: { error: "Execution.Lost", actor: "operator" } });
		expect(cloud.told()).toMatchObject([{ detailType: "TenantOnboardingFailed" }]);
		expect(await retryOperation(failed, "console")).toMatchObject({ status: "queued", attempt: 2, redriveCount: 0 });
	});
});
