import { describe, expect, it } from "vitest";
import { aStage, callback, machine, named, task } from "./stage.ts";

const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
const parallel = (branches: object[], more: object = { End: true }) => ({
	Type: "Parallel",
	Branches: branches,
	...more,
});
const each = (state: object, more: object = {}) => ({
	Type: "Map",
	ItemProcessor: branch("One", state),
	End: true,
	...more,
});
const pass = (Output: unknown) => ({ Type: "Pass", Output, End: true });

/** Fails for the given inputs, and answers the others ten times over. */
const failingFor =
	(...bad: unknown[]) =>
	(n: unknown) => {
		if (bad.includes(n)) throw named("Bad", String(n));
		return Number(n) * 10;
	};

describe("a Parallel state", () => {
	it("gives its input to each branch and their outputs in the branches' order", async () => {
		const slow = branch("Slow", { Type: "Wait", Seconds: 5, Output: "{% 'slow' %}", End: true });
		const stage = aStage({
			definition: machine({ Both: parallel([slow, branch("Fast", pass("{% $states.input %}"))]) }),
		});
		const arn = await stage.start("in");
		await stage.clock.advance(5000);
		expect(await stage.ended(arn)).toMatchObject({ output: '["slow","in"]' });
	});

	it("keeps what a branch assigns to itself, and shows it what was assigned before", async () => {
		const left = {
			StartAt: "L",
			States: { L: { Type: "Pass", Assign: { mine: 2 }, Next: "L2" }, L2: pass("{% [$outer, $mine] %}") },
		};
		const stage = aStage({
			definition: machine({
				Set: { Type: "Pass", Assign: { outer: 1 }, Next: "Both" },
				Both: parallel([left], { Next: "After" }),
				After: pass({ in: "{% $states.input %}", mine: "{% $exists($mine) %}" }),
			}),
		});
		const { output } = await stage.ended(await stage.start());
		expect(JSON.parse(String(output))).toEqual({ in: [[1, 2]], mine: false });
	});

	it("fails with the first branch that fails, and cuts the others off", async () => {
		const stage = aStage({
			definition: machine({
				Both: parallel([branch("Bad", task("f")), branch("Long", { Type: "Wait", Seconds: 60, End: true })]),
			}),
			players: { f: failingFor(7) },
		});
		const arn = await stage.start(7);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Bad" });
		expect((await stage.types(arn)).slice(-4)).toEqual([
			...["TaskStateAborted", "WaitStateAborted", "ParallelStateFailed", "ExecutionFailed"],
		]);
	});

	it("is tried again as a whole, and caught when that does not help", async () => {
		const stage = aStage({
			definition: machine({
				Both: parallel([branch("Bad", { Type: "Fail", Error: "Bad" }), branch("Good", pass("{% 1 %}"))], {
					Retry: [{ ErrorEquals: ["Bad"], MaxAttempts: 1 }],
					Catch: [{ ErrorEquals: ["Bad"], Next: "Saved" }],
					Next: "Saved",
				}),
				Saved: { Type: "Succeed", Output: "{% $states.input.Error %}" },
			}),
		});
		const arn = await stage.start();
		await stage.clock.advance(1000);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '"Bad"' });
		const types = await stage.types(arn);
		expect(types.filter((type) => type === "ParallelStateStarted")).toHaveLength(2);
		expect(types.slice(-5)).toEqual([
			"ParallelStateFailed",
			"ParallelStateExited",
			"SucceedStateEntered",
			"SucceedStateExited",
			"ExecutionSucceeded",
		]);
	});

	it("fails inside of another one all the way up", async () => {
		const inner = parallel([
			branch("Bad", { Type: "Fail", Error: "Deep" }),
			branch("Long", { Type: "Wait", Seconds: 9, End: true }),
		]);
		const stage = aStage({
			definition: machine({ Outer: parallel([branch("Inner", inner), branch("Other", callback("park"))]) }),
			players: { park: () => null },
		});
		const arn = await stage.start();
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Deep" });
		const types = await stage.types(arn);
		expect(types.filter((type) => type === "ParallelStateFailed")).toHaveLength(2);
		expect(types).toContain("WaitStateAborted");
		expect(types.at(-1)).toBe("ExecutionFailed");
	});
});

