import { describe, expect, it } from "vitest";
import { retryDelayMs } from "../../../../local/states/failure.ts";
import { aStage, machine, task } from "../stage.ts";
import { failingWith, flow, guide, type Scenario, scenarios, silent, spec, untilEnded } from "./scenario.ts";

const page = guide("concepts-error-handling.html#error-handling-retrying-after-an-error");
const retrying = (...Retry: object[]) => machine({ A: { ...task("f"), Retry } });
const busy = (count: number) => ({ f: failingWith(...Array<string>(count).fill("Busy")) });
const on = (...ErrorEquals: string[]) => ({ ErrorEquals });

const table: Scenario[] = [
	{
		says: "without numbers there are 3 attempts more, after 1, 2 and 4 seconds",
		source: page,
		definition: retrying(on("Busy")),
		players: busy(3),
		output: "ok",
		took: 7,
	},
	{
		says: "the fourth failure is final then",
		source: page,
		definition: retrying(on("Busy")),
		players: busy(4),
		error: "Busy",
		took: 7,
	},
	{
		says: "MaxAttempts 0 means never",
		source: page,
		definition: retrying({ ...on("Busy"), MaxAttempts: 0 }),
		players: busy(1),
		error: "Busy",
	},
	{
		says: "the documentation's example waits 3 and 4.5 seconds",
		source: page,
		definition: retrying({ ...on("Busy"), IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 1.5 }),
		players: busy(2),
		output: "ok",
		took: 7.5,
	},
	{
		says: "BackoffRate 1 keeps the interval",
		source: page,
		definition: retrying({ ...on("Busy"), IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 1 }),
		players: busy(4),
		output: "ok",
		took: 20,
	},
	{
		says: "MaxDelaySeconds bounds the interval that grows",
		source: page,
		definition: retrying({ ...on("Busy"), IntervalSeconds: 3, MaxAttempts: 5, BackoffRate: 2, MaxDelaySeconds: 10 }),
		players: busy(5),
		output: "ok",
		took: 3 + 6 + 10 + 10 + 10,
	},
	{
		says: "an error that no retrier names is not tried again",
		source: spec("retrying-after-error"),
		definition: retrying(on("Other")),
		players: busy(1),
		error: "Busy",
	},
	{
		says: "names are compared letter by letter, in their case",
		source: spec("error-names"),
		definition: retrying(on("busy")),
		players: busy(1),
		error: "Busy",
	},
	{
		says: "the first retrier that matches is taken, not the best",
		source: spec("retrying-after-error"),
		definition: retrying({ ...on("Other", "Busy"), IntervalSeconds: 9 }, { ...on("Busy"), IntervalSeconds: 1 }),
		players: busy(1),
		output: "ok",
		took: 9,
	},
	{
		says: "each retrier counts its own attempts, over all of the state's failures",
		source: spec("retrying-after-error"),
		definition: retrying(
			{ ...on("A"), IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 2 },
			{ ...on("B"), IntervalSeconds: 5, MaxAttempts: 1 },
		),
		players: { f: failingWith("A", "B", "A") },
		output: "ok",
		took: 1 + 5 + 2,
	},
	{
		says: "a retrier that has spent its attempts does not hand over to the next that matches",
		source: spec("retrying-after-error"),
		definition: retrying({ ...on("A", "B"), MaxAttempts: 1 }, { ...on("B"), MaxAttempts: 5 }),
		players: { f: failingWith("B", "B") },
		error: "B",
		took: 1,
	},
	{
		says: "States.ALL takes every error of a function",
		source: page,
		definition: retrying(on("States.ALL")),
		players: busy(1),
		output: "ok",
		took: 1,
	},
	{
		says: "States.TaskFailed takes every error but States.Timeout",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: retrying(on("States.TaskFailed")),
		players: busy(1),
		output: "ok",
		took: 1,
	},
	{
		says: "States.TaskFailed takes what the interpreter itself reports, too",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: machine({
			A: {
				...task("f"),
				Output: "{% $states.context.State.RetryCount = 0 ? $error('x') : 'late' %}",
				Retry: [on("States.TaskFailed")],
			},
		}),
		players: { f: () => 1 },
		output: "late",
		took: 1,
	},
	{
		says: "States.TaskFailed does not take a time-out",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: machine({ A: { ...task("f"), TimeoutSeconds: 4, Retry: [on("States.TaskFailed")] } }),
		players: { f: silent },
		error: "States.Timeout",
		took: 4,
	},
	{
		says: "a time-out is tried again under its name, with its time anew",
		source: page,
		definition: machine({
			A: { ...task("f"), TimeoutSeconds: 4, Retry: [{ ...on("States.Timeout"), MaxAttempts: 1, IntervalSeconds: 2 }] },
		}),
		players: { f: silent },
		error: "States.Timeout",
		took: 4 + 2 + 4,
	},
	{
		says: "a Parallel is tried again as a whole",
		source: spec("parallel-state"),
		definition: machine({
			P: { Type: "Parallel", Branches: [flow({ ...task("f") })], Retry: [on("Busy")], End: true },
		}),
		players: busy(2),
		output: ["ok"],
		took: 3,
	},
	{
		says: "a Map is tried again as a whole",
		source: spec("map-state"),
		definition: machine({
			M: { Type: "Map", Items: [1], ItemProcessor: flow({ ...task("f") }), Retry: [on("Busy")], End: true },
		}),
		players: busy(2),
		output: ["ok"],
		took: 3,
	},
	{
		says: "RetryCount counts in the context",
		source: guide("input-output-contextobject.html"),
		definition: machine({ A: { ...task("f"), Output: "{% $states.context.State.RetryCount %}", Retry: [on("Busy")] } }),
		players: busy(2),
		output: 2,
		took: 3,
	},
	{
		says: "RetryCount is 0 again in the next state",
		source: guide("input-output-contextobject.html"),
		definition: machine({
			A: { ...task("f", { Next: "B" }), Retry: [on("Busy")] },
			B: { Type: "Succeed", Output: "{% $states.context.State.RetryCount %}" },
		}),
		players: busy(1),
		output: 0,
		took: 1,
	},
	{
		says: "States.ALL does not take States.DataLimitExceeded",
		source: guide("concepts-error-handling.html#error-handling-error-representation"),
		definition: machine({ A: { ...task("f"), Retry: [on("States.ALL")] } }),
		players: { f: () => "a".repeat(300_000) },
		error: "States.DataLimitExceeded",
	},
	{
		says: "Lambda's own errors go by the service's name",
		source: guide("connect-lambda.html"),
		definition: retrying({ ...on("Lambda.ServiceException", "Lambda.TooManyRequestsException"), IntervalSeconds: 2 }),
		players: { f: failingWith("Lambda.TooManyRequestsException") },
		output: "ok",
		took: 2,
	},
];

