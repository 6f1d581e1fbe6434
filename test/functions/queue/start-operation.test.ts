import {
	DescribeExecutionCommand,
	ExecutionAlreadyExists,
	GetExecutionHistoryCommand,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/queue/start-operation.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const start = (attempt = 1) => handler(sqsEvent({ version: 1, operationId, attempt }));
const started = () => cloud.sfn.commandCalls(StartExecutionCommand);
const nothingFailed = { batchItemFailures: [] };

describe("a message to start an operation", () => {
	it("starts its execution, and the operation runs", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		expect(await start()).toEqual(nothingFailed);
		expect(started()).toHaveLength(1);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running", statusPk: "OPERATION#running" });
	});

	it("starts nothing when it is delivered again", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		await start();
		expect(await start()).toEqual(nothingFailed);
		expect(started()).toHaveLength(1);
	});

	it.each([
		["there is no such operation", undefined],
		["the operation has ended", anOperation({ status: "succeeded" })],
		["the operation is at another attempt", anOperation({ attempt: 2 })],
	])("starts nothing when %s", async (_, operation) => {
		if (operation) await cloud.hold({ operation });
		expect(await start()).toEqual(nothingFailed);
		expect(started()).toEqual([]);
	});

	it("goes back to the queue when Step Functions does not answer, and the operation stays queued", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		cloud.sfn.on(StartExecutionCommand).rejects(Object.assign(new Error("slow"), { name: "ThrottlingException" }));
		expect(await start()).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "queued" });
	});

	it("after a crash between start and record takes over how the execution stands by now", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim(), operation: anOperation() });
		await start();
		const input = started()[0]?.args[0].input.input;
		await cloud.hold({ operation: anOperation() });
		cloud.sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ $metadata: {}, message: "exists" }));
		cloud.sfn
			.on(DescribeExecutionCommand)
			.resolves({ status: "FAILED", error: "WaitExpired", cause: "1 h", ...(input && { input }) });
		const end = { id: 1, timestamp: new Date(0), type: "ExecutionFailed" as const };
		cloud.sfn.on(GetExecutionHistoryCommand).resolves({ events: [end] });
		expect(await start()).toEqual(nothingFailed);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "failed", failure: { error: "WaitExpired" } });
	});
});
