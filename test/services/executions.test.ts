import {
	DescribeExecutionCommand,
	ExecutionAlreadyExists,
	ExecutionDoesNotExist,
	ExecutionNotRedrivable,
	GetExecutionHistoryCommand,
	type HistoryEvent,
	RedriveExecutionCommand,
	SFNClient,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { onboardingSteps } from "../../domain/operation-kinds.ts";
import { failureOf, redrive, reportOf, startExecution } from "../../services/executions.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aFailedOperation, anOperation, operationId, tenantId } from "../builders/entities.ts";

const sfn = mockClient(SFNClient);
beforeEach(() => {
	setEnvironment();
	sfn.reset();
});

const said = { $metadata: {}, message: "no" };
const name = `${operationId}-1`;
const executionArn = `arn:aws:states:us-east-1:222222222222:execution:onboard:${name}`;
const input = JSON.stringify({
	version: 1,
	operationId,
	attempt: 1,
	kind: "onboard-tenant",
	tenantId,
	hostname: "acme.app.example.com",
	generation: 7,
	correlationId: "corr-1",
	steps: onboardingSteps,
	hostnames: [],
});
const inputWith = (more: object) => JSON.stringify({ ...JSON.parse(input), ...more });

const event = { id: 1, timestamp: new Date(0) };
const end: HistoryEvent = { ...event, type: "ExecutionFailed" };
const entered = (name: string): HistoryEvent => ({
	...event,
	type: "TaskStateEntered",
	stateEnteredEventDetails: { name },
});

describe("starting an execution", () => {
	it("names it after operation and attempt, and hands over what it needs", async () => {
		sfn.on(StartExecutionCommand).resolves({});
		expect(await startExecution(anOperation())).toEqual({ attempt: 1, redriveCount: 0, status: "RUNNING" });
		const [start] = sfn.commandCalls(StartExecutionCommand);
		expect(start?.args[0].input).toMatchObject({ name, input });
	});

	it("is a success when the same one was started before, and tells how it stands by now", async () => {
		sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(said));
		sfn.on(DescribeExecutionCommand, { executionArn }).resolves({ status: "SUCCEEDED", input, redriveCount: 2 });
		expect(await startExecution(anOperation())).toMatchObject({ attempt: 1, redriveCount: 2, status: "SUCCEEDED" });
	});

	it("is a success when another release wrote the same input in other words", async () => {
		const { version: _, ...known } = JSON.parse(input);
		const other = JSON.stringify({
			priority: "high",
			...Object.fromEntries(Object.entries(known).reverse()),
			version: 2,
		});
		sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(said));
		sfn.on(DescribeExecutionCommand).resolves({ status: "RUNNING", input: other });
		expect(await startExecution(anOperation())).toMatchObject({ attempt: 1, status: "RUNNING" });
	});

	it.each([
		["is of another operation", { status: "RUNNING", input: inputWith({ operationId: "op_other" }) } as const],
		["is of another attempt", { status: "RUNNING", input: inputWith({ attempt: 2 }) } as const],
		["is of another generation", { status: "RUNNING", input: inputWith({ generation: 8 }) } as const],
		["has an input of another kind", { status: "RUNNING", input: "{}" } as const],
		["has no input", { status: "RUNNING" } as const],
		["has no status", { input }],
	])("throws when the one of that name %s", async (_, found) => {
		sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(said));
		sfn.on(DescribeExecutionCommand).resolves(found);
		await expect(startExecution(anOperation())).rejects.toBeInstanceOf(ExecutionAlreadyExists);
	});

	it("throws when the one of that name is gone by the time it is looked at", async () => {
		sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(said));
		sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(said));
		await expect(startExecution(anOperation())).rejects.toBeInstanceOf(ExecutionAlreadyExists);
	});

	it("may work later when Step Functions is throttled", async () => {
		sfn.on(StartExecutionCommand).rejects(Object.assign(new Error("slow"), { name: "ThrottlingException" }));
		await expect(startExecution(anOperation())).rejects.toMatchObject({ name: "Throttled" });
	});
});