describe("Retry", () => {
	scenarios(table);

	it.each([0, 0.25, 0.999])(`with JitterStrategy FULL waits %f of the whole delay (${page})`, (chance) => {
		const retrier = {
			ErrorEquals: ["X"],
			IntervalSeconds: 3,
			MaxAttempts: 5,
			BackoffRate: 2,
			MaxDelaySeconds: 10,
			JitterStrategy: "FULL" as const,
		};
		const delays = [0, 1, 2, 3].map((spent) => retryDelayMs(retrier, spent, chance));
		expect(delays).toEqual([3, 6, 10, 10].map((seconds) => Math.round(seconds * 1000 * chance)));
	});

	it(`with JitterStrategy FULL never waits longer than without (${page})`, async () => {
		const Retry = [{ ...on("Busy"), IntervalSeconds: 4, MaxAttempts: 3, JitterStrategy: "FULL" }];
		for (let run = 0; run < 10; run++) {
			const stage = aStage({ definition: retrying(...Retry), players: busy(3) });
			const arn = await stage.start();
			await untilEnded(stage, arn);
			const { startDate, stopDate, status } = await stage.describe(arn);
			expect(status).toBe("SUCCEEDED");
			expect(Number(stopDate) - Number(startDate)).toBeLessThanOrEqual(4 + 8 + 16);
		}
	});
});
