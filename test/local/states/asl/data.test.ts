import { describe } from "vitest";
import { machine, task } from "../stage.ts";
import { guide, passing, type Scenario, scenarios, spec } from "./scenario.ts";

const transforming = guide("transforming-data.html");
const echo = { echo: (payload: unknown) => payload };
const chain = (first: object, second: object) => machine({ First: { ...first, Next: "Second" }, Second: second });
const succeed = (Output: unknown) => ({ Type: "Succeed", Output });
const arrayed = (text: string) => ({ Type: "Pass", Output: [1, text, [text]], End: true });

const input: Scenario[] = [
	{
		says: "a state without Output passes its input on",
		source: spec("pass-state"),
		definition: machine({ A: { Type: "Pass", End: true } }),
		input: { a: [1, null] },
		output: { a: [1, null] },
	},
	{
		says: "a machine's input may be any JSON text",
		source: spec("data"),
		definition: machine({ A: { Type: "Succeed" } }),
		input: "text",
		output: "text",
	},
	{
		says: "Output may be true",
		source: `${transforming}#arguments-and-output-fields`,
		definition: passing(true),
		output: true,
	},
	{
		says: "Output may be a number",
		source: `${transforming}#arguments-and-output-fields`,
		definition: passing(42),
		output: 42,
	},
	{
		says: "Output may be null",
		source: `${transforming}#arguments-and-output-fields`,
		definition: passing(null),
		output: null,
	},
	{
		says: "Output may be one expression",
		source: `${transforming}#arguments-and-output-fields`,
		definition: passing("{% $states.input.a %}"),
		input: { a: 1 },
		output: 1,
	},
	{
		says: "an object's expressions are evaluated at any depth",
		source: `${transforming}#no-more`,
		definition: passing({ a: { b: ["{% $states.input.x %}", { c: "{% $states.input.x + 1 %}" }] } }),
		input: { x: 1 },
		output: { a: { b: [1, { c: 2 }] } },
	},
	{
		says: "an array's elements are evaluated one by one",
		source: `${transforming}#writing-jsonata-expressions-in-json-strings`,
		definition: machine({ A: arrayed("{% $states.input %}") }),
		input: 7,
		output: [1, 7, [7]],
	},
	{
		says: "a string without {% %} stands for itself",
		source: `${transforming}#writing-jsonata-expressions-in-json-strings`,
		definition: passing("$states.input"),
		output: "$states.input",
	},
	{
		says: "keys of an object are never expressions",
		source: `${transforming}#no-more`,
		definition: passing({ "a.$": "$.b" }),
		output: { "a.$": "$.b" },
	},
	{
		says: "the documentation's example of input and output comes out as printed",
		source: `${transforming}#jsonata-examples`,
		definition: machine({
			Basic: succeed({
				lastName: "{% 'Last=>' & $states.input.customer.lastName %}",
				orderValue: "{% $states.input.order.total %}",
			}),
		}),
		input: { customer: { firstName: "Martha", lastName: "Rivera" }, order: { items: 7, total: 27.91 } },
		output: { lastName: "Last=>Rivera", orderValue: 27.91 },
	},
	{
		says: "the documentation's example of filtering comes out as printed",
		source: `${transforming}#jsonata-examples`,
		definition: passing({ dietProducts: "{% $states.input.products[calories=0] %}" }),
		input: {
			products: [
				{ calories: 140, name: "1" },
				{ calories: 0, name: "2" },
				{ calories: 0, name: "5" },
			],
		},
		output: {
			dietProducts: [
				{ calories: 0, name: "2" },
				{ calories: 0, name: "5" },
			],
		},
	},
	{
		says: "$states.input is the state's own input, not the machine's",
		source: `${transforming}#reserved-variable-states`,
		definition: chain({ Type: "Pass", Output: { n: 1 } }, succeed("{% $states.input %}")),
		input: { n: 0 },
		output: { n: 1 },
	},
	{
		says: "the machine's input stays in the context",
		source: guide("input-output-contextobject.html"),
		definition: chain({ Type: "Pass", Output: { n: 1 } }, succeed("{% $states.context.Execution.Input %}")),
		input: { n: 0 },
		output: { n: 0 },
	},
	{
		says: "a Task without Output gives the raw result",
		source: `${transforming}#reserved-variable-states`,
		definition: machine({
			A: {
				Type: "Task",
				Resource: "arn:aws:states:::lambda:invoke",
				Arguments: { FunctionName: "echo", Payload: 7 },
				Next: "B",
			},
			B: succeed("{% $states.input.[Payload, StatusCode] %}"),
		}),
		players: echo,
		output: [7, 200],
	},
	{
		says: "Arguments see the input; Output sees input and result",
		source: `${transforming}#reserved-variable-states`,
		definition: machine({
			A: {
				...task("echo"),
				Arguments: { FunctionName: "echo", Payload: { n: "{% $states.input.n * 2 %}" } },
				Output: { was: "{% $states.input.n %}", is: "{% $states.result.Payload.n %}" },
			},
		}),
		players: echo,
		input: { n: 4 },
		output: { was: 4, is: 8 },
	},
	{
		says: "a Succeed state's Output is the execution's",
		source: spec("succeed-state"),
		definition: machine({ A: succeed({ done: "{% $states.input %}" }) }),
		input: 1,
		output: { done: 1 },
	},
];

describe("data between states", () => scenarios(input));
