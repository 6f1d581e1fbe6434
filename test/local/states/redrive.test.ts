import { describe, expect, it } from "vitest";
import { dayMs } from "../../../local/states/limits.ts";
import { aStage, callback, machine, named, type Stage, task } from "./stage.ts";

/** A function that fails as long as it is broken. */
function mendable() {
	const state = { broken: true, calls: 0 };
	const f = () => {
		state.calls++;
		if (state.broken) throw named("Throttled");
		return "mended";
	};
	return { state, f };
}

const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
const redrive = (stage: Stage, executionArn: string) => stage.call("RedriveExecution", { executionArn });
const since = (types: string[]) => types.slice(types.lastIndexOf("ExecutionRedriven"));

describe("a redrive", () => {
	it("goes on at the failed state, with the same input and fresh retries, and repeats nothing before it", async () => {
		const { state, f } = mendable();
		const retry = { Retry: [{ ErrorEquals: ["Throttled"], MaxAttempts: 1 }] };
		const stage = aStage({
			definition: machine({
				First: task("first", { Next: "Second" }),
				Second: task("f", { Next: "Third", ...retry }),
				Third: { Type: "Succeed" },
			}),
			players: { f, first: () => ({ n: 1 }) },
		});
		const arn = await stage.start();
		await stage.clock.advance(1000);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", redriveStatus: "REDRIVABLE", redriveCount: 0 });

		await redrive(stage, arn);
		expect(await stage.describe(arn)).toMatchObject({
			status: "RUNNING",
			redriveCount: 1,
			redriveStatus: "NOT_REDRIVABLE",
		});
		await stage.settle();
		state.broken = false;
		await stage.clock.advance(1000);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '"mended"', redriveCount: 1 });
		expect(stage.invocations.map(({ name }) => name)).toEqual(["first", "f", "f", "f", "f"]);
		expect(since(await stage.types(arn)).slice(0, 4)).toEqual([
			"ExecutionRedriven",
			"TaskScheduled",
			"TaskStarted",
			"TaskFailed",
		]);
	});

	it("stands in the history after the end that it takes back, with its number", async () => {
		const stage = aStage({ definition: machine({ No: { Type: "Fail" } }) });
		const arn = await stage.start();
		await stage.ended(arn);
		await redrive(stage, arn);
		const redriven = (await stage.history(arn)).find(({ type }) => type === "ExecutionRedriven");
		expect(redriven).toMatchObject({ id: 4, previousEventId: 3, executionRedrivenEventDetails: { redriveCount: 1 } });
	});

	it("issues a new token; the old one is dead", async () => {
		const stage = aStage({ definition: machine({ Park: callback("park") }), players: { park: () => null } });
		const arn = await stage.start();
		await stage.settle();
		const [{ token: old }] = [Object(stage.invocations[0]?.payload)];
		await stage.call("StopExecution", { executionArn: arn, error: "Cancelled", cause: "by the operator" });
		expect(await stage.describe(arn)).toMatchObject({
			status: "ABORTED",
			error: "Cancelled",
			cause: "by the operator",
		});
		await redrive(stage, arn);
		await stage.settle();
		const fresh = Object(stage.invocations[1]?.payload).token;
		await expect(stage.call("SendTaskSuccess", { taskToken: old, output: "1" })).rejects.toMatchObject({
			name: "TaskTimedOut",
		});
		await stage.call("SendTaskSuccess", { taskToken: fresh, output: "1" });
		expect((await stage.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("runs only the branches again that did not end well", async () => {
		const { state, f } = mendable();
		const branches = [
			branch("Good", task("good")),
			branch("Bad", task("f")),
			branch("Cut", { Type: "Wait", Seconds: 60, End: true }),
		];
		const stage = aStage({
			definition: machine({ All: { Type: "Parallel", Branches: branches, End: true } }),
			players: { f, good: () => "good" },
		});
		const arn = await stage.start(1);
		await stage.settle();
		if ((await stage.describe(arn)).status === "RUNNING") throw new Error("it should have failed by now");
		state.broken = false;
		await redrive(stage, arn);
		await stage.clock.advance(60_000);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '["good","mended",1]' });
		expect(stage.invocations.filter(({ name }) => name === "good")).toHaveLength(1);
	});

	it("runs only the iterations again that did not end well", async () => {
		const bad = new Set([2]);
		const f = (n: unknown) => {
			if (bad.has(Number(n))) throw named("Bad");
			return Number(n) * 10;
		};
		const map = { Type: "Map", MaxConcurrency: 1, ItemProcessor: branch("One", task("f")), End: true };
		const stage = aStage({ definition: machine({ All: map }), players: { f } });
		const arn = await stage.start([1, 2, 3]);
		expect((await stage.ended(arn)).status).toBe("FAILED");
		bad.clear();
		await redrive(stage, arn);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "[10,20,30]" });
		expect(stage.invocations.map(({ payload }) => payload)).toEqual([1, 2, 2, 3]);
	});

	it("sets the machine's own timeout anew after a time-out", async () => {
		const stage = aStage({
			definition: machine({ Park: callback("park") }, { TimeoutSeconds: 10 }),
			players: { park: () => null },
		});
		const arn = await stage.start();
		await stage.clock.advance(10_000);
		expect((await stage.ended(arn)).status).toBe("TIMED_OUT");
		await redrive(stage, arn);
		await stage.clock.advance(9000);
		expect((await stage.describe(arn)).status).toBe("RUNNING");
		await stage.clock.advance(1000);
		expect(await stage.ended(arn)).toMatchObject({ status: "TIMED_OUT", redriveCount: 1 });
	});

	it("fails again at a Fail state", async () => {
		const stage = aStage({ definition: machine({ No: { Type: "Fail", Error: "No" } }) });
		const arn = await stage.start();
		await stage.ended(arn);
		await redrive(stage, arn);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "No", redriveCount: 1 });
		expect(since(await stage.types(arn))).toEqual(["ExecutionRedriven", "FailStateEntered", "ExecutionFailed"]);
	});

	it("keeps the definition that the execution began with", async () => {
		const { state, f } = mendable();
		const stage = aStage({ definition: machine({ Old: task("f") }), players: { f, g: () => "new" } });
		const arn = await stage.start();
		await stage.ended(arn);
		const next = stage.restart({ definition: machine({ New: task("g") }) });
		state.broken = false;
		await redrive(next, arn);
		expect(await next.ended(arn)).toMatchObject({ output: '"mended"' });
		expect(await next.ended(await next.start())).toMatchObject({ output: '"new"' });
	});

	it("is refused while the execution runs, once it has succeeded, and 14 days after its end", async () => {
		const { state, f } = mendable();
		const stage = aStage({
			definition: machine({ Rest: { Type: "Wait", Seconds: 5, Next: "Call" }, Call: task("f") }),
			players: { f },
		});
		const failed = await stage.start();
		const refused = (arn: string, message: string) =>
			expect(redrive(stage, arn)).rejects.toMatchObject({ name: "ExecutionNotRedrivable", message });
		await refused(failed, "Execution is RUNNING and cannot be redriven");
		await stage.clock.advance(5000);
		state.broken = false;
		const good = await stage.start();
		await stage.clock.advance(5000);
		await refused(good, "Execution is SUCCEEDED and cannot be redriven");
		await stage.clock.advance(14 * dayMs);
		await refused(failed, "Execution redrivable period exceeded");
		await expect(redrive(stage, `${good}x`)).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
	});

	it("happens once for one client token", async () => {
		const { f } = mendable();
		const stage = aStage({ definition: machine({ Call: task("f") }), players: { f } });
		const arn = await stage.start();
		await stage.ended(arn);
		const given = { executionArn: arn, clientToken: "once" };
		const first = await stage.call("RedriveExecution", given);
		await stage.ended(arn);
		expect(await stage.call("RedriveExecution", given)).toEqual(first);
		expect((await stage.describe(arn)).redriveCount).toBe(1);
	});
});
