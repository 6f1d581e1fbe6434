import { describe, expect, it } from "vitest";
import { aStage, machine, task } from "../stage.ts";
import { failingWith, flow, guide, type Scenario, scenarios, throwing, untilEnded } from "./scenario.ts";

const page = guide("../apireference/API_HistoryEvent.html");
const started = "ExecutionStarted";
const attempt = (end: string) => ["TaskScheduled", "TaskStarted", end];

const table: Scenario[] = [
	{
		says: "a Pass: entered, exited",
		source: page,
		definition: machine({ A: { Type: "Pass", End: true } }),
		output: {},
		types: [started, "PassStateEntered", "PassStateExited", "ExecutionSucceeded"],
	},
	{
		says: "a Succeed: entered, exited",
		source: page,
		definition: machine({ A: { Type: "Succeed" } }),
		output: {},
		types: [started, "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"],
	},
	{
		says: "a Fail is entered and never exited",
		source: page,
		definition: machine({ A: { Type: "Fail", Error: "E" } }),
		error: "E",
		types: [started, "FailStateEntered", "ExecutionFailed"],
	},
	{
		says: "a Choice and a Wait: entered, exited",
		source: page,
		definition: machine({
			A: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "B" }] },
			B: { Type: "Wait", Seconds: 1, End: true },
		}),
		output: {},
		took: 1,
		types: [
			started,
			"ChoiceStateEntered",
			"ChoiceStateExited",
			"WaitStateEntered",
			"WaitStateExited",
			"ExecutionSucceeded",
		],
	},
	{
		says: "a Task: scheduled, started, succeeded in between",
		source: page,
		definition: machine({ A: task("f") }),
		players: { f: () => 1 },
		output: 1,
		types: [started, "TaskStateEntered", ...attempt("TaskSucceeded"), "TaskStateExited", "ExecutionSucceeded"],
	},
	{
		says: "each attempt of a Task is scheduled, the state entered once",
		source: page,
		definition: machine({ A: { ...task("f"), Retry: [{ ErrorEquals: ["Busy"] }] } }),
		players: { f: failingWith("Busy") },
		output: "ok",
		took: 1,
		types: [
			started,
			"TaskStateEntered",
			...attempt("TaskFailed"),
			...attempt("TaskSucceeded"),
			"TaskStateExited",
			"ExecutionSucceeded",
		],
	},
	{
		says: "a caught failure exits the state",
		source: page,
		definition: machine({
			A: { ...task("f"), Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% 1 %}", Next: "B" }] },
			B: { Type: "Succeed" },
		}),
		players: { f: throwing("X") },
		output: 1,
		types: [
			started,
			"TaskStateEntered",
			...attempt("TaskFailed"),
			"TaskStateExited",
			"SucceedStateEntered",
			"SucceedStateExited",
			"ExecutionSucceeded",
		],
	},
	{
		says: "an expression that fails is EvaluationFailed",
		source: page,
		definition: machine({ A: { Type: "Pass", Output: "{% $nobody %}", End: true } }),
		error: "States.QueryEvaluationError",
		types: [started, "PassStateEntered", "EvaluationFailed", "ExecutionFailed"],
	},
	{
		says: "a Parallel: started and succeeded around its branches",
		source: page,
		definition: machine({ P: { Type: "Parallel", Branches: [flow({ Type: "Pass", End: true })], End: true } }),
		output: [{}],
		types: [
			started,
			"ParallelStateEntered",
			"ParallelStateStarted",
			"PassStateEntered",
			"PassStateExited",
			"ParallelStateSucceeded",
			"ParallelStateExited",
			"ExecutionSucceeded",
		],
	},
	{
		says: "a Map: started and succeeded, each iteration too",
		source: page,
		definition: machine({
			M: { Type: "Map", Items: [1, 2], MaxConcurrency: 1, ItemProcessor: flow({ Type: "Pass", End: true }), End: true },
		}),
		output: [1, 2],
		types: [
			started,
			"MapStateEntered",
			"MapStateStarted",
			...[1, 2].flatMap(() => ["MapIterationStarted", "PassStateEntered", "PassStateExited", "MapIterationSucceeded"]),
			"MapStateSucceeded",
			"MapStateExited",
			"ExecutionSucceeded",
		],
	},
	{
		says: "an iteration that fails fails the Map's state",
		source: page,
		definition: machine({
			M: { Type: "Map", Items: [1], ItemProcessor: flow({ Type: "Fail", Error: "E" }), End: true },
		}),
		error: "E",
		types: [
			started,
			"MapStateEntered",
			"MapStateStarted",
			"MapIterationStarted",
			"FailStateEntered",
			"MapIterationFailed",
			"MapStateFailed",
			"ExecutionFailed",
		],
	},
];

describe("the history of", () => {
	scenarios(table);

	it(`any execution counts its events from 1, each after one that came before (${page})`, async () => {
		const branch = (name: string) => flow({ ...task("f"), Retry: [{ ErrorEquals: ["Busy"] }] }, name);
		const definition = machine({
			P: { Type: "Parallel", Branches: [branch("A"), branch("B")], Next: "M" },
			M: { Type: "Map", ItemProcessor: flow({ Type: "Pass", End: true }), End: true },
		});
		const stage = aStage({ definition, players: { f: failingWith("Busy", "Busy") } });
		const arn = await stage.start();
		await untilEnded(stage, arn);
		const events = await stage.history(arn);
		expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
		expect(events.filter(({ id, previousEventId }) => previousEventId >= id)).toEqual([]);
		expect(events.filter(({ previousEventId }) => previousEventId === 0).map(({ type }) => type)).toEqual([
			started,
			"ParallelStateEntered",
		]);
	});

	it(`states carries what they were given, gave and assigned, as JSON texts (${page})`, async () => {
		const stage = aStage({
			definition: machine({ A: { Type: "Pass", Assign: { x: { a: 1 } }, Output: [1], End: true } }),
		});
		const arn = await stage.start({ n: 1 });
		await stage.ended(arn);
		const [, entered, exited] = await stage.history(arn);
		expect(entered).toMatchObject({
			stateEnteredEventDetails: { name: "A", input: '{"n":1}', inputDetails: { truncated: false } },
		});
		expect(exited).toMatchObject({
			stateExitedEventDetails: { name: "A", output: "[1]", assignedVariables: { x: '{"a":1}' } },
		});
	});

	it(`a stopped execution ends with ExecutionAborted, error and cause (${guide("../apireference/API_StopExecution.html")})`, async () => {
		const stage = aStage({ definition: machine({ A: { Type: "Wait", Seconds: 60, End: true } }) });
		const arn = await stage.start();
		await stage.settle();
		await stage.call("StopExecution", { executionArn: arn, error: "Enough", cause: "by hand" });
		const events = await stage.history(arn);
		expect(events.at(-1)).toMatchObject({
			type: "ExecutionAborted",
			executionAbortedEventDetails: { error: "Enough", cause: "by hand" },
		});
	});
});
