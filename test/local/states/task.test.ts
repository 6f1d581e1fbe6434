import { describe, expect, it } from "vitest";
import { AwsError } from "../../../local/aws/service.ts";
import { aStage, machine, named, task } from "./stage.ts";

const failing = (error: string, message?: string) => () => {
	throw named(error, message);
};

/** Fails with the listed errors, one each time, then answers. */
function stumbling(...errors: string[]) {
	return () => {
		const error = errors.shift();
		if (error) throw named(error);
		return "done";
	};
}

const retryOf = (ErrorEquals: string[], more: object = {}) => ({ End: true, Retry: [{ ErrorEquals, ...more }] });
describe("a task", () => {
	it("gives the function its payload and takes the answer as `lambda:invoke` does", async () => {
		const { Output: _, ...plain } = { Output: "", ...task("double") };
		const stage = aStage({
			definition: machine({ Call: { ...plain, Output: "{% $states.result %}" } }),
			players: { double: (n) => Number(n) * 2 },
		});
		const arn = await stage.start(21);
		const { output } = await stage.ended(arn);
		expect(JSON.parse(String(output))).toMatchObject({ Payload: 42, StatusCode: 200, ExecutedVersion: "$LATEST" });
		const all = [
			"ExecutionStarted",
			"TaskStateEntered",
			"TaskScheduled",
			"TaskStarted",
			"TaskSucceeded",
			"TaskStateExited",
			"ExecutionSucceeded",
		];
		expect(await stage.types(arn)).toEqual(all);
	});

	it("fails with the thrown error's name, and what the runtime reports as cause", async () => {
		const stage = aStage({
			definition: machine({ Call: task("f") }),
			players: { f: failing("Superseded", "an older generation") },
		});
		const { status, error, cause } = await stage.ended(await stage.start());
		expect({ status, error }).toEqual({ status: "FAILED", error: "Superseded" });
		expect(JSON.parse(String(cause))).toEqual({
			errorType: "Superseded",
			errorMessage: "an older generation",
			trace: [],
		});
	});

	it("calls an error of the Lambda service by that service's name, as Retry lists it", async () => {
		const refusals = [new AwsError("TooManyRequestsException", "Rate Exceeded.", 429)];
		const f = () => {
			const refusal = refusals.shift();
			if (refusal) throw refusal;
			return "in the end";
		};
		const stage = aStage({
			definition: machine({ Call: task("f", retryOf(["Lambda.TooManyRequestsException"])) }),
			players: { f },
		});
		const arn = await stage.start();
		await stage.clock.advance(1000);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '"in the end"' });
	});

	it("is tried again as its Retry says, after the delays, with the count in the context", async () => {
		const arguments_ = { FunctionName: "f", Payload: { count: "{% $states.context.State.RetryCount %}" } };
		const stage = aStage({
			definition: machine({
				Call: task("f", { ...retryOf(["Throttled"], { IntervalSeconds: 2, BackoffRate: 3 }), Arguments: arguments_ }),
			}),
			players: { f: stumbling("Throttled", "Throttled") },
		});
		const arn = await stage.start();
		const counts = () => stage.invocations.map(({ payload }) => Object(payload).count);
		await stage.clock.advance(1999);
		expect(counts()).toEqual([0]);
		await stage.clock.advance(1);
		expect(counts()).toEqual([0, 1]);
		await stage.clock.advance(5999);
		expect(counts()).toEqual([0, 1]);
		await stage.clock.advance(1);
		expect(counts()).toEqual([0, 1, 2]);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
	});

	it("counts each retrier's attempts apart, and gives up when the matching one has spent its own", async () => {
		const retry = [
			{ ErrorEquals: ["A"], MaxAttempts: 1 },
			{ ErrorEquals: ["States.ALL"], MaxAttempts: 2 },
		];
		const stage = aStage({
			definition: machine({ Call: task("f", { End: true, Retry: retry }) }),
			players: { f: stumbling("A", "B", "B", "A") },
		});
		const arn = await stage.start();
		await stage.clock.advance(60_000);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "A" });
		expect(stage.invocations).toHaveLength(4);
	});

	it("goes to the first Catch that matches once the retries are spent, with the error in sight", async () => {
		const catchers = [
			{ ErrorEquals: ["Other"], Next: "No" },
			{
				ErrorEquals: ["Gone"],
				Next: "Yes",
				Output: { why: "{% $states.errorOutput.Error %}", was: "{% $states.input %}" },
				Assign: { seen: true },
			},
			{ ErrorEquals: ["States.ALL"], Next: "No" },
		];
		const stage = aStage({
			definition: machine({
				Call: task("f", { Next: "No", Retry: [{ ErrorEquals: ["Gone"], MaxAttempts: 1 }], Catch: catchers }),
				No: { Type: "Fail" },
				Yes: { Type: "Succeed", Output: { in: "{% $states.input %}", seen: "{% $seen %}" } },
			}),
			players: { f: failing("Gone") },
		});
		const arn = await stage.start({ n: 1 });
		await stage.clock.advance(1000);
		const { output } = await stage.ended(arn);
		expect(JSON.parse(String(output))).toEqual({ in: { why: "Gone", was: { n: 1 } }, seen: true });
		expect(stage.invocations).toHaveLength(2);
	});

	it("times out, and takes no answer that comes later", async () => {
		const late = Promise.withResolvers<string>();
		const stage = aStage({
			definition: machine({
				Call: task("f", {
					Next: "Rest",
					TimeoutSeconds: 5,
					Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Rest" }],
				}),
				Rest: { Type: "Wait", Seconds: 10, End: true },
			}),
			players: { f: () => late.promise },
		});
		const arn = await stage.start();
		await stage.clock.advance(5000);
		late.resolve("too late");
		await stage.clock.advance(10_000);
		expect(JSON.parse(String((await stage.ended(arn))["output"]))).toEqual({ Error: "States.Timeout", Cause: "" });
		expect(await stage.types(arn)).not.toContain("TaskSucceeded");
	});

	it("runs no more invocations at once than there are places, and all of them in the end", async () => {
		let now = 0;
		let most = 0;
		const f = async (n: unknown) => {
			most = Math.max(most, ++now);
			await new Promise((resolve) => setImmediate(resolve));
			now--;
			return n;
		};
		const stage = aStage({ definition: machine({ Call: task("f") }), players: { f }, invocationsAtOnce: 10 });
		const arns = await Promise.all(Array.from({ length: 300 }, (_, n) => stage.start(n)));
		const ends = await Promise.all(arns.map((arn) => stage.ended(arn)));
		expect(ends.map(({ output }) => Number(output))).toEqual(arns.map((_, n) => n));
		expect(most).toBe(10);
	});
});
