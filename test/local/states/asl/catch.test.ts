import { describe, expect } from "vitest";
import { machine, task } from "../stage.ts";
import { failingWith, flow, guide, type Scenario, scenarios, silent, spec, throwing } from "./scenario.ts";

const page = guide("concepts-error-handling.html#error-handling-fallback-states");
const names = guide("concepts-error-handling.html#error-handling-error-representation");
const say = (Output: unknown) => ({ Type: "Succeed", Output });
const caught = { Here: say({ here: "{% $states.input %}" }), There: say({ there: "{% $states.input %}" }) };
const to = (Next: string, ErrorEquals: string[], more: object = {}) => ({ ErrorEquals, ...more, Next });
const catching = (first: object, ...Catch: { Next: string }[]) => {
	const named = Object.entries(caught).filter(([name]) => Catch.some(({ Next }) => Next === name));
	return machine({ A: { ...first, Catch }, ...Object.fromEntries(named) });
};
const all = ["States.ALL"];
const refused = { f: throwing("Refused", "no") };
const failed = (name: string) => ({ Error: name, Cause: expect.any(String) });

const table: Scenario[] = [
	{
		says: "the first catcher that matches is taken, not the best",
		source: spec("fallback-states"),
		definition: catching(task("f"), to("Here", ["Other", "Refused"]), to("There", ["Refused"])),
		players: refused,
		output: { here: failed("Refused") },
	},
	{
		says: "a catcher that does not match is passed over",
		source: spec("fallback-states"),
		definition: catching(task("f"), to("Here", ["Other"]), to("There", all)),
		players: refused,
		output: { there: failed("Refused") },
	},
	{
		says: "without a match the state's failure is the machine's",
		source: spec("fallback-states"),
		definition: catching(task("f"), to("Here", ["Other"]), to("There", ["Another"])),
		players: refused,
		error: "Refused",
		cause: /no/,
	},
	{
		says: "Retry comes first, Catch when the attempts are spent",
		source: spec("fallback-states"),
		definition: catching(
			{ ...task("f"), Retry: [{ ErrorEquals: ["Refused"], MaxAttempts: 2, BackoffRate: 1 }] },
			to("Here", ["Refused"]),
		),
		players: refused,
		output: { here: failed("Refused") },
		took: 2,
	},
	{
		says: "an error that Retry does not name is caught at once",
		source: spec("fallback-states"),
		definition: catching({ ...task("f"), Retry: [{ ErrorEquals: ["Busy"] }] }, to("Here", ["Refused"])),
		players: refused,
		output: { here: failed("Refused") },
	},
	{
		says: "the output of a Catch is the error output",
		source: page,
		definition: catching(task("f"), to("Here", all)),
		players: refused,
		output: { here: failed("Refused") },
	},
	{
		says: "a Catch's own Output sees the error and the state's input",
		source: guide("transforming-data.html#reserved-variable-states"),
		definition: catching(
			task("f"),
			to("Here", all, { Output: { was: "{% $states.input %}", why: "{% $states.errorOutput.Error %}" } }),
		),
		players: refused,
		input: 7,
		output: { here: { was: 7, why: "Refused" } },
	},
	{
		says: "a time-out is caught as States.Timeout",
		source: names,
		definition: catching({ ...task("f"), TimeoutSeconds: 9 }, to("Here", ["States.Timeout"])),
		players: { f: silent },
		output: { here: { Error: "States.Timeout", Cause: "" } },
		took: 9,
	},
	{
		says: "States.ALL catches a time-out",
		source: names,
		definition: catching({ ...task("f"), TimeoutSeconds: 9 }, to("Here", all)),
		players: { f: silent },
		output: { here: { Error: "States.Timeout", Cause: "" } },
		took: 9,
	},
	{
		says: "States.ALL does not catch States.DataLimitExceeded",
		source: names,
		definition: catching(task("f"), to("Here", all)),
		players: { f: () => "a".repeat(262_145) },
		error: "States.DataLimitExceeded",
	},
	{
		says: "States.DataLimitExceeded is caught by its name",
		source: names,
		definition: catching(
			task("f"),
			to("Here", ["States.DataLimitExceeded"], { Output: "{% $states.errorOutput.Error %}" }),
		),
		players: { f: () => "a".repeat(262_145) },
		output: { here: "States.DataLimitExceeded" },
	},
	{
		says: "a Parallel catches what a branch failed with",
		source: spec("parallel-state"),
		definition: catching(
			{ Type: "Parallel", Branches: [flow({ Type: "Fail", Error: "Broken", Cause: "by hand" })], End: true },
			to("Here", ["Broken"]),
		),
		output: { here: { Error: "Broken", Cause: "by hand" } },
	},
	{
		says: "a Map catches what an iteration failed with",
		source: spec("map-state"),
		definition: catching(
			{ Type: "Map", Items: [1], ItemProcessor: flow({ Type: "Fail", Error: "Broken" }), End: true },
			to("Here", ["Broken"]),
		),
		output: { here: { Error: "Broken", Cause: "" } },
	},
	{
		says: "what a branch caught itself does not fail the Parallel",
		source: spec("parallel-state"),
		definition: machine({
			P: {
				Type: "Parallel",
				Branches: [
					{
						StartAt: "A",
						States: { A: { ...task("f"), Catch: [to("B", all)] }, B: { Type: "Pass", Output: "mended", End: true } },
					},
				],
				End: true,
			},
		}),
		players: refused,
		output: ["mended"],
	},
	{
		says: "a state may catch into itself through others, with attempts anew",
		source: spec("fallback-states"),
		definition: machine({
			A: { ...task("f"), Retry: [{ ErrorEquals: ["Busy"], MaxAttempts: 1 }], Catch: [to("Rest", ["Busy"])] },
			Rest: { Type: "Wait", Seconds: 10, Next: "A" },
		}),
		players: { f: failingWith("Busy", "Busy", "Busy") },
		output: "ok",
		took: 1 + 10 + 1,
	},
	{
		says: "an expression of the Catch that fails is not looked at by it again",
		source: guide("transforming-data.html#handling-expression-errors"),
		definition: catching(
			task("f"),
			to("Here", ["Refused"], { Output: "{% $states.errorOutput.None %}" }),
			to("There", all),
		),
		players: refused,
		error: "States.QueryEvaluationError",
	},
];

describe("Catch", () => scenarios(table));
