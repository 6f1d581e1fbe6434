import { describe, expect, it } from "vitest";
import { aStage, callback, machine, named, type Stage, task } from "./stage.ts";

const never = () => new Promise(() => {});
const count = (stage: Stage, name: string) => stage.invocations.filter((invocation) => invocation.name === name).length;

describe("after the process was killed", () => {
	it("invokes again what was under way, and nothing that was done", async () => {
		const definition = machine({ First: task("first", { Next: "Second" }), Second: task("second") });
		const stage = aStage({ definition, players: { first: () => ({ n: 1 }), second: never } });
		const arn = await stage.start();
		await stage.settle();
		expect(count(stage, "second")).toBe(1);
		const next = stage.restart({ players: { first: () => null, second: (given) => given } });
		expect(await next.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: '{"n":1}' });
		expect(next.invocations).toEqual([{ name: "second", payload: { n: 1 } }]);
		expect((await next.types(arn)).filter((type) => type === "TaskStarted")).toHaveLength(2);
	});

	it("evaluates nothing twice: what was made up once stays", async () => {
		const made = { id: "{% $uuid() %}", at: "{% $millis() %}" };
		const definition = machine({
			Make: { Type: "Pass", Assign: made, Next: "Rest" },
			Rest: { Type: "Wait", Seconds: 60, Next: "Say" },
			Say: { Type: "Pass", Output: { id: "{% $id %}" }, End: true },
		});
		const stage = aStage({ definition });
		const arn = await stage.start();
		await stage.settle();
		const exited = (await stage.history(arn)).find(({ type }) => type === "PassStateExited");
		const id = JSON.parse(Object(exited?.["stateExitedEventDetails"]).assignedVariables.id);
		const next = stage.restart();
		await next.clock.advance(60_000);
		expect(await next.ended(arn)).toMatchObject({ output: JSON.stringify({ id }) });
	});

	it("ends a wait at the time that was set, not later", async () => {
		const stage = aStage({ definition: machine({ Rest: { Type: "Wait", Seconds: 60, End: true } }) });
		const arn = await stage.start();
		await stage.clock.advance(40_000);
		const next = stage.restart();
		await next.clock.advance(19_999);
		expect((await next.describe(arn)).status).toBe("RUNNING");
		await next.clock.advance(1);
		expect((await next.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("takes up at once what fell due while nobody was there", async () => {
		const stage = aStage({ definition: machine({ Rest: { Type: "Wait", Seconds: 60, End: true } }) });
		const arn = await stage.start();
		await stage.settle();
		stage.states.close();
		await stage.clock.advance(100_000);
		expect((await stage.restart().ended(arn)).status).toBe("SUCCEEDED");
	});

	it("keeps a retry's delay and the attempts spent", async () => {
		const definition = machine({
			Call: task("f", { End: true, Retry: [{ ErrorEquals: ["A"], IntervalSeconds: 10, MaxAttempts: 1 }] }),
		});
		const f = () => {
			throw named("A");
		};
		const stage = aStage({ definition, players: { f } });
		const arn = await stage.start();
		await stage.clock.advance(5000);
		const next = stage.restart();
		await next.clock.advance(4999);
		expect(next.invocations).toHaveLength(0);
		await next.clock.advance(1);
		expect(await next.ended(arn)).toMatchObject({ status: "FAILED", error: "A" });
		expect(next.invocations).toHaveLength(1);
	});

	it("knows the tokens that it gave, their timeouts and heartbeats", async () => {
		const definition = machine({ Park: callback("park", { End: true, HeartbeatSeconds: 10 }) });
		const stage = aStage({ definition, players: { park: () => null } });
		const [answered, silent] = [await stage.start(), await stage.start()];
		await stage.clock.advance(9000);
		const taskToken = Object(stage.invocations[0]?.payload).token;
		const next = stage.restart();
		await next.call("SendTaskSuccess", { taskToken, output: "1" });
		expect((await next.ended(answered)).status).toBe("SUCCEEDED");
		await next.clock.advance(1000);
		expect(await next.ended(silent)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
		expect(next.invocations).toHaveLength(0);
	});

	it("hands the same token over again when the function had not answered", async () => {
		const stage = aStage({ definition: machine({ Park: callback("park") }), players: { park: never } });
		const arn = await stage.start();
		await stage.settle();
		const next = stage.restart({ players: { park: () => null } });
		await next.settle();
		expect(next.invocations).toEqual(stage.invocations);
		await next.call("SendTaskSuccess", { taskToken: Object(next.invocations[0]?.payload).token, output: "1" });
		expect((await next.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("goes on with the branches that had not ended", async () => {
		const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
		const both = {
			Type: "Parallel",
			Branches: [branch("Done", task("done")), branch("Open", task("open"))],
			End: true,
		};
		const stage = aStage({ definition: machine({ Both: both }), players: { done: () => 1, open: never } });
		const arn = await stage.start();
		await stage.settle();
		const next = stage.restart({ players: { open: () => 2 } });
		expect(await next.ended(arn)).toMatchObject({ status: "SUCCEEDED", output: "[1,2]" });
	});

	it("ends as it would have ended, whatever step it was killed after", async () => {
		const definition = machine({
			Set: { Type: "Pass", Assign: { n: 1 }, Next: "All" },
			All: {
				Type: "Map",
				ItemProcessor: { StartAt: "One", States: { One: task("f", { Retry: [{ ErrorEquals: ["Bad"] }], End: true }) } },
				Next: "Rest",
			},
			Rest: { Type: "Wait", Seconds: 5, Next: "Park" },
			Park: callback("park", { Next: "Say" }),
			Say: { Type: "Succeed", Output: "{% $states.input + $n %}" },
		});
		let kills = 0;
		for (let after = 1; ; after++) {
			const tokens: string[] = [];
			const tried = new Set<unknown>();
			const players = {
				f(n: unknown) {
					if (n === 2 && !tried.has(n)) {
						tried.add(n);
						throw named("Bad");
					}
					return Number(n) * 10;
				},
				park: (given: unknown) => void tokens.push(Object(given).token),
			};
			let stage = aStage({ definition, players });
			const arn = await stage.start([1, 2]);
			let steps = 0;
			let killed = false;
			for (let turn = 0; turn < 200 && (await stage.describe(arn)).status === "RUNNING"; turn++) {
				if (!killed && ++steps === after) {
					stage = stage.restart();
					killed = true;
					kills++;
				}
				// Small turns, so that the kills fall between different steps.
				for (let microtask = 0; microtask < 7; microtask++) await Promise.resolve();
				const events = await stage.types(arn);
				if (events.at(-1) === "TaskSubmitted")
					await stage.call("SendTaskSuccess", { taskToken: tokens.at(-1), output: "41" });
				else if (turn % 10 === 9) await stage.clock.advance(1000);
			}
			expect(await stage.describe(arn), `killed after turn ${after}`).toMatchObject({
				status: "SUCCEEDED",
				output: "42",
			});
			if (!killed) break;
		}
		expect(kills).toBeGreaterThan(20);
	});
});
