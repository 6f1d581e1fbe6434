import { describe } from "vitest";
import { machine } from "../stage.ts";
import { flow, guide, type Scenario, scenarios, spec } from "./scenario.ts";

const say = (Output: unknown) => ({ Type: "Succeed", Output });
const rule = (condition: string, Next: string, more: object = {}) => ({
	Condition: `{% ${condition} %}`,
	Next,
	...more,
});
const choosing = (Choices: object[], more: object = {}) =>
	machine({ Which: { Type: "Choice", Choices, ...more }, One: say("one"), Two: say("two"), Else: say("else") });
const waiting = (more: object) => machine({ Rest: { Type: "Wait", ...more, End: true } });
const choice = guide("state-choice.html");
const wait = guide("state-wait.html");

const table: Scenario[] = [
	{
		says: "the rules of a Choice are tried in order",
		source: spec("choice-state"),
		definition: choosing([rule("$states.input > 1", "One"), rule("$states.input > 0", "Two")], { Default: "Else" }),
		input: 2,
		output: "one",
	},
	{
		says: "a rule may be true whatever comes",
		source: choice,
		definition: choosing([rule("$states.input = 1", "One"), rule("true", "Two")], { Default: "Else" }),
		output: "two",
	},
	{
		says: "a Choice without match or Default is States.NoChoiceMatched",
		source: spec("choice-state"),
		definition: choosing([rule("false", "One"), rule("false", "Two"), rule("false", "Else")]),
		error: "States.NoChoiceMatched",
	},
	{
		says: "a Condition must come out as true or false",
		source: choice,
		definition: choosing([rule("'yes'", "One"), rule("true", "Two")], { Default: "Else" }),
		error: "States.QueryEvaluationError",
		cause: /Expected 'boolean', but was 'string'/,
	},
	{
		says: "a Condition that fails fails the machine, later rules or not",
		source: choice,
		definition: choosing([rule("$error('x')", "One"), rule("true", "Two")], { Default: "Else" }),
		error: "States.QueryEvaluationError",
	},
	{
		says: "rules after the one that is taken are not evaluated",
		source: spec("choice-state"),
		definition: choosing([rule("true", "One"), rule("$error('x')", "Two")], { Default: "Else" }),
		output: "one",
	},
	{
		says: "a rule's Output is the state's",
		source: choice,
		definition: machine({
			Which: {
				Type: "Choice",
				Choices: [rule("true", "Say", { Output: { n: "{% $states.input + 1 %}" } })],
				Output: "not mine",
				Default: "Say",
			},
			Say: { Type: "Succeed" },
		}),
		input: 1,
		output: { n: 2 },
	},
	{
		says: "a rule without Output passes the input on, whatever the state's Output says",
		source: choice,
		definition: machine({
			Which: { Type: "Choice", Choices: [rule("true", "Say")], Output: "not mine", Default: "Say" },
			Say: { Type: "Succeed" },
		}),
		input: 1,
		output: 1,
	},
	{
		says: "the Default's Output is the state's own",
		source: choice,
		definition: machine({
			Which: { Type: "Choice", Choices: [rule("false", "Say")], Output: "mine", Default: "Say" },
			Say: { Type: "Succeed" },
		}),
		output: "mine",
	},
	{
		says: "a Choice can lead back: a loop ends when its condition does",
		source: spec("choice-state"),
		definition: machine({
			Add: { Type: "Pass", Output: "{% $states.input + 1 %}", Next: "Enough" },
			Enough: { Type: "Choice", Choices: [rule("$states.input < 10", "Add")], Default: "Done" },
			Done: { Type: "Succeed" },
		}),
		input: 0,
		output: 10,
	},
	{ says: "a Wait of 0 seconds is none", source: wait, definition: waiting({ Seconds: 0 }), output: {}, took: 0 },
	{
		says: "a Wait takes its seconds from an expression",
		source: wait,
		definition: waiting({ Seconds: "{% $states.input.s * 2 %}" }),
		input: { s: 15 },
		output: { s: 15 },
		took: 30,
	},
	{
		says: "a Wait's seconds are whole",
		source: wait,
		definition: waiting({ Seconds: "{% 1.5 %}" }),
		error: "States.QueryEvaluationError",
	},
	{
		says: "a Wait's seconds are not negative",
		source: wait,
		definition: waiting({ Seconds: "{% 0 - 1 %}" }),
		error: "States.QueryEvaluationError",
	},
	{
		says: "a Wait is at most 99,999,999 seconds",
		source: wait,
		definition: waiting({ Seconds: "{% 100000000 %}" }),
		error: "States.QueryEvaluationError",
	},
	{
		says: "a Wait ends at its Timestamp",
		source: wait,
		definition: waiting({ Timestamp: "2030-01-01T00:01:00Z" }),
		output: {},
		took: 60,
	},
	{
		says: "a Timestamp may carry an offset and a fraction",
		source: spec("timestamps"),
		definition: waiting({ Timestamp: "{% $states.input %}" }),
		input: "2030-01-01T02:00:00.500+02:00",
		output: "2030-01-01T02:00:00.500+02:00",
		took: 0.5,
	},
	{
		says: "a Timestamp that has passed is no wait",
		source: wait,
		definition: waiting({ Timestamp: "2029-12-31T23:59:59Z" }),
		output: {},
	},
	{
		says: "a Timestamp that is none fails",
		source: spec("timestamps"),
		definition: waiting({ Timestamp: "{% 'tomorrow' %}" }),
		error: "States.QueryEvaluationError",
		cause: /ISO-8601/,
	},
	{
		says: "a Wait may have an Output",
		source: wait,
		definition: waiting({ Seconds: 1, Output: "rested" }),
		output: "rested",
		took: 1,
	},
	{
		says: "a Fail names error and cause",
		source: spec("fail-state"),
		definition: machine({ No: { Type: "Fail", Error: "ErrorA", Cause: "Kaiju attack" } }),
		error: "ErrorA",
		cause: /^Kaiju attack$/,
	},
	{
		says: "a Fail's error and cause may be expressions",
		source: guide("state-fail.html"),
		definition: machine({
			No: { Type: "Fail", Error: "{% 'E' & $states.input %}", Cause: "{% 'because of ' & $states.input %}" },
		}),
		input: 7,
		error: "E7",
		cause: /^because of 7$/,
	},
	{
		says: "a Fail's error must come out as text",
		source: guide("state-fail.html"),
		definition: machine({ No: { Type: "Fail", Error: "{% 7 %}" } }),
		error: "States.QueryEvaluationError",
	},
	{
		says: "a Succeed ends a branch only",
		source: spec("succeed-state"),
		definition: machine({
			P: { Type: "Parallel", Branches: [flow(say(1))], Next: "After" },
			After: { Type: "Pass", Output: { got: "{% $states.input %}" }, End: true },
		}),
		output: { got: [1] },
	},
	{
		says: "a machine's TimeoutSeconds ends it",
		source: spec("toplevelfields"),
		definition: machine({ Rest: { Type: "Wait", Seconds: 60, End: true } }, { TimeoutSeconds: 30 }),
		status: "TIMED_OUT",
		error: "States.Timeout",
		took: 30,
	},
];

describe("the states that call nothing", () => scenarios(table));
