import { describe, expect, it } from "vitest";
import { AwsError } from "../../../local/aws/service.ts";
import { aStage, callback, machine, named, type Stage, task } from "./stage.ts";

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
const lastToken = (stage: Stage) => Object(stage.invocations.at(-1)?.payload).token;

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

describe("a task with a token", () => {
	const waiting = (more: object = {}) =>
		aStage({
			definition: machine({ Park: callback("park", { End: true, ...more }) }),
			players: { park: () => "parked" },
		});

	it("waits until someone sends success, whose output is the result", async () => {
		const stage = waiting();
		const arn = await stage.start();
		await stage.settle();
		expect((await stage.types(arn)).slice(2)).toEqual(["TaskScheduled", "TaskStarted", "TaskSubmitted"]);
		await stage.call("SendTaskSuccess", { taskToken: lastToken(stage), output: '{"done":true}' });
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '{"done":true}' });
	});

	it("takes an answer that comes before the function has returned", async () => {
		const never = new Promise(() => {});
		const stage = aStage({ definition: machine({ Park: callback("park") }), players: { park: () => never } });
		const arn = await stage.start();
		await stage.settle();
		await stage.call("SendTaskSuccess", { taskToken: lastToken(stage), output: "1" });
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "1" });
	});

	it("fails with what was sent as failure", async () => {
		const stage = waiting();
		const arn = await stage.start();
		await stage.settle();
		await stage.call("SendTaskFailure", {
			taskToken: lastToken(stage),
			error: "InvalidChangeBatch",
			cause: "a CNAME is there",
		});
		expect(await stage.ended(arn)).toMatchObject({
			status: "FAILED",
			error: "InvalidChangeBatch",
			cause: "a CNAME is there",
		});
	});

	it("times out when heartbeats stay away, and not while they come", async () => {
		const stage = waiting({ HeartbeatSeconds: 10 });
		const arn = await stage.start();
		for (let beat = 0; beat < 5; beat++) {
			await stage.clock.advance(9000);
			await stage.call("SendTaskHeartbeat", { taskToken: lastToken(stage) });
		}
		await stage.clock.advance(9999);
		expect((await stage.describe(arn)).status).toBe("RUNNING");
		await stage.clock.advance(1);
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
	});

	it("lets a Catch name the missed heartbeat", async () => {
		const stage = aStage({
			definition: machine({
				Park: callback("park", {
					HeartbeatSeconds: 1,
					Next: "No",
					Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Yes" }],
				}),
				...{ No: { Type: "Fail" }, Yes: { Type: "Succeed" } },
			}),
			players: { park: () => null },
		});
		const arn = await stage.start();
		await stage.clock.advance(1000);
		expect((await stage.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("answers TaskTimedOut to a token that nobody waits for any more", async () => {
		const stage = waiting({ TimeoutSeconds: 5, Retry: [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1 }] });
		const arn = await stage.start();
		await stage.settle();
		const first = lastToken(stage);
		await stage.clock.advance(6000);
		const second = lastToken(stage);
		expect(second).not.toBe(first);
		const send = (taskToken: string) => stage.call("SendTaskSuccess", { taskToken, output: "2" });
		await expect(send(first)).rejects.toMatchObject({ name: "TaskTimedOut" });
		await send(second);
		expect(await stage.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "2" });
		await expect(send(second)).rejects.toMatchObject({ name: "TaskTimedOut" });
	});

	it("tells tokens that never were from those that cannot be, and output that is no JSON", async () => {
		const stage = waiting();
		await stage.start();
		await stage.settle();
		const token: string = lastToken(stage);
		const unknown = token.replace(/.{8}$/, "AAAAAAAA");
		await expect(stage.call("SendTaskHeartbeat", { taskToken: unknown })).rejects.toMatchObject({
			name: "TaskDoesNotExist",
		});
		await expect(stage.call("SendTaskHeartbeat", { taskToken: "mine" })).rejects.toMatchObject({
			name: "InvalidToken",
		});
		await expect(stage.call("SendTaskSuccess", { taskToken: token, output: "{" })).rejects.toMatchObject({
			name: "InvalidOutput",
		});
	});
});
