import { describe, expect, it } from "vitest";
import { aStage, callback, machine, named, type Stage, task } from "../stage.ts";
import { guide, type Scenario, scenarios, silent, spec, throwing } from "./scenario.ts";

const times = guide("state-task.html");
const tokens = guide("connect-to-resource.html#connect-wait-token");
const lambda = guide("connect-lambda.html");
const waiting = (more: object) => machine({ A: callback("hand", { ...more, End: true }) });
const invoking = (Payload: unknown) => ({
	Type: "Task",
	Resource: "arn:aws:states:::lambda:invoke",
	Arguments: { FunctionName: "f", Payload },
	Output: "{% $states.result.Payload %}",
	End: true,
});
const echo = { f: (payload: unknown) => payload };

const table: Scenario[] = [
	{
		says: "a task that does not answer within TimeoutSeconds is States.Timeout",
		source: times,
		definition: machine({ A: { ...task("f"), TimeoutSeconds: 20 } }),
		players: { f: silent },
		error: "States.Timeout",
		took: 20,
		types: ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskTimedOut", "ExecutionFailed"],
	},
	{
		says: "TimeoutSeconds may be an expression",
		source: times,
		definition: machine({ A: { ...task("f"), TimeoutSeconds: "{% $states.input.s %}" } }),
		players: { f: silent },
		input: { s: 7 },
		error: "States.Timeout",
		took: 7,
	},
	{
		says: "a token that never comes back times out",
		source: tokens,
		definition: waiting({ TimeoutSeconds: 50 }),
		players: { hand: () => null },
		error: "States.Timeout",
		took: 50,
	},
	{
		says: "a heartbeat that stays away ends the task before its timeout",
		source: times,
		definition: waiting({ TimeoutSeconds: 600, HeartbeatSeconds: 10 }),
		players: { hand: () => null },
		error: "States.Timeout",
		took: 10,
	},
	{
		says: "HeartbeatSeconds may be an expression",
		source: times,
		definition: waiting({ HeartbeatSeconds: "{% $states.input %}" }),
		players: { hand: () => null },
		input: 12,
		error: "States.Timeout",
		took: 12,
	},
	{
		says: "a missed heartbeat can be caught as States.HeartbeatTimeout",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: machine({
			A: callback("hand", {
				HeartbeatSeconds: 10,
				Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Output: "{% 'caught' %}", Next: "B" }],
				End: true,
			}),
			B: { Type: "Succeed" },
		}),
		players: { hand: () => null },
		output: "caught",
		took: 10,
	},
	{
		says: "without an answer of a function heartbeats are not waited for",
		source: times,
		definition: machine({ A: { ...task("f"), TimeoutSeconds: 30, HeartbeatSeconds: 5 } }),
		players: { f: silent },
		error: "States.Timeout",
		took: 30,
	},
	{
		says: "the payload is the function's event",
		source: lambda,
		definition: machine({ A: invoking({ a: "{% $states.input %}" }) }),
		players: echo,
		input: 1,
		output: { a: 1 },
	},
	{
		says: "without a payload the event is an empty object",
		source: lambda,
		definition: machine({ A: { ...invoking(1), Arguments: { FunctionName: "f" } } }),
		players: echo,
		output: {},
	},
	{
		says: "a function's error has its type as name and its report as cause",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: machine({ A: task("f") }),
		players: { f: throwing("CustomError", "This is a custom error!") },
		error: "CustomError",
		cause: /"errorMessage":"This is a custom error!"/,
	},
	{
		says: "a function that does not exist fails under Lambda's name",
		source: lambda,
		definition: machine({ A: task("nobody") }),
		error: "Lambda.ResourceNotFoundException",
	},
	{
		says: "Arguments without FunctionName fail",
		source: lambda,
		definition: machine({ A: { ...task("f"), Arguments: { Payload: 1 } } }),
		error: "States.QueryEvaluationError",
		cause: /FunctionName/,
	},
	{
		says: "the function's name may be an expression",
		source: lambda,
		definition: machine({ A: { ...task("f"), Arguments: { FunctionName: "{% $states.input %}", Payload: { n: 5 } } } }),
		players: echo,
		input: "f",
		output: { n: 5 },
	},
];

