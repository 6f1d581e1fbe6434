import { describe } from "vitest";
import { machine, task } from "../stage.ts";
import { guide, passing, type Scenario, scenarios, spec, throwing } from "./scenario.ts";

const transforming = guide("transforming-data.html");
const echo = { echo: (payload: unknown) => payload };
const query = "States.QueryEvaluationError";
const errors: Scenario[] = [
	{
		says: "a type error in an expression is States.QueryEvaluationError",
		source: `${transforming}#handling-expression-errors`,
		definition: passing("{% 1 + 'a' %}"),
		error: query,
		cause: /specified for the field 'Output' threw an error/,
	},
	{
		says: "an expression that gives nothing is States.QueryEvaluationError",
		source: `${transforming}#handling-expression-errors`,
		definition: passing({ a: "{% $states.input.missing %}" }),
		error: query,
		cause: /'Output\/a' returned nothing \(undefined\)/,
	},
	{
		says: "a member of an object constructor that gives nothing is left out",
		source: "https://docs.jsonata.org/construction",
		definition: passing("{% {'a': 1, 'b': $states.input.missing} %}"),
		output: { a: 1 },
	},
	{
		says: "a value of the wrong type for its field is States.QueryEvaluationError",
		source: `${transforming}#handling-expression-errors`,
		definition: machine({ A: { Type: "Wait", Seconds: "{% 'soon' %}", End: true } }),
		error: query,
		cause: /Expected 'number', but was 'string'/,
	},
	{
		says: "a value out of range for its field is States.QueryEvaluationError",
		source: `${transforming}#handling-expression-errors`,
		definition: machine({ A: { ...task("echo"), TimeoutSeconds: "{% -1 %}" } }),
		players: echo,
		error: query,
		cause: /'TimeoutSeconds'/,
	},
	{
		says: "a function is no value",
		source: `${transforming}#handling-expression-errors`,
		definition: passing("{% $sum %}"),
		error: query,
		cause: /unsupported result type/,
	},
	{
		says: "an unknown variable gives nothing",
		source: `${transforming}#handling-expression-errors`,
		definition: passing("{% $nobody %}"),
		error: query,
		cause: /returned nothing/,
	},
	{
		says: "a Task catches what its own expressions fail with",
		source: `${transforming}#handling-expression-errors`,
		definition: machine({
			A: {
				...task("echo"),
				Output: "{% $states.result.none %}",
				Catch: [{ ErrorEquals: [query], Output: "{% $states.errorOutput.Error %}", Next: "B" }],
			},
			B: { Type: "Succeed" },
		}),
		players: echo,
		output: query,
	},
	{
		says: "a Task retries what its own expressions fail with",
		source: `${transforming}#handling-expression-errors`,
		definition: machine({
			A: {
				...task("echo"),
				Arguments: {
					FunctionName: "echo",
					Payload: "{% $states.context.State.RetryCount > 0 ? {'late': true} : $error('early') %}",
				},
				Retry: [{ ErrorEquals: [query], IntervalSeconds: 3 }],
			},
		}),
		players: echo,
		output: { late: true },
		took: 3,
	},
	{
		says: "a Pass cannot catch, so that it fails the machine",
		source: spec("errors"),
		definition: passing("{% $error('no') %}"),
		players: { never: throwing("x") },
		error: query,
		cause: /no/,
	},
];

describe("an expression that fails", () => scenarios(errors));
