import { randomUUID } from "node:crypto";
import { AwsError, type JsonService } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { described, historyPage, listPage, seconds } from "./answers.ts";
import type { Engine } from "./engine.ts";
import { rootThread } from "./execution.ts";
import { begin, receive, redrive } from "./executions.ts";
import type { ExecutionRow, Journal } from "./journal.ts";
import { parseJson } from "./json.ts";
import { dayMs, limits } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { whyNotRedrivable } from "./redrive.ts";
import { read, requests } from "./requests.ts";
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
				return described(execution(journal, read(requests.execution, given).executionArn), clock.now());
			},
			GetExecutionHistory(given) {
				const request = read(requests.history, given);
				execution(journal, request.executionArn);
				return historyPage(journal, request);
			},
			ListExecutions(given) {
				const { stateMachineArn, ...request } = read(requests.list, given);
				return listPage(journal, machine(stateMachineArn).arn, request);
			},
			StopExecution(given) {
				const { executionArn, error, cause } = read(requests.stop, given);
				const { arn, stoppedAtMs } = execution(journal, executionArn);
				const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
				const stopped = receive(engine, arn, [{ type: "ExecutionAborted", thread: rootThread, failure }]);
				return { stopDate: seconds(stopped?.stoppedAtMs ?? stoppedAtMs) };
			},
			RedriveExecution(given) {
				const { executionArn, clientToken } = read(requests.redrive, given);
				const row = execution(journal, executionArn);
				if (clientToken !== undefined && row.redriveToken === clientToken)
					return { redriveDate: seconds(row.redrivenAtMs) };
				const reason = whyNotRedrivable(row, clock.now());
				if (reason !== undefined) throw new AwsError("ExecutionNotRedrivable", reason);
				return { redriveDate: seconds(redrive(engine, row, clientToken).redrivenAtMs) };
			},
			...taskOperations(engine),
		},
	};
}

function execution(journal: Journal, arn: string): ExecutionRow {
	const row = journal.execution(arn);
	if (!row) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
	return row;
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
	const row = begin(
		engine,
		{ arn, machineArn, machineHash: hash, name, input, startedAtMs: nowMs },
		{
			...{ type: "ExecutionStarted", thread: rootThread, input: value.value, startAt, roleArn },
			...timeout,
		},
	);
	return { executionArn: arn, startDate: row.startedAtMs / 1000 };
}