describe("the report of an execution", () => {
	it("is none for one that does not exist", async () => {
		sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(said));
		expect(await reportOf(anOperation())).toBeUndefined();
	});

	it("is an error, not 'none', when Step Functions does not answer", async () => {
		sfn.on(DescribeExecutionCommand).rejects(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
		await expect(reportOf(anOperation())).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it.each([
		["RUNNING", "RUNNING"],
		["PENDING_REDRIVE", "RUNNING"],
		["SUCCEEDED", "SUCCEEDED"],
		["ABORTED", "ABORTED"],
	] as const)("of one that is %s says %s, and needs no history", async (status, reported) => {
		sfn.on(DescribeExecutionCommand).resolves({ status });
		expect(await reportOf(anOperation())).toEqual({
			attempt: 1,
			redriveCount: 0,
			status: reported,
			failure: undefined,
			redrivable: false,
		});
		expect(sfn.commandCalls(GetExecutionHistoryCommand)).toEqual([]);
	});

	it("of one that is redriven while it is looked at says that it runs", async () => {
		sfn.on(DescribeExecutionCommand).resolvesOnce({ status: "FAILED", error: "Error" }).resolves({ status: "RUNNING" });
		const redriven: HistoryEvent = { ...event, type: "ExecutionRedriven" };
		sfn.on(GetExecutionHistoryCommand).resolves({ events: [redriven, end, entered("SyncRecords")] });
		expect(await reportOf(anOperation())).toMatchObject({ status: "RUNNING", redrivable: false });
	});

	it("of one whose history lags behind its end is told later", async () => {
		sfn.on(DescribeExecutionCommand).resolves({ status: "FAILED", error: "Error" });
		sfn.on(GetExecutionHistoryCommand).resolves({ events: [entered("SyncRecords")] });
		await expect(reportOf(anOperation())).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("of a failed one names the step that was entered last, and whether it can be redriven", async () => {
		sfn.on(DescribeExecutionCommand).resolves({
			status: "FAILED",
			redriveStatus: "REDRIVABLE",
			error: "WaitExpired",
			cause: "Waited 1 h.",
		});
		sfn
			.on(GetExecutionHistoryCommand, { executionArn, reverseOrder: true })
			.resolves({ events: [end, entered("ProbeRoute"), entered("SyncRecords")] });
		expect(await reportOf(anOperation())).toMatchObject({
			status: "FAILED",
			redrivable: true,
			failure: { step: "ProbeRoute", error: "WaitExpired", detail: "Waited 1 h." },
		});
	});
});

describe("a failure", () => {
	const operation = { operationId, attempt: 1, kind: "onboard-tenant" } as const;

	it("is none when Step Functions gives no reason", async () => {
		expect(await failureOf(operation, undefined, undefined)).toBeUndefined();
	});

	it.each([
		["a function's message", '{"errorType":"Error","errorMessage":"No such table.","trace":[]}', "No such table."],
		["other JSON as it is", '{"other":1}', '{"other":1}'],
		["plain text as it is", "Waited 1 h.", "Waited 1 h."],
		["a word where there is nothing", "", "No cause was given."],
	])("shows %s", async (_, cause, detail) => {
		sfn.on(GetExecutionHistoryCommand).resolves({ events: [end] });
		expect(await failureOf(operation, "Error", cause)).toEqual({ step: undefined, error: "Error", detail });
	});

	it("names the step that was entered last, on whatever page of the history that is, and reads no further", async () => {
		sfn
			.on(GetExecutionHistoryCommand)
			.resolvesOnce({ events: [end, { ...event, type: "TaskFailed" }], nextToken: "2" })
			.resolvesOnce({ events: [{ ...event, type: "TaskScheduled" }], nextToken: "3" })
			.resolvesOnce({ events: [entered("ProbeRoute"), entered("SyncRecords")], nextToken: "4" })
			.rejects(new Error("Nobody should ask for a fourth page."));
		expect(await failureOf(operation, "Error", "why")).toMatchObject({ step: "ProbeRoute" });
		const asked = sfn.commandCalls(GetExecutionHistoryCommand).map(({ args: [{ input }] }) => input);
		expect(asked.map(({ nextToken }) => nextToken)).toEqual([undefined, "2", "3"]);
		expect(asked.every(({ reverseOrder, executionArn: arn }) => reverseOrder && arn === executionArn)).toBe(true);
	});

	it("names no step when the execution ended before its first", async () => {
		const begun: HistoryEvent = { ...event, type: "ExecutionStarted" };
		sfn
			.on(GetExecutionHistoryCommand)
			.resolvesOnce({ events: [end], nextToken: "2" })
			.resolvesOnce({ events: [begun] });
		expect(await failureOf(operation, "Error", "why")).toMatchObject({ step: undefined, detail: "why" });
	});

	it.each(["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"] as const)("ends with %s", async (type) => {
		sfn.on(GetExecutionHistoryCommand).resolves({ events: [{ ...event, type }, entered("SyncRecords")] });
		expect(await failureOf(operation, "Error", "why")).toMatchObject({ step: "SyncRecords" });
	});

	it.each([
		["a step before the one that failed", [entered("SyncRecords")]],
		["its redrive", [{ ...event, type: "ExecutionRedriven" as const }, end, entered("SyncRecords")]],
		["nothing", []],
		["not even a list", undefined],
	])("is told later while the history ends with %s: it lags behind", async (_, events) => {
		sfn.on(GetExecutionHistoryCommand).resolves(events ? { events } : {});
		await expect(failureOf(operation, "Error", "why")).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("without an error's name is Unknown", async () => {
		sfn.on(GetExecutionHistoryCommand).resolves({ events: [end] });
		expect(await failureOf(operation, undefined, "why")).toMatchObject({ error: "Unknown", detail: "why" });
	});
});

describe("a redrive", () => {
	it("is asked for once for each count, so that asking twice redrives once", async () => {
		sfn.on(RedriveExecutionCommand).resolves({});
		expect(await redrive(aFailedOperation({ redriveCount: 2 }))).toBe(true);
		const [asked] = sfn.commandCalls(RedriveExecutionCommand);
		expect(asked?.args[0].input).toEqual({ executionArn, clientToken: `${name}-3` });
	});

	it("that Step Functions will not do is no error", async () => {
		sfn.on(RedriveExecutionCommand).rejects(new ExecutionNotRedrivable(said));
		expect(await redrive(aFailedOperation())).toBe(false);
	});

	it("that it cannot do now may work later", async () => {
		sfn.on(RedriveExecutionCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(redrive(aFailedOperation())).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
