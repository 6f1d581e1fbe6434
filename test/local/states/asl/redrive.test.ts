import { describe, expect, it } from "vitest";
import { aStage, machine, task } from "../stage.ts";
import { failingWith, flow, guide, untilEnded } from "./scenario.ts";

const page = guide("redrive-executions.html");

/** Runs a machine to its failure and redrives it once. */
async function redriven(
	definition: object,
	players: NonNullable<Parameters<typeof aStage>[0]["players"]>,
	input: unknown = {},
) {
	const stage = aStage({ definition, players });
	const arn = await stage.start(input);
	await untilEnded(stage, arn);
	const before = await stage.types(arn);
	await stage.call("RedriveExecution", { executionArn: arn });
	await untilEnded(stage, arn);
	return { stage, arn, ...(await stage.describe(arn)), again: (await stage.types(arn)).slice(before.length) };
}

describe("a redrive", () => {
	it(`does a failed Task again without entering it twice (${page}#redrive-individual-state-behavior)`, async () => {
		const { status, again } = await redriven(machine({ A: task("f") }), { f: failingWith("X") });
		expect(status).toBe("SUCCEEDED");
		expect(again).toEqual([
			"ExecutionRedriven",
			"TaskScheduled",
			"TaskStarted",
			"TaskSucceeded",
			"TaskStateExited",
			"ExecutionSucceeded",
		]);
	});

	it(`counts a Task's attempts from the beginning (${page}#redrive-retry-behavior)`, async () => {
		const A = { ...task("f"), Retry: [{ ErrorEquals: ["X"], MaxAttempts: 2 }] };
		const { status } = await redriven(machine({ A }), { f: failingWith("X", "X", "X", "X", "X") });
		expect(status).toBe("SUCCEEDED");
	});

	it(`knows the variables that were assigned before (${page})`, async () => {
		const definition = machine({
			S: { Type: "Pass", Assign: { x: 7 }, Next: "A" },
			A: { ...task("f", {}), Next: "B" },
			B: { Type: "Succeed", Output: "{% $x %}" },
		});
		expect(await redriven(definition, { f: failingWith("X") })).toMatchObject({ status: "SUCCEEDED", output: "7" });
	});

	it(`tells its count and time in the context (${guide("input-output-contextobject.html")})`, async () => {
		const definition = machine({
			A: { ...task("f", {}), Next: "B" },
			B: {
				Type: "Succeed",
				Output: "{% [$states.context.Execution.RedriveCount, $exists($states.context.Execution.RedriveTime)] %}",
			},
		});
		expect(await redriven(definition, { f: failingWith("X") })).toMatchObject({ output: "[1,true]", redriveCount: 1 });
	});

	it(`evaluates a Choice that found no rule again, and fails again (${page}#redrive-individual-state-behavior)`, async () => {
		const definition = machine({
			W: { Type: "Choice", Choices: [{ Condition: "{% $states.input = 1 %}", Next: "E" }] },
			E: { Type: "Succeed" },
		});
		expect(await redriven(definition, {}, 2)).toMatchObject({
			status: "FAILED",
			error: "States.NoChoiceMatched",
			redriveCount: 1,
		});
	});

	it(`runs only the failed branch of a Parallel, and takes the other's output as it was (${page}#redrive-individual-state-behavior)`, async () => {
		const calls: string[] = [];
		const fails = failingWith("X");
		const bad = (payload: unknown) => {
			calls.push("bad");
			return fails(payload);
		};
		const players = { good: () => calls.push("good"), bad };
		const definition = machine({
			P: {
				Type: "Parallel",
				Branches: [
					flow({ ...task("good") }, "G"),
					{ StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, Next: "B" }, B: task("bad") } },
				],
				End: true,
			},
		});
		const done = await redriven(definition, players);
		expect(done).toMatchObject({ status: "SUCCEEDED", output: '[1,"ok"]' });
		expect(calls).toEqual(["good", "bad", "bad"]);
	});

	it(`runs only the failed iterations of a Map (${page}#redrive-individual-state-behavior)`, async () => {
		const seen: unknown[] = [];
		const fails = failingWith("X");
		const f = (payload: unknown) => {
			seen.push(payload);
			if (payload === 2) fails(payload);
			return payload;
		};
		const definition = machine({
			M: { Type: "Map", Items: [1, 2, 3], MaxConcurrency: 1, ItemProcessor: flow({ ...task("f") }), End: true },
		});
		const done = await redriven(definition, { f });
		expect(done).toMatchObject({ status: "SUCCEEDED", output: "[1,2,3]" });
		expect(seen).toEqual([1, 2, 2, 3]);
	});

	it(`takes a stopped execution up where it waited (${page}#redrive-eligibility)`, async () => {
		const stage = aStage({ definition: machine({ A: { Type: "Wait", Seconds: 60, End: true } }) });
		const arn = await stage.start("in");
		await stage.settle();
		await stage.call("StopExecution", { executionArn: arn });
		await stage.call("RedriveExecution", { executionArn: arn });
		await untilEnded(stage, arn);
		expect(await stage.describe(arn)).toMatchObject({ status: "SUCCEEDED", output: '"in"' });
	});

	it(`goes on with the input that the execution began with (${page})`, async () => {
		const definition = machine({
			A: { ...task("f", {}), Next: "B" },
			B: { Type: "Succeed", Output: "{% $states.context.Execution.Input %}" },
		});
		expect(await redriven(definition, { f: failingWith("X") }, { kept: 1 })).toMatchObject({ output: '{"kept":1}' });
	});
});
