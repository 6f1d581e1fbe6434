import { describe, expect, it } from "vitest";
import { aStage, machine, task } from "../stage.ts";
import { flow, guide, type Scenario, scenarios, silent, spec, throwing } from "./scenario.ts";

const parallel = (...Branches: object[]) => machine({ P: { Type: "Parallel", Branches, End: true } });
const mapping = (more: object, processor: object = { Type: "Pass", End: true }) =>
	machine({ M: { Type: "Map", ItemProcessor: flow(processor), ...more, End: true } });
const pass = (Output: unknown) => ({ Type: "Pass", Output, End: true });
const map = guide("state-map-inline.html");
const context = guide("input-output-contextobject.html");
const odd = { f: (payload: unknown) => (Number(payload) % 2 === 1 ? throwing("Odd")(payload) : payload) };
const wait = (Seconds: number | string) => ({ Type: "Wait", Seconds, End: true });

const table: Scenario[] = [
	{
		says: "a Parallel's output is its branches', in their order, whoever ends first",
		source: spec("parallel-state"),
		definition: parallel(flow({ ...wait(9), Output: "slow" }, "Slow"), flow(pass("quick"), "Quick")),
		output: ["slow", "quick"],
		took: 9,
	},
	{
		says: "each branch is given the Parallel's input",
		source: spec("parallel-state"),
		definition: parallel(flow({ Type: "Pass", End: true }, "A"), flow({ Type: "Pass", End: true }, "B")),
		input: { a: 1 },
		output: [{ a: 1 }, { a: 1 }],
	},
	{
		says: "Arguments are what the branches are given instead",
		source: guide("state-parallel.html"),
		definition: machine({
			P: {
				Type: "Parallel",
				Arguments: { n: "{% $states.input %}" },
				Branches: [flow({ Type: "Pass", End: true })],
				End: true,
			},
		}),
		input: 1,
		output: [{ n: 1 }],
	},
	{
		says: "a Parallel's Output sees the branches' outputs as its result",
		source: guide("state-parallel.html"),
		definition: machine({
			P: {
				Type: "Parallel",
				Branches: [flow(pass(1), "A"), flow(pass(2), "B")],
				Output: "{% $sum($states.result) %}",
				End: true,
			},
		}),
		output: 3,
	},
	{
		says: "the first branch to fail ends the others at once",
		source: spec("parallel-state"),
		definition: parallel(flow(wait(999), "Slow"), {
			StartAt: "W",
			States: { W: { Type: "Wait", Seconds: 5, Next: "F" }, F: { Type: "Fail", Error: "Broken" } },
		}),
		error: "Broken",
		took: 5,
	},
	{
		says: "a failure goes up through every Parallel around it",
		source: spec("parallel-state"),
		definition: parallel(
			flow({ Type: "Parallel", Branches: [flow({ Type: "Fail", Error: "Deep" }, "F")], End: true }, "Outer"),
		),
		error: "Deep",
	},
	{
		says: "a Map without Items takes its input, which must be an array",
		source: map,
		definition: mapping({}),
		input: [1, 2],
		output: [1, 2],
	},
	{
		says: "a Map whose input is no array fails",
		source: map,
		definition: mapping({}),
		input: { a: 1 },
		error: "States.QueryEvaluationError",
		cause: /must be an array/,
	},
	{
		says: "Items may be an array with expressions",
		source: guide("transforming-data.html#writing-jsonata-expressions-in-json-strings"),
		definition: mapping({ Items: [1, "{% $states.input %}", 3] }),
		input: 2,
		output: [1, 2, 3],
	},
	{
		says: "Items may be an expression",
		source: map,
		definition: mapping({ Items: "{% $states.input.list %}" }),
		input: { list: ["a"] },
		output: ["a"],
	},
	{
		says: "Items that come out as text fail",
		source: map,
		definition: mapping({ Items: "{% 'abc' %}" }),
		error: "States.QueryEvaluationError",
		cause: /'Items'/,
	},
	{
		says: "Items that come out as an object fail: only the Distributed mode iterates over its pairs",
		source: map,
		definition: mapping({ Items: "{% $states.input %}" }),
		input: { a: 1 },
		error: "States.QueryEvaluationError",
		cause: /'Items'.*array/,
	},
	{ says: "no items make no iterations", source: map, definition: mapping({ Items: [] }), output: [] },
	{
		says: "the results stand in the items' order, whoever ends first",
		source: map,
		definition: mapping({ Items: [3, 1, 2] }, wait("{% $states.input %}")),
		output: [3, 1, 2],
		took: 3,
	},
	{
		says: "MaxConcurrency 1 does one after the other",
		source: map,
		definition: mapping({ Items: [3, 1, 2], MaxConcurrency: 1 }, wait("{% $states.input %}")),
		output: [3, 1, 2],
		took: 6,
	},
	{
		says: "MaxConcurrency may be an expression",
		source: map,
		definition: mapping({ Items: [2, 2, 2, 2], MaxConcurrency: "{% $states.input.n %}" }, wait("{% $states.input %}")),
		input: { n: 2 },
		output: [2, 2, 2, 2],
		took: 4,
	},
	{
		says: "an inline Map runs 40 iterations at once at most",
		source: map,
		definition: mapping({ Items: Array(41).fill(1) }, wait(10)),
		output: Array(41).fill(1),
		took: 20,
	},
	{
		says: "ItemSelector sees item, index and the Map's input",
		source: context,
		definition: mapping({
			Items: ["a", "b"],
			ItemSelector: {
				at: "{% $states.context.Map.Item.Index %}",
				item: "{% $states.context.Map.Item.Value %}",
				all: "{% $states.input %}",
			},
		}),
		input: 7,
		output: [
			{ at: 0, item: "a", all: 7 },
			{ at: 1, item: "b", all: 7 },
		],
	},
	{
		says: "an iteration sees its item in the context",
		source: context,
		definition: mapping(
			{ Items: ["a", "b"] },
			pass("{% $states.context.Map.Item.Value & $string($states.context.Map.Item.Index) %}"),
		),
		output: ["a0", "b1"],
	},
	{
		says: "a Map's Output sees the iterations' outputs as its result",
		source: map,
		definition: mapping({ Items: [1, 2], Output: "{% $sum($states.result) %}" }),
		output: 3,
	},
	{
		says: "one iteration that fails fails the Map",
		source: map,
		definition: mapping({ Items: [2, 3, 4] }, task("f")),
		players: odd,
		error: "Odd",
	},
	{
		says: "an ItemSelector that fails fails the Map",
		source: map,
		definition: mapping({ Items: [1], ItemSelector: { a: "{% $nobody %}" } }),
		error: "States.QueryEvaluationError",
		cause: /ItemSelector/,
	},
	{
		says: "ToleratedFailureCount lets as many iterations fail",
		source: spec("map-state"),
		definition: mapping({ Items: [2, 3, 4], ToleratedFailureCount: 1 }, task("f")),
		players: odd,
		output: [2, 4],
	},
	{
		says: "one failure more is States.ExceedToleratedFailureThreshold",
		source: spec("appendix-a"),
		definition: mapping({ Items: [1, 2, 3], ToleratedFailureCount: 1 }, task("f")),
		players: odd,
		error: "States.ExceedToleratedFailureThreshold",
	},
	{
		says: "ToleratedFailurePercentage counts against all items",
		source: spec("map-state"),
		definition: mapping({ Items: [1, 2, 4, 6], ToleratedFailurePercentage: 25 }, task("f")),
		players: odd,
		output: [2, 4, 6],
	},
	{
		says: "a percentage above it is too much",
		source: spec("map-state"),
		definition: mapping({ Items: [1, 3, 4, 6], ToleratedFailurePercentage: 49 }, task("f")),
		players: odd,
		error: "States.ExceedToleratedFailureThreshold",
	},
	{
		says: "with both thresholds the tighter one counts",
		source: spec("map-state"),
		definition: mapping({ Items: [1, 3, 4, 6], ToleratedFailurePercentage: 50, ToleratedFailureCount: 1 }, task("f")),
		players: odd,
		error: "States.ExceedToleratedFailureThreshold",
	},
	{
		says: "a Map in a Map joins inside first",
		source: spec("map-state"),
		definition: mapping(
			{ Items: [[1, 2], [3]] },
			{ Type: "Map", ItemProcessor: flow(pass("{% $states.input * 10 %}"), "In"), End: true },
		),
		output: [[10, 20], [30]],
	},
];

describe("Parallel and Map", () => {
	scenarios(table);

	it(`a task that was cut off with its branch is not answered any more (${spec("parallel-state")})`, async () => {
		const definition = parallel(flow({ ...task("never") }, "Slow"), flow({ Type: "Fail", Error: "Broken" }, "F"));
		const stage = aStage({ definition, players: { never: silent } });
		const arn = await stage.start();
		expect(await stage.ended(arn)).toMatchObject({ status: "FAILED", error: "Broken" });
		expect(await stage.types(arn)).toContain("TaskStateAborted");
	});
});
