import { strict as assert } from "node:assert";
import {
	DescribeExecutionCommand,
	GetExecutionHistoryCommand,
	ListExecutionsCommand,
	RedriveExecutionCommand,
	SendTaskFailureCommand,
	SendTaskHeartbeatCommand,
	SendTaskSuccessCommand,
	StopExecutionCommand,
	ValidationException,
} from "@aws-sdk/client-sfn";
import { type Check, refused, type Suite, there } from "../check.ts";
import { statesLanguage } from "./states-language.ts";
import { aMachine, anExecution } from "./states-machine.ts";

const api = "https://docs.aws.amazon.com/step-functions/latest/apireference";
const waiting = { Comment: "Waits", StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 60, End: true } } };
const passing = { StartAt: "Pass", States: { Pass: { Type: "Pass", End: true } } };
const failing = { StartAt: "Fail", States: { Fail: { Type: "Fail", Error: "Broken", Cause: "by order" } } };

const checks: readonly Check[] = [
	{
		name: "an execution succeeds with the output of its last state",
		operations: ["states:StartExecution", "states:DescribeExecution"],
		source: `${api}/API_DescribeExecution.html`,
		async run(stage) {
			const { name, machineArn, ended } = await anExecution(stage, passing, { a: 1 });
			const told = await ended();
			assert.deepEqual([told.status, told.name, told.stateMachineArn], ["SUCCEEDED", name, machineArn]);
			assert.deepEqual([JSON.parse(told.input ?? ""), JSON.parse(told.output ?? "")], [{ a: 1 }, { a: 1 }]);
			assert(there(told.startDate, "startDate") <= there(told.stopDate, "stopDate"));
		},
	},
	{
		name: "an execution fails with its state's error and cause",
		operations: ["states:StartExecution", "states:DescribeExecution"],
		source: `${api}/API_DescribeExecution.html`,
		async run(stage) {
			const { ended } = await anExecution(stage, failing);
			const { status, error, cause, output } = await ended();
			assert.deepEqual([status, error, cause, output], ["FAILED", "Broken", "by order", undefined]);
		},
	},
	{
		name: "the same name and input while it runs are the same execution",
		operations: ["states:StartExecution"],
		source: `${api}/API_StartExecution.html`,
		async run(stage) {
			const { start } = await aMachine(stage, waiting);
			const name = stage.unique("run");
			const arn = await start(name, { a: 1 });
			assert.equal(await start(name, { a: 1 }), arn);
			await refused(start(name, { a: 2 }), "ExecutionAlreadyExists");
		},
	},
	{
		name: "the name of an ended execution is taken",
		operations: ["states:StartExecution"],
		source: `${api}/API_StartExecution.html`,
		async run(stage) {
			const { start, name, ended } = await anExecution(stage, passing);
			await ended();
			await refused(start(name, {}), "ExecutionAlreadyExists");
		},
	},
	{
		name: "the history tells every state entered and left, in order",
		operations: ["states:GetExecutionHistory"],
		source: `${api}/API_GetExecutionHistory.html`,
		async run(stage) {
			const { executionArn, ended } = await anExecution(stage, passing, { a: 1 });
			await ended();
			const { events = [] } = await stage.clients.states.send(new GetExecutionHistoryCommand({ executionArn }));
			const types = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"];
			assert.deepEqual(
				events.map(({ type }) => type),
				types,
			);
			assert.deepEqual(
				events.map(({ id }) => id),
				[1, 2, 3, 4],
			);
			assert.deepEqual(
				events.map(({ previousEventId }) => previousEventId ?? 0),
				[0, 0, 2, 3],
			);
			assert.deepEqual(JSON.parse(events[1]?.stateEnteredEventDetails?.input ?? ""), { a: 1 });
			const backwards = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 });
			const page = await stage.clients.states.send(backwards);
			assert.deepEqual(
				page.events?.map(({ type }) => type),
				["ExecutionSucceeded"],
			);
			assert(page.nextToken);
		},
	},
	{
		name: "a stopped execution is ABORTED, with the error and cause of whoever stopped it",
		operations: ["states:StopExecution", "states:DescribeExecution"],
		source: `${api}/API_StopExecution.html`,
		async run(stage) {
			const { executionArn, ended } = await anExecution(stage, waiting);
			const stop = new StopExecutionCommand({ executionArn, error: "Superseded", cause: "by another" });
			assert((await stage.clients.states.send(stop)).stopDate instanceof Date);
			const { status, error, cause } = await ended();
			assert.deepEqual([status, error, cause], ["ABORTED", "Superseded", "by another"]);
		},
	},
	{
		name: "an execution that has ended keeps its end when it is stopped, whether that is refused or not",
		operations: ["states:StopExecution", "states:DescribeExecution"],
		// The page says neither that it is refused nor that it is not.
		source: `${api}/API_StopExecution.html`,
		async run(stage) {
			const { executionArn, ended } = await anExecution(stage, passing);
			await ended();
			const stop = stage.clients.states.send(new StopExecutionCommand({ executionArn, error: "Superseded" }));
			await stop.catch((error: unknown) => assert(error instanceof ValidationException, String(error)));
			assert.equal((await ended()).status, "SUCCEEDED");
		},
	},
	{
		name: "executions are listed by status, the latest first",
		operations: ["states:ListExecutions"],
		source: `${api}/API_ListExecutions.html`,
		async run(stage) {
			const { machineArn: stateMachineArn, name, start, ended } = await anExecution(stage, passing);
			await ended();
			// Times of executions are whole milliseconds at best.
			await new Promise((resolve) => setTimeout(resolve, 1_100));
			const later = stage.unique("run");
			await ended(await start(later, {}));
			const { states } = stage.clients;
			const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
			assert.deepEqual(
				executions?.map((one) => one.name),
				[later, name],
			);
			const failed = await states.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "FAILED" }));
			assert.deepEqual(failed.executions ?? [], []);
		},
	},
	{
		name: "a machine or execution that is not there is refused by name",
		operations: ["states:StartExecution", "states:DescribeExecution", "states:ListExecutions"],
		source: `${api}/API_StartExecution.html`,
		async run(stage) {
			const { machineArn, start } = await aMachine(stage, passing);
			const gone = `${machineArn}-none`;
			await refused(start(stage.unique("run"), {}, gone), "StateMachineDoesNotExist");
			const listed = stage.clients.states.send(new ListExecutionsCommand({ stateMachineArn: gone }));
			await refused(listed, "StateMachineDoesNotExist");
			const executionArn = `${machineArn.replace(":stateMachine:", ":execution:")}:none`;
			const told = stage.clients.states.send(new DescribeExecutionCommand({ executionArn }));
			await refused(told, "ExecutionDoesNotExist");
		},
	},
	{
		name: "a name with a blank and an input that is no JSON are refused",
		operations: ["states:StartExecution"],
		source: `${api}/API_StartExecution.html`,
		async run(stage) {
			const { start, startWith } = await aMachine(stage, passing);
			await refused(start("not a name", {}), "InvalidName");
			await refused(startWith("no JSON"), "InvalidExecutionInput");
		},
	},
	{
		name: "a task token that nobody issued is refused with InvalidToken",
		operations: ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
		source: `${api}/API_SendTaskSuccess.html`,
		async run({ clients: { states } }) {
			const taskToken = "AQB-no-token";
			await refused(states.send(new SendTaskSuccessCommand({ taskToken, output: "{}" })), "InvalidToken");
			await refused(states.send(new SendTaskFailureCommand({ taskToken })), "InvalidToken");
			await refused(states.send(new SendTaskHeartbeatCommand({ taskToken })), "InvalidToken");
		},
	},
	{
		name: "a failed execution is redriven; one that succeeded is not",
		operations: ["states:RedriveExecution", "states:DescribeExecution"],
		source: `${api}/API_RedriveExecution.html`,
		async run(stage) {
			const { states } = stage.clients;
			const failed = await anExecution(stage, failing);
			await failed.ended();
			const { executionArn } = failed;
			assert((await states.send(new RedriveExecutionCommand({ executionArn }))).redriveDate instanceof Date);
			assert.deepEqual((await failed.ended()).status, "FAILED");
			const { redriveCount } = await states.send(new DescribeExecutionCommand({ executionArn }));
			assert.equal(redriveCount, 1);
			const passed = await anExecution(stage, passing);
			await passed.ended();
			const again = states.send(new RedriveExecutionCommand({ executionArn: passed.executionArn }));
			await refused(again, "ExecutionNotRedrivable");
		},
	},
];

/** Step Functions: executions, and the language of their machines. */
export const states: Suite = { service: "states", checks: [...checks, ...statesLanguage] };
