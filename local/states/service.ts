import { randomUUID } from "node:crypto";
import type { JsonService } from "../aws/service.ts";
import { AwsError } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "./engine.ts";
import { rootThread } from "./execution.ts";
import { wireEvent } from "./history.ts";
import type { ExecutionRow } from "./journal.ts";
import { parseJson } from "./json.ts";
import { dayMs, limits } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { whyNotRedrivable } from "./redrive.ts";
import { pageToken, read, readPageToken, requests } from "./requests.ts";
import { taskOperations } from "./task-operations.ts";

/** A machine that executions can be started of. */
export interface Defined {
	arn: string;
	roleArn: string;
	hash: string;
	machine: Machine;
}

/** The operations of Step Functions that the product calls, over awsJson 1.0. */
export function statesService(engine: Engine, clock: Clock, machines: ReadonlyMap<string, Defined>): JsonService {
	const { journal } = engine;
	const execution = (arn: string): ExecutionRow => {
		const row = journal.execution(arn);
		if (!row) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
		return row;
	};
	const machine = (arn: string): Defined => {
		const defined = machines.get(arn);
		if (!defined) throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
		return defined;
	};

	return {
		target: "AWSStepFunctions",
		contentType: "application/x-amz-json-1.0",
		operations: {
			StartExecution(given) {
				const { stateMachineArn, name = randomUUID(), input } = read(requests.startExecution, given);
				return start(engine, clock.now(), machine(stateMachineArn), name, input);
			},
			DescribeExecution(given) {
				return described(execution(read(requests.execution, given).executionArn), clock.now());
			},
			GetExecutionHistory(given) {
				const { executionArn, maxResults, nextToken, reverseOrder, includeExecutionData } = read(
					requests.history,
					given,
				);
				const { arn } = execution(executionArn);
				const size = maxResults || 100;
				const found = journal.history(arn, readPageToken(nextToken), size + 1, reverseOrder);
				const events = found.slice(0, size);
				const last = events.at(-1)?.id;
				return {
					events: events.map((event) => wireEvent(event, includeExecutionData)),
					...(found.length > size && last !== undefined && { nextToken: pageToken(last) }),
				};
			},
			ListExecutions(given) {
				const { stateMachineArn, maxResults, nextToken, statusFilter, redriveFilter } = read(requests.list, given);
				const size = maxResults || 100;
				const filter = {
					...(statusFilter !== undefined && { status: statusFilter }),
					...(redriveFilter !== undefined && { redriven: redriveFilter === "REDRIVEN" }),
				};
				const found = journal.list(machine(stateMachineArn).arn, filter, readPageToken(nextToken), size + 1);
				const rows = found.slice(0, size);
				const last = rows.at(-1)?.number;
				return {
					executions: rows.map(listed),
					...(found.length > size && last !== undefined && { nextToken: pageToken(last) }),
				};
			},
			StopExecution(given) {
				const { executionArn, error, cause } = read(requests.stop, given);
				const { arn, stoppedAtMs } = execution(executionArn);
				const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
				const stopped = engine.receive(arn, [{ type: "ExecutionAborted", thread: rootThread, failure }]);
				return { stopDate: (stopped?.stoppedAtMs ?? stoppedAtMs ?? clock.now()) / 1000 };
			},
			RedriveExecution(given) {
				const { executionArn, clientToken } = read(requests.redrive, given);
				const row = execution(executionArn);
				if (clientToken !== undefined && row.redriveToken === clientToken)
					return { redriveDate: seconds(row.redrivenAtMs) };
				const reason = whyNotRedrivable(row, clock.now());
				if (reason !== undefined) throw new AwsError("ExecutionNotRedrivable", reason);
				return { redriveDate: seconds(engine.redrive(row, clientToken).redrivenAtMs) };
			},
			...taskOperations(engine),
		},
	};
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#StepFunctions-StartExecution-request-name
const forbiddenInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** Idempotent while the execution runs; afterwards its name is taken for 90 days. */
function start(
	engine: Engine,
	nowMs: number,
	{ arn: machineArn, hash, machine, roleArn }: Defined,
	name: string,
	input: string,
) {
	if (forbiddenInNames.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
	const value = parseJson(input);
	if (!value)
		throw new AwsError("InvalidExecutionInput", "Invalid State Machine Execution Input: 'the input is not JSON'");
	const arn = `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
	const before = engine.journal.execution(arn);
	if (before?.status === "RUNNING" && before.input === input)
		return { executionArn: arn, startDate: before.startedAtMs / 1000 };
	const free = before?.stoppedAtMs != null && nowMs - before.stoppedAtMs > limits.nameDays * dayMs;
	if (before && !free) throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
	const { startAt, timeoutSeconds } = machine;
	const timeout = timeoutSeconds !== undefined && { timeoutSeconds };
	const row = engine.begin(
		{ arn, machineArn, machineHash: hash, name, input, startedAtMs: nowMs },
		{
			...{ type: "ExecutionStarted", thread: rootThread, input: value.value, startAt, roleArn },
			...timeout,
		},
	);
	return { executionArn: arn, startDate: row.startedAtMs / 1000 };
}

function listed(row: ExecutionRow): Record<string, unknown> {
	return {
		executionArn: row.arn,
		stateMachineArn: row.machineArn,
		name: row.name,
		status: row.status,
		startDate: row.startedAtMs / 1000,
		...(row.stoppedAtMs !== null && { stopDate: row.stoppedAtMs / 1000 }),
		redriveCount: row.redriveCount,
		...(row.redrivenAtMs !== null && { redriveDate: row.redrivenAtMs / 1000 }),
	};
}

function described(row: ExecutionRow, nowMs: number): Record<string, unknown> {
	const reason = whyNotRedrivable(row, nowMs);
	return {
		...listed(row),
		input: row.input,
		inputDetails: { included: true },
		...(row.output !== null && { output: row.output, outputDetails: { included: true } }),
		...(row.error !== null && { error: row.error }),
		...(row.cause !== null && { cause: row.cause }),
		redriveStatus: reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
		...(reason !== undefined && { redriveStatusReason: reason }),
	};
}

function seconds(ms: number | null): number {
	return (ms ?? 0) / 1000;
}
