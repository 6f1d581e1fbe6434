import { strict as assert } from "node:assert";
import { GetExecutionHistoryCommand } from "@aws-sdk/client-sfn";
import type { Check, Stage } from "../check.ts";
import { anExecution } from "./states-machine.ts";

const guide = "https://docs.aws.amazon.com/step-functions/latest/dg";
const operations = ["states:StartExecution", "states:DescribeExecution"];

/** The output of an execution that has to succeed. */
async function outputOf(stage: Stage, definition: object, input: object = {}): Promise<unknown> {
	const { status, output = "null", error, cause } = await (await anExecution(stage, definition, input)).ended();
	assert.equal(status, "SUCCEEDED", `${error}: ${cause}`);
	return JSON.parse(output);
}

/** Machines in JSONata, as ours are. */
export const statesLanguage: readonly Check[] = [
	{
		name: "Output and Assign are evaluated on the state's input, and variables hold from the next state on",
		operations,
		needs: "jsonata",
		source: `${guide}/workflow-variables.html`,
		async run(stage) {
			const states = {
				First: {
					...{ Type: "Pass", Next: "Second", Assign: { kept: "{% $states.input.a + 1 %}" } },
					Output: { sum: "{% $states.input.a + 2 %}" },
				},
				Second: { Type: "Pass", End: true, Output: "{% {'kept': $kept, 'sum': $states.input.sum} %}" },
			};
			assert.deepEqual(await outputOf(stage, { StartAt: "First", States: states }, { a: 1 }), { kept: 2, sum: 3 });
		},
	},
	{
		name: "Choice takes the first condition that holds, or the default",
		operations,
		needs: "jsonata",
		source: `${guide}/state-choice.html`,
		async run(stage) {
			const Choices = [
				{ Condition: "{% $states.input.n > 10 %}", Next: "Big" },
				{ Condition: "{% $states.input.n > 5 %}", Next: "Middle" },
			];
			const end = (name: string) => ({ [name]: { Type: "Pass", Output: name, End: true } });
			const states = {
				Which: { Type: "Choice", Choices, Default: "Small" },
				...end("Big"),
				...end("Middle"),
				...end("Small"),
			};
			const machine = { StartAt: "Which", States: states };
			const outputs = await Promise.all([11, 6, 1].map((n) => outputOf(stage, machine, { n })));
			assert.deepEqual(outputs, ["Big", "Middle", "Small"]);
		},
	},
	{
		name: "Map runs its states for every item, and keeps their order",
		operations,
		needs: "jsonata",
		source: `${guide}/state-map-inline.html`,
		async run(stage) {
			const ItemProcessor = {
				...{ ProcessorConfig: { Mode: "INLINE" }, StartAt: "Double" },
				States: { Double: { Type: "Pass", Output: "{% $states.input * 2 %}", End: true } },
			};
			const each = { Type: "Map", Items: "{% $states.input.list %}", ItemProcessor, MaxConcurrency: 2, End: true };
			assert.deepEqual(
				await outputOf(stage, { StartAt: "Each", States: { Each: each } }, { list: [3, 1, 2] }),
				[6, 2, 4],
			);
		},
	},
	{
		name: "Parallel gives every branch its input, and answers a list",
		operations,
		needs: "jsonata",
		source: `${guide}/state-parallel.html`,
		async run(stage) {
			const branch = (name: string, Output: string) => ({
				StartAt: name,
				States: { [name]: { Type: "Pass", Output, End: true } },
			});
			const Branches = [branch("A", "{% $states.input.n + 1 %}"), branch("B", "{% $states.input.n - 1 %}")];
			const both = { Type: "Parallel", Branches, End: true };
			assert.deepEqual(await outputOf(stage, { StartAt: "Both", States: { Both: both } }, { n: 5 }), [6, 4]);
		},
	},
	{
		name: "Catch takes an error of a branch by its name, with error and cause as its output",
		operations,
		needs: "jsonata",
		source: `${guide}/concepts-error-handling.html`,
		async run(stage) {
			const Branches = [{ StartAt: "Fail", States: { Fail: { Type: "Fail", Error: "Broken", Cause: "by order" } } }];
			const Catch = [
				{ ErrorEquals: ["Other"], Next: "Wrong" },
				{ ErrorEquals: ["Broken"], Next: "Caught", Output: "{% $states.errorOutput %}" },
			];
			const states = {
				Try: { Type: "Parallel", Branches, Catch, Next: "Wrong" },
				Wrong: { Type: "Pass", Output: "wrong", End: true },
				Caught: { Type: "Pass", End: true },
			};
			const output = await outputOf(stage, { StartAt: "Try", States: states });
			assert.deepEqual(output, { Error: "Broken", Cause: "by order" });
		},
	},
	{
		name: "an expression that cannot be evaluated fails the execution with States.QueryEvaluationError",
		operations,
		needs: "jsonata",
		source: `${guide}/transforming-data.html`,
		async run(stage) {
			const pass = { Type: "Pass", Output: "{% $states.input.a + 1 %}", End: true };
			const { ended } = await anExecution(stage, { StartAt: "Add", States: { Add: pass } }, { a: "text" });
			const { status, error } = await ended();
			assert.deepEqual([status, error], ["FAILED", "States.QueryEvaluationError"]);
		},
	},
	{
		name: "$states.context tells the execution and the state",
		operations,
		needs: "jsonata",
		source: `${guide}/input-output-contextobject.html`,
		async run(stage) {
			const Output = {
				name: "{% $states.context.Execution.Name %}",
				input: "{% $states.context.Execution.Input %}",
				state: "{% $states.context.State.Name %}",
			};
			const machine = { StartAt: "Look", States: { Look: { Type: "Pass", Output, End: true } } };
			const { name, ended } = await anExecution(stage, machine, { a: 1 });
			assert.deepEqual(JSON.parse((await ended()).output ?? ""), { name, input: { a: 1 }, state: "Look" });
		},
	},
	{
		name: "Wait waits, and its history says so",
		operations: ["states:GetExecutionHistory"],
		needs: "jsonata",
		source: `${guide}/state-wait.html`,
		async run(stage) {
			const machine = {
				StartAt: "Wait",
				States: { Wait: { Type: "Wait", Seconds: "{% $states.input.s %}", End: true } },
			};
			const { executionArn, ended } = await anExecution(stage, machine, { s: 1 });
			const { startDate, stopDate } = await ended();
			assert((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0) >= 900);
			const { events } = await stage.clients.states.send(new GetExecutionHistoryCommand({ executionArn }));
			const types = ["ExecutionStarted", "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"];
			assert.deepEqual(
				events?.map(({ type }) => type),
				types,
			);
		},
	},
	{
		name: "a machine's own timeout ends its execution as TIMED_OUT",
		operations,
		source: `${guide}/statemachine-structure.html`,
		async run(stage) {
			const states = { Wait: { Type: "Wait", Seconds: 5, End: true } };
			const { ended } = await anExecution(stage, { TimeoutSeconds: 1, StartAt: "Wait", States: states });
			assert.equal((await ended()).status, "TIMED_OUT");
		},
	},
];
