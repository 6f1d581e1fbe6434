import { describe, expect, it } from "vitest";
import { z } from "zod";
import { aStage, machine } from "./stage.ts";

const pass = (Output: unknown) => machine({ Only: { Type: "Pass", Output, End: true } });

/** What a machine of one Pass state makes of an expression. */
async function evaluated(expression: string, input: unknown = {}): Promise<unknown> {
	const stage = aStage({ definition: pass({ value: `{% ${expression} %}` }) });
	const { status, output, cause } = await stage.ended(await stage.start(input));
	if (status !== "SUCCEEDED") throw new Error(String(cause));
	return JSON.parse(String(output)).value;
}

describe("a chain of states", () => {
	it("gives each state's output to the next, and the last one's to the world", async () => {
		const stage = aStage({
			definition: machine({
				First: { Type: "Pass", Output: { n: "{% $states.input.n + 1 %}" }, Next: "Second" },
				Second: { Type: "Pass", Output: { n: "{% $states.input.n * 10 %}" }, Next: "Third" },
				Third: { Type: "Succeed", Output: "{% $states.input.n %}" },
			}),
		});
		expect(await stage.ended(await stage.start({ n: 1 }))).toMatchObject({ status: "SUCCEEDED", output: "20" });
	});

	it("remembers variables, which see each other as they were before the state", async () => {
		const stage = aStage({
			definition: machine({
				Set: { Type: "Pass", Assign: { a: 1, b: 2 }, Next: "Swap" },
				Swap: { Type: "Pass", Assign: { a: "{% $b %}", b: "{% $a %}" }, Next: "Say" },
				Say: { Type: "Succeed", Output: "{% [$a, $b] %}" },
			}),
		});
		expect(await stage.ended(await stage.start())).toMatchObject({ output: "[2,1]" });
	});

	it("takes the first rule of a Choice whose condition is true, and Default when none is", async () => {
		const rule = (when: string, Next: string) => ({ Condition: `{% ${when} %}`, Next });
		const stage = aStage({
			definition: machine({
				Which: {
					Type: "Choice",
					Choices: [rule("$states.input > 5", "Big"), rule("$states.input > 2", "Middle")],
					Default: "Small",
				},
				Big: { Type: "Succeed", Output: "{% 'big' %}" },
				Middle: { Type: "Succeed", Output: "{% 'middle' %}" },
				Small: { Type: "Succeed", Output: "{% 'small' %}" },
			}),
		});
		const outputs = await Promise.all([9, 3, 1].map(async (n) => (await stage.ended(await stage.start(n)))["output"]));
		expect(outputs).toEqual(['"big"', '"middle"', '"small"']);
	});

	it("fails with States.NoChoiceMatched when no rule applies and there is no Default", async () => {
		const choices = [{ Condition: "{% $states.input = 1 %}", Next: "End" }];
		const stage = aStage({
			definition: machine({ Which: { Type: "Choice", Choices: choices }, End: { Type: "Succeed" } }),
		});
		expect(await stage.ended(await stage.start(2))).toMatchObject({
			status: "FAILED",
			error: "States.NoChoiceMatched",
		});
	});

	it("ends at a Fail state with its error and cause", async () => {
		const stage = aStage({
			definition: machine({ No: { Type: "Fail", Error: "Refused", Cause: "{% 'not ' & $states.input %}" } }),
		});
		const arn = await stage.start("today");
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Refused", cause: "not today" });
		expect(await stage.types(arn)).toEqual(["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]);
	});

	it("waits for its seconds, and not a moment less", async () => {
		const stage = aStage({
			definition: machine({ Rest: { Type: "Wait", Seconds: "{% $states.input.s %}", End: true } }),
		});
		const arn = await stage.start({ s: 60 });
		await stage.clock.advance(59_999);
		expect((await stage.describe(arn)).status).toBe("RUNNING");
		await stage.clock.advance(1);
		expect((await stage.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("waits until a point in time", async () => {
		const stage = aStage({
			definition: machine({ Rest: { Type: "Wait", Timestamp: "2030-01-01T01:00:00+00:00", End: true } }),
		});
		const arn = await stage.start();
		await stage.clock.advance(3_599_000);
		expect((await stage.describe(arn)).status).toBe("RUNNING");
		await stage.clock.advance(1000);
		expect((await stage.ended(arn)).status).toBe("SUCCEEDED");
	});

	it("times out as a whole after the machine's own TimeoutSeconds", async () => {
		const stage = aStage({
			definition: machine({ Rest: { Type: "Wait", Seconds: 60, End: true } }, { TimeoutSeconds: 10 }),
		});
		const arn = await stage.start();
		await stage.clock.advance(10_000);
		expect(await stage.ended(arn)).toMatchObject({ status: "TIMED_OUT" });
		expect((await stage.types(arn)).at(-1)).toBe("ExecutionTimedOut");
	});

	it("fails a state whose output is over 256 KiB", async () => {
		const stage = aStage({ definition: pass({ big: "{% $join($map([1..300000], function($n) { 'x' })) %}" }) });
		expect(await stage.ended(await stage.start())).toMatchObject({
			status: "FAILED",
			error: "States.DataLimitExceeded",
		});
	});

	it("fails when its history is full, at 25,000 events", async () => {
		const stage = aStage({
			definition: machine({
				Turn: { Type: "Choice", Choices: [{ Condition: "{% $states.input.done %}", Next: "Over" }], Default: "Turn" },
				Over: { Type: "Succeed" },
			}),
		});
		const arn = await stage.start({ done: false });
		expect(await stage.ended(arn)).toMatchObject({
			status: "FAILED",
			error: "States.Runtime",
			redriveStatus: "NOT_REDRIVABLE",
		});
		const last = { executionArn: arn, reverseOrder: true, maxResults: 1 };
		expect(await stage.call("GetExecutionHistory", last)).toMatchObject({
			events: [{ id: 25_000, type: "ExecutionFailed" }],
		});
	});
});

describe("expressions", () => {
	it("see the context object", async () => {
		const stage = aStage({ definition: pass({ c: "{% $states.context %}" }) });
		const arn = await stage.start({ a: 1 }, "mine");
		const { output } = await stage.ended(arn);
		const at = "2030-01-01T00:00:00.000Z";
		expect(JSON.parse(String(output)).c).toEqual({
			Execution: {
				Id: arn,
				Input: { a: 1 },
				Name: "mine",
				RoleArn: expect.any(String),
				StartTime: at,
				RedriveCount: 0,
			},
			State: { EnteredTime: at, Name: "Only", RetryCount: 0 },
			StateMachine: { Id: expect.stringContaining("stateMachine:stage"), Name: "stage" },
		});
	});

	it.each([
		["$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]],
		["$range(0, 10, 5)", [0, 5, 10]],
		["$range(3, 1, -1)", [3, 2, 1]],
		["$hash('text', 'SHA-256')", "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"],
		["$parse('{\"a\": [1]}')", { a: [1] }],
		["$now()", "2030-01-01T00:00:00.000Z"],
		["$millis()", Date.UTC(2030, 0, 1)],
		["$random(7) = $random(7)", true],
		["$exists($eval)", false],
	])("know %s", async (expression, value) => {
		expect(await evaluated(expression)).toEqual(value);
	});

	it("make random numbers in [0, 1) and unique ids", async () => {
		expect(await evaluated("$random()")).toSatisfy((n) => typeof n === "number" && n >= 0 && n < 1);
		expect(z.uuid().safeParse(await evaluated("$uuid()")).success).toBe(true);
	});

	it("keep lists of one item lists, when they are written as lists", async () => {
		expect(await evaluated("[$states.input.list[n=1]]", { list: [{ n: 1 }, { n: 2 }] })).toEqual([{ n: 1 }]);
	});

	it("fail the state when they name what is not there, with the field in the history", async () => {
		const stage = aStage({ definition: pass({ deep: { gone: "{% $states.input.nothing %}" } }) });
		const arn = await stage.start();
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
		expect(await stage.history(arn)).toContainEqual(
			expect.objectContaining({
				evaluationFailedEventDetails: expect.objectContaining({ location: "Output/deep/gone", state: "Only" }),
			}),
		);
	});
});
