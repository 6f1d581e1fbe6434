import { describe, expect, it } from "vitest";
import { aStage, callback, machine, type Stage } from "./stage.ts";

const lastToken = (stage: Stage) => Object(stage.invocations.at(-1)?.payload).token;

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
