import { describe, expect, it } from "vitest";
import { loadMachine } from "../../../../local/states/machine.ts";
import { machine, task } from "../stage.ts";
import { flow, guide, spec } from "./scenario.ts";

const variables = guide("workflow-variables.html");
const transforming = guide("transforming-data.html");
const retry = guide("concepts-error-handling.html#error-handling-retrying-after-an-error");
const pass = { Type: "Pass", End: true };
const assigning = (Assign: object) => machine({ A: { ...pass, Assign } });
const one = (state: object) => machine({ A: state });
const tasked = (more: object) => one({ ...task("f"), ...more });
const fork = (inner: object, more: object = {}) => ({
	Type: "Parallel",
	Branches: [flow({ ...pass, ...inner })],
	...more,
	End: true,
});
const mapped = (more: object) => one({ Type: "Map", ItemProcessor: flow(pass), ...more, End: true });
const any = ["States.ALL"];

/** What is refused, who says so, and what the refusal names. */
const refused: [what: string, source: string, definition: object, names: RegExp][] = [
	["a variable called states", variables, assigning({ states: 1 }), /'states'/],
	["a part of a variable", variables, assigning({ "x.y": 1 }), /'x\.y'/],
	["an element of a variable", variables, assigning({ "x[2]": 1 }), /'x\[2\]'/],
	["a variable that begins with a digit", variables, assigning({ "1a": 1 }), /'1a'/],
	["a variable of 81 characters", variables, assigning({ ["a".repeat(81)]: 1 }), /'a{81}'/],
	[
		"an inner variable of an outer one's name",
		variables,
		machine({ A: { Type: "Pass", Assign: { v: 1 }, Next: "B" }, B: fork({ Assign: { v: 2 } }) }),
		/Variable 'v'/,
	],
	[
		"such a variable two levels down",
		variables,
		machine({
			A: { Type: "Pass", Assign: { v: 1 }, Next: "B" },
			B: { Type: "Parallel", Branches: [flow(fork({ Assign: { v: 2 } }), "C")], End: true },
		}),
		/Variable 'v'/,
	],
	["Assign in a Succeed", variables, one({ Type: "Succeed", Assign: { a: 1 } }), /./],
	["Assign in a Fail", variables, one({ Type: "Fail", Assign: { a: 1 } }), /Assign/],
	[
		"$states.result in a Pass",
		transforming,
		one({ ...pass, Output: "{% $states.result %}" }),
		/\$states\.result .* Output/,
	],
	[
		"$states.result in Arguments",
		transforming,
		tasked({ Arguments: { FunctionName: "f", Payload: "{% $states.result %}" } }),
		/Arguments/,
	],
	[
		"$states.errorOutput outside of a Catch",
		transforming,
		tasked({ Output: "{% $states.errorOutput %}" }),
		/errorOutput/,
	],
	[
		"$states.result in a Catch",
		transforming,
		machine({ A: { ...task("f"), Catch: [{ ErrorEquals: any, Output: "{% $states.result %}", Next: "B" }] }, B: pass }),
		/Catch/,
	],
	["an expression with a space in front", transforming, one({ ...pass, Output: " {% 1 %}" }), /must start with/],
	["an expression that does not end", transforming, one({ ...pass, Output: ["{% 1 "] }), /must start with/],
	["an expression that is not JSONata", transforming, one({ ...pass, Assign: { a: "{% 1 + %}" } }), /not JSONata/],
	[
		"States.ALL beside another name",
		spec("retrying-after-error"),
		tasked({ Retry: [{ ErrorEquals: ["States.ALL", "X"] }] }),
		/Retry\[0\]/,
	],
	[
		"States.ALL before another retrier",
		spec("retrying-after-error"),
		tasked({ Retry: [{ ErrorEquals: any }, { ErrorEquals: ["X"] }] }),
		/Retry\[0\]/,
	],
	[
		"States.ALL before another catcher",
		spec("fallback-states"),
		machine({
			A: {
				...task("f"),
				Catch: [
					{ ErrorEquals: any, Next: "B" },
					{ ErrorEquals: ["X"], Next: "B" },
				],
			},
			B: pass,
		}),
		/Catch\[0\]/,
	],
	["no error names", spec("retrying-after-error"), tasked({ Retry: [{ ErrorEquals: [] }] }), /ErrorEquals/],
	["an interval of 0", retry, tasked({ Retry: [{ ErrorEquals: ["X"], IntervalSeconds: 0 }] }), /IntervalSeconds/],
	[
		"an interval of 100,000,000",
		retry,
		tasked({ Retry: [{ ErrorEquals: ["X"], IntervalSeconds: 100_000_000 }] }),
		/IntervalSeconds/,
	],
	["attempts below 0", retry, tasked({ Retry: [{ ErrorEquals: ["X"], MaxAttempts: -1 }] }), /MaxAttempts/],
	["a backoff below 1", retry, tasked({ Retry: [{ ErrorEquals: ["X"], BackoffRate: 0.9 }] }), /BackoffRate/],
	[
		"a longest delay of a year",
		retry,
		tasked({ Retry: [{ ErrorEquals: ["X"], MaxDelaySeconds: 31_622_400 }] }),
		/MaxDelaySeconds/,
	],
	["another jitter", retry, tasked({ Retry: [{ ErrorEquals: ["X"], JitterStrategy: "HALF" }] }), /JitterStrategy/],
	[
		"a heartbeat as long as the timeout",
		guide("state-task.html"),
		tasked({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
		/HeartbeatSeconds/,
	],
	["Next and End", spec("transition"), machine({ A: { ...pass, Next: "B" }, B: pass }), /Next/],
	[
		"a way out of a branch",
		spec("parallel-state"),
		machine({ A: { Type: "Parallel", Branches: [flow({ Type: "Pass", Next: "B" })], Next: "B" }, B: pass }),
		/B/,
	],
	["two states of one name, at any depth", spec("states-fields"), machine({ Inner: fork({}) }), /Inner/],
	["a state that nothing leads to", spec("states-fields"), machine({ A: pass, B: pass }), /B/],
	["a state's name of 81 characters", spec("states-fields"), machine({ ["A".repeat(81)]: pass }), /A{81}/],
	["a Wait of neither seconds nor timestamp", spec("wait-state"), one({ Type: "Wait", End: true }), /Seconds/],
	[
		"a Wait of both",
		spec("wait-state"),
		one({ Type: "Wait", Seconds: 1, Timestamp: "2030-01-01T00:00:00Z", End: true }),
		/Seconds/,
	],
	[
		"a Choice that ends",
		spec("choice-state"),
		machine({ A: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "B" }], End: true }, B: pass }),
		/End/,
	],
	[
		"a Choice without rules",
		spec("choice-state"),
		machine({ A: { Type: "Choice", Choices: [], Default: "B" }, B: pass }),
		/Choices/,
	],
	// The pairs of an object are items in Distributed mode only: "the Map state accepts only a JSON array as input".
	["Items that are an object", guide("state-map-inline.html"), mapped({ Items: { a: 1 } }), /Items/],
	["Retry in a Pass", spec("states-fields"), one({ ...pass, Retry: [{ ErrorEquals: ["X"] }] }), /Retry/],
	["a machine's timeout of 0", spec("toplevelfields"), machine({ A: pass }, { TimeoutSeconds: 0 }), /TimeoutSeconds/],
	["another version of the language", spec("toplevelfields"), machine({ A: pass }, { Version: "2.0" }), /Version/],
];