describe("a Map state", () => {
	it("does the same to each item and keeps their order", async () => {
		const stage = aStage({
			definition: machine({ All: each(task("f"), { Items: "{% $states.input.list %}" }) }),
			players: { f: failingFor() },
		});
		expect(await stage.ended(await stage.start({ list: [1, 2, 3] }))).toMatchObject({ output: "[10,20,30]" });
	});

	it("gives each iteration what ItemSelector makes of the item", async () => {
		const selector = {
			n: "{% $states.context.Map.Item.Value %}",
			at: "{% $states.context.Map.Item.Index %}",
			all: "{% $states.input %}",
		};
		const stage = aStage({
			definition: machine({ All: each(pass("{% $states.input %}"), { ItemSelector: selector }) }),
		});
		const { output } = await stage.ended(await stage.start(["a", "b"]));
		expect(JSON.parse(String(output))).toEqual([
			{ n: "a", at: 0, all: ["a", "b"] },
			{ n: "b", at: 1, all: ["a", "b"] },
		]);
	});

	it.each([
		[2, 2],
		[0, 40],
	])("with MaxConcurrency %i runs %i iterations at once", async (MaxConcurrency, atOnce) => {
		const wait = { Type: "Wait", Seconds: 10, End: true };
		const stage = aStage({ definition: machine({ All: each(wait, { MaxConcurrency }) }) });
		const arn = await stage.start(Array.from({ length: 100 }, (_, n) => n));
		await stage.clock.advance(1);
		expect((await stage.types(arn)).filter((type) => type === "MapIterationStarted")).toHaveLength(atOnce);
		await stage.clock.advance(10_000);
		expect((await stage.types(arn)).filter((type) => type === "MapIterationStarted")).toHaveLength(2 * atOnce);
	});

	it("fails with an iteration's failure, and says which", async () => {
		const stage = aStage({
			definition: machine({ All: each(task("f"), { MaxConcurrency: 1 }) }),
			players: { f: failingFor(2) },
		});
		const arn = await stage.start([1, 2, 3]);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Bad" });
		expect(stage.invocations).toHaveLength(2);
		const failed = (await stage.history(arn)).find(({ type }) => type === "MapIterationFailed");
		expect(failed).toMatchObject({ mapIterationFailedEventDetails: { name: "All", index: 1 } });
	});

	it.each([
		[{ ToleratedFailureCount: 1 }, [2], "SUCCEEDED"],
		[{ ToleratedFailureCount: 1 }, [2, 3], "FAILED"],
		[{ ToleratedFailurePercentage: 50 }, [2, 3], "SUCCEEDED"],
		[{ ToleratedFailurePercentage: 50 }, [1, 2, 3], "FAILED"],
	])("tolerates failures as %j says: %j → %s", async (tolerance, bad, status) => {
		const stage = aStage({
			definition: machine({ All: each(task("f"), tolerance) }),
			players: { f: failingFor(...bad) },
		});
		const end = await stage.ended(await stage.start([1, 2, 3, 4]));
		const good = [1, 2, 3, 4].filter((n) => !bad.includes(n)).map((n) => n * 10);
		expect(end).toMatchObject(
			status === "SUCCEEDED"
				? { status, output: JSON.stringify(good) }
				: { status, error: "States.ExceedToleratedFailureThreshold" },
		);
	});

	it("cuts its iterations off when an ItemSelector fails later on", async () => {
		const ItemSelector = "{% $states.context.Map.Item.Value.ok %}";
		const stage = aStage({
			definition: machine({ All: each(callback("park"), { ItemSelector, MaxConcurrency: 2 }) }),
			players: { park: () => null },
		});
		const arn = await stage.start([{ ok: 1 }, { ok: 2 }, {}]);
		await stage.settle();
		const [first, second] = stage.invocations.map(({ payload }) => Object(payload).token);
		await stage.call("SendTaskSuccess", { taskToken: first, output: "1" });
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
		await expect(stage.call("SendTaskSuccess", { taskToken: second, output: "1" })).rejects.toMatchObject({
			name: "TaskTimedOut",
		});
	});
});
