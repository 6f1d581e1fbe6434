import { describe } from "vitest";
import { machine, task } from "../stage.ts";
import { flow, guide, type Scenario, scenarios, throwing } from "./scenario.ts";

const page = guide("workflow-variables.html");
const say = (Output: unknown) => ({ Type: "Succeed", Output });
const set = (Assign: object, Next: string, more: object = {}) => ({ Type: "Pass", Assign, ...more, Next });
const echo = { echo: (payload: unknown) => payload };
const half = "a".repeat(131_060);

const table: Scenario[] = [
	{
		says: "a variable is there in every later state",
		source: page,
		definition: machine({
			A: set({ x: "{% $states.input %}" }, "B"),
			B: { Type: "Pass", Output: 0, Next: "C" },
			C: say("{% $x %}"),
		}),
		input: 5,
		output: 5,
	},
	{
		says: "Assign takes constants, objects and expressions within them",
		source: `${page}#assign-field-in-asl`,
		definition: machine({
			A: set({ name: "p", count: 42, flag: true, deep: { n: ["{% $states.input %}"] } }, "B"),
			B: say("{% [$name, $count, $flag, $deep.n[0]] %}"),
		}),
		input: 5,
		output: ["p", 42, true, 5],
	},
	{
		says: "the documentation's example of evaluation order comes out as printed",
		source: `${page}#evaluation-order-in-an-assign-field`,
		definition: machine({
			A: set({ x: 3, a: 6 }, "B"),
			B: set({ x: "{% $a %}", nextX: "{% $x %}" }, "C"),
			C: say("{% {'x': $x, 'nextX': $nextX} %}"),
		}),
		output: { x: 6, nextX: 3 },
	},
	{
		says: "an Assign that reads what was never assigned fails",
		source: `${page}#evaluation-order-in-an-assign-field`,
		definition: machine({ A: set({ x: "{% $x %}" }, "B"), B: say(1) }),
		error: "States.QueryEvaluationError",
		cause: /'Assign\/x' returned nothing/,
	},
	{
		says: "Output sees the variables as they were on entry",
		source: `${page}#assign-field-in-asl`,
		definition: machine({
			A: set({ x: 1 }, "B"),
			B: set({ x: 2 }, "C", { Output: "{% $x %}" }),
			C: say("{% [$states.input, $x] %}"),
		}),
		output: [1, 2],
	},
	{
		says: "Assign does not change the output",
		source: `${page}#assign-field-in-asl`,
		definition: machine({ A: set({ x: 1 }, "B"), B: { Type: "Succeed" } }),
		input: { kept: true },
		output: { kept: true },
	},
	{
		says: "a Task assigns from its result",
		source: `${page}#assign-field-in-asl`,
		definition: machine({
			A: { ...task("echo", {}), Assign: { price: "{% $states.result.Payload.price %}" }, Output: null, Next: "B" },
			B: say("{% $price %}"),
		}),
		players: echo,
		input: { price: 7 },
		output: 7,
	},
	{
		says: "a Wait assigns",
		source: page,
		definition: machine({ A: { Type: "Wait", Seconds: 2, Assign: { x: 1 }, Next: "B" }, B: say("{% $x %}") }),
		output: 1,
		took: 2,
	},
	{
		says: "a Choice's rule assigns for itself, and its state's Assign is for the Default",
		source: guide("state-choice.html"),
		definition: machine({
			A: {
				Type: "Choice",
				Choices: [{ Condition: "{% $states.input = 1 %}", Assign: { x: "rule" }, Next: "B" }],
				Assign: { x: "default" },
				Default: "B",
			},
			B: say("{% $x %}"),
		}),
		input: 1,
		output: "rule",
	},
	{
		says: "a Choice without a match assigns what the state says",
		source: guide("state-choice.html"),
		definition: machine({
			A: {
				Type: "Choice",
				Choices: [{ Condition: "{% $states.input = 1 %}", Assign: { x: "rule" }, Next: "B" }],
				Assign: { x: "default" },
				Default: "B",
			},
			B: say("{% $x %}"),
		}),
		input: 2,
		output: "default",
	},
	{
		says: "a Catch assigns, and the state's own Assign is not done",
		source: `${page}#variable-scope`,
		definition: machine({
			Z: set({ own: 0 }, "A"),
			A: {
				...task("bad", {}),
				Assign: { own: 1 },
				Catch: [{ ErrorEquals: ["States.ALL"], Assign: { why: "{% $states.errorOutput.Error %}" }, Next: "B" }],
				Next: "B",
			},
			B: say("{% [$own, $why] %}"),
		}),
		players: { bad: throwing("Refused") },
		output: [0, "Refused"],
	},
	{
		says: "branches read what is outside",
		source: `${page}#variable-scope`,
		definition: machine({
			A: set({ x: 1 }, "B"),
			B: { Type: "Parallel", Branches: [flow({ Type: "Pass", Output: "{% $x %}", End: true })], End: true },
		}),
		output: [1],
	},
	{
		says: "two branches may use the same name, each for itself",
		source: `${page}#variable-scope`,
		definition: machine({
			B: {
				Type: "Parallel",
				Branches: ["L", "R"].map((side) => ({
					StartAt: side,
					States: {
						[side]: set({ me: side }, `${side}2`),
						[`${side}2`]: { Type: "Pass", Output: "{% $me %}", End: true },
					},
				})),
				End: true,
			},
		}),
		output: ["L", "R"],
	},
	{
		says: "a branch's variables are gone when the Parallel is over",
		source: `${page}#variable-scope`,
		definition: machine({
			B: { Type: "Parallel", Branches: [flow({ Type: "Pass", Assign: { inner: 1 }, End: true })], Next: "C" },
			C: say("{% $inner %}"),
		}),
		error: "States.QueryEvaluationError",
		cause: /\$inner/,
	},
	{
		says: "an iteration sees nothing of what another assigned",
		source: `${page}#variable-scope`,
		definition: machine({
			M: {
				Type: "Map",
				Items: [1, 2],
				MaxConcurrency: 1,
				ItemProcessor: {
					StartAt: "I",
					States: {
						I: set({ seen: "{% $states.input %}" }, "J", { Output: "{% $exists($seen) %}" }),
						J: { Type: "Pass", End: true },
					},
				},
				End: true,
			},
		}),
		output: [false, false],
	},
	{
		says: "a Parallel's Catch assigns in the scope around it",
		source: `${page}#variable-scope`,
		definition: machine({
			B: {
				Type: "Parallel",
				Branches: [flow({ Type: "Fail", Error: "Broken" })],
				Catch: [{ ErrorEquals: ["Broken"], Assign: { why: "{% $states.errorOutput.Error %}" }, Next: "C" }],
				End: true,
			},
			C: say("{% $why %}"),
		}),
		output: "Broken",
	},
	{
		says: "one Assign of 256 KiB is taken",
		source: `${page}#limits`,
		definition: machine({
			A: set({ x: "{% $states.input %}", y: "{% $states.input %}" }, "B", { Output: 1 }),
			B: say("{% $length($x & $y) %}"),
		}),
		input: half,
		output: 262_120,
	},
	{
		says: "one Assign of more than 256 KiB is not, though each variable would be",
		source: `${page}#limits`,
		definition: machine({
			A: set({ x: "{% $states.input %}", y: "{% $states.input & 'aaaaaaaaaaaaaaaaaaaaaaaaaa' %}" }, "B", { Output: 1 }),
			B: say(1),
		}),
		input: half,
		error: "States.DataLimitExceeded",
	},
	{
		says: "all variables together are at most 10 MiB",
		source: `${page}#limits`,
		definition: machine({ A: set({ n: 0 }, "Add", { Output: "{% $pad('', 262000, 'a') %}" }), ...filling(45) }),
		error: "States.DataLimitExceeded",
		cause: /State|state 'Fill40'/,
	},
];

/** States that each keep a variable of 262,000 octets. */
function filling(count: number) {
	const states = Array.from({ length: count }, (_, at) => [
		`Fill${at}`,
		set({ [`v${at}`]: "{% $states.input %}" }, at + 1 < count ? `Fill${at + 1}` : "End"),
	]);
	return { Add: { Type: "Pass", Next: "Fill0" }, ...Object.fromEntries(states), End: { Type: "Succeed" } };
}

describe("variables", () => scenarios(table));