/** What the language has and this interpreter does not: refused by name, never ignored. */
const notHere: [what: string, definition: object, names: RegExp][] = [
	["a state of JSONPath", one({ ...pass, QueryLanguage: "JSONPath" }), /QueryLanguage/],
	["InputPath", one({ ...pass, InputPath: "$" }), /InputPath/],
	["OutputPath", one({ ...pass, OutputPath: "$" }), /OutputPath/],
	["Parameters", one({ ...pass, Parameters: {} }), /Parameters/],
	["Result", one({ ...pass, Result: 1 }), /Result/],
	["ResultPath", tasked({ ResultPath: "$" }), /ResultPath/],
	["ResultSelector", tasked({ ResultSelector: {} }), /ResultSelector/],
	[
		"Variable in a Choice",
		machine({ A: { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "B" }] }, B: pass }),
		/Variable/,
	],
	["ErrorPath", one({ Type: "Fail", ErrorPath: "$.e" }), /ErrorPath/],
	["SecondsPath", one({ Type: "Wait", SecondsPath: "$.s", End: true }), /SecondsPath/],
	["Credentials", tasked({ Credentials: { RoleArn: "arn:aws:iam::222222222222:role/r" } }), /Credentials/],
	["an activity", tasked({ Resource: "arn:aws:states:us-east-1:222222222222:activity:a" }), /Resource/],
	[
		"a function as the resource itself",
		tasked({ Resource: "arn:aws:lambda:us-east-1:222222222222:function:f" }),
		/Resource/,
	],
	["a job that is waited for", tasked({ Resource: "arn:aws:states:::states:startExecution.sync:2" }), /Resource/],
	["an SDK integration", tasked({ Resource: "arn:aws:states:::aws-sdk:s3:getObject" }), /Resource/],
	[
		"the Distributed mode",
		mapped({ ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, ...flow(pass) } }),
		/Mode/,
	],
	["Iterator", one({ Type: "Map", Iterator: flow(pass), End: true }), /Iterator/],
	["ItemReader", mapped({ ItemReader: {} }), /ItemReader/],
	["ItemBatcher", mapped({ ItemBatcher: { MaxItemsPerBatch: 2 } }), /ItemBatcher/],
	["ResultWriter", mapped({ ResultWriter: {} }), /ResultWriter/],
	["a label", mapped({ Label: "mine" }), /Label/],
];

/** What is easily refused by mistake. */
const taken: [what: string, source: string, definition: object][] = [
	[
		"the same variable in two branches",
		variables,
		one({
			Type: "Parallel",
			Branches: [flow({ ...pass, Assign: { v: 1 } }, "L"), flow({ ...pass, Assign: { v: 1 } }, "R")],
			End: true,
		}),
	],
	["a variable with letters of any language", variables, assigning({ größe: 1, 名前: 2 })],
	["an Output of any JSON", transforming, one({ ...pass, Output: [true, 42, null, "text", { a: "{% 1 %}" }] })],
	[
		"a longest delay below the interval",
		retry,
		tasked({ Retry: [{ ErrorEquals: ["X"], IntervalSeconds: 5, MaxDelaySeconds: 4 }] }),
	],
	["$states.result in a Parallel's Assign", transforming, one(fork({}, { Assign: { all: "{% $states.result %}" } }))],
];

const load = (definition: object) => () => loadMachine(JSON.stringify(definition));

describe("a definition", () => {
	it.each(refused)("is refused for %s (%s)", (_, _source, definition, names) => {
		expect(load(definition)).toThrow(names);
	});

	it.each(notHere)("is refused by name for %s, which is not emulated", (_, definition, names) => {
		expect(load(definition)).toThrow(names);
	});

	it.each(taken)("is taken with %s (%s)", (_, _source, definition) => {
		expect(load(definition)).not.toThrow();
	});
});