const hand = { hand: () => "taken" };
const tokenOf = ({ invocations }: Stage, at = -1) => {
	const payload: unknown = invocations.at(at)?.payload;
	return typeof payload === "object" && payload !== null && "token" in payload ? String(payload.token) : "";
};

/** A machine that waits at its first token. */
async function parked(more: object = {}) {
	const stage = aStage({ definition: waiting(more), players: hand });
	const arn = await stage.start();
	await stage.settle();
	return { stage, arn, taskToken: tokenOf(stage) };
}

describe("a Task", () => {
	scenarios(table);

	it(`takes the output that comes with its token as its result, not what the function answered (${tokens})`, async () => {
		const { stage, arn, taskToken } = await parked();
		await stage.call("SendTaskSuccess", { taskToken, output: '{"done":true}' });
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '{"done":true}' });
	});

	it(`fails with error and cause that come with its token, as Retry and Catch see them (${tokens})`, async () => {
		const Retry = [{ ErrorEquals: ["Theirs"], MaxAttempts: 1 }];
		const { stage, arn, taskToken } = await parked({ Retry });
		await stage.call("SendTaskFailure", { taskToken, error: "Theirs", cause: "not now" });
		await stage.clock.advance(1_000);
		expect(tokenOf(stage)).not.toBe(taskToken);
		await stage.call("SendTaskFailure", { taskToken: tokenOf(stage), error: "Theirs", cause: "never" });
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Theirs", cause: "never" });
	});

	it(`lives on as long as heartbeats come, but not beyond its timeout (${times})`, async () => {
		const { stage, arn, taskToken } = await parked({ TimeoutSeconds: 25, HeartbeatSeconds: 10 });
		for (let beat = 0; beat < 2; beat++) {
			await stage.clock.advance(9_000);
			await stage.call("SendTaskHeartbeat", { taskToken });
		}
		expect(await stage.describe(arn)).toMatchObject({ status: "RUNNING" });
		await stage.clock.advance(7_000);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
	});

	it(`takes its token once: success after success is TaskTimedOut (${guide("../apireference/API_SendTaskSuccess.html")})`, async () => {
		const { stage, taskToken } = await parked();
		await stage.call("SendTaskSuccess", { taskToken, output: "1" });
		await expect(stage.call("SendTaskSuccess", { taskToken, output: "2" })).rejects.toMatchObject({
			name: "TaskTimedOut",
		});
		await expect(stage.call("SendTaskHeartbeat", { taskToken })).rejects.toMatchObject({ name: "TaskTimedOut" });
	});

	it.each<[string, object, string]>([
		["output that is no JSON", { output: "{" }, "InvalidOutput"],
		["output above 256 KiB", { output: JSON.stringify("a".repeat(262_145)) }, "ValidationException"],
	])("refuses %s, and goes on waiting", async (_, given, name) => {
		const { stage, arn, taskToken } = await parked();
		await expect(stage.call("SendTaskSuccess", { taskToken, ...given })).rejects.toMatchObject({ name });
		expect(await stage.describe(arn)).toMatchObject({ status: "RUNNING" });
	});

	it(`hands the token over in the context only where it waits for it (${guide("input-output-contextobject.html")})`, async () => {
		const definition = machine({
			A: {
				...task("f"),
				Arguments: { FunctionName: "f", Payload: { has: "{% $exists($states.context.Task.Token) %}" } },
			},
		});
		const stage = aStage({ definition, players: { f: (payload) => payload } });
		expect(await stage.ended(await stage.start())).toMatchObject({ output: '{"has":false}' });
	});

	it(`fails when the function that hands the token over fails (${tokens})`, async () => {
		const players = { hand: () => Promise.reject(named("Broken")) };
		const stage = aStage({ definition: waiting({}), players });
		expect(await stage.ended(await stage.start())).toMatchObject({ status: "FAILED", error: "Broken" });
	});

	it(`that was stopped answers TaskTimedOut to its token (${spec("task-state")})`, async () => {
		const { stage, arn, taskToken } = await parked();
		await stage.call("StopExecution", { executionArn: arn });
		await expect(stage.call("SendTaskSuccess", { taskToken, output: "1" })).rejects.toMatchObject({
			name: "TaskTimedOut",
		});
		expect(await stage.describe(arn)).toMatchObject({ status: "ABORTED" });
	});
});
