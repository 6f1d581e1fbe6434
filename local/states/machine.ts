import validate from "asl-validator";
import { z } from "zod";
import { definitionFaults } from "./definition-rules.ts";
import { type Json, parseJson } from "./json.ts";

/** A definition that cannot be loaded; the message says where and why. */
export class InvalidDefinition extends Error {
	override readonly name = "InvalidDefinition";
}

const json: z.ZodType<Json> = z.json();
const template = json.optional();
const expression = z.string().regex(/^\{%.*%\}$/s);
const amount = z.union([z.number(), expression]);
const assign = z.record(z.string(), json).optional();
const names = z.array(z.string()).min(1);

/** Defaults: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error */
const retrier = z.strictObject({
	Comment: z.string().optional(),
	ErrorEquals: names,
	IntervalSeconds: z.int().positive().max(99_999_999).default(1),
	MaxAttempts: z.int().min(0).max(99_999_999).default(3),
	BackoffRate: z.number().min(1).default(2),
	MaxDelaySeconds: z.int().positive().lt(31_622_400).optional(),
	JitterStrategy: z.enum(["FULL", "NONE"]).default("NONE"),
});
const catcher = z.strictObject({
	Comment: z.string().optional(),
	ErrorEquals: names,
	Next: z.string(),
	Output: template,
	Assign: assign,
});
const rule = z.strictObject({
	Comment: z.string().optional(),
	Condition: z.union([z.boolean(), expression]),
	Next: z.string(),
	Output: template,
	Assign: assign,
});

const common = {
	Comment: z.string().optional(),
	QueryLanguage: z.literal("JSONata").optional(),
	Output: template,
	Assign: assign,
};
const onward = { ...common, Next: z.string().optional(), End: z.boolean().optional() };
const handled = { ...onward, Retry: z.array(retrier).default([]), Catch: z.array(catcher).default([]) };

/** The two resources that the product's machines use: an answer at once, or a task token that comes back later. */
export const resources = {
	invoke: "arn:aws:states:::lambda:invoke",
	invokeWithToken: "arn:aws:states:::lambda:invoke.waitForTaskToken",
} as const;

const pass = z.strictObject({ Type: z.literal("Pass"), ...onward });
const { Assign: _, ...unassigned } = common;
const succeed = z.strictObject({ Type: z.literal("Succeed"), ...unassigned });
const fail = z.strictObject({
	Type: z.literal("Fail"),
	Comment: common.Comment,
	QueryLanguage: common.QueryLanguage,
	Error: z.string().optional(),
	Cause: z.string().optional(),
});
const choice = z.strictObject({
	Type: z.literal("Choice"),
	...common,
	Choices: z.array(rule).min(1),
	Default: z.string().optional(),
});
const wait = z.strictObject({
	Type: z.literal("Wait"),
	...onward,
	Seconds: amount.optional(),
	Timestamp: z.string().optional(),
});
const task = z.strictObject({
	Type: z.literal("Task"),
	...handled,
	Resource: z.enum(resources),
	Arguments: template,
	TimeoutSeconds: amount.optional(),
	HeartbeatSeconds: amount.optional(),
});
const flow: z.ZodType<Flow> = z.lazy(() => z.strictObject(flowShape));
const parallel = z.strictObject({
	Type: z.literal("Parallel"),
	...handled,
	Arguments: template,
	Branches: z.array(flow).min(1),
});
const map = z.strictObject({
	Type: z.literal("Map"),
	...handled,
	// Objects are for the Distributed mode: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
	Items: z.union([z.array(json), expression]).optional(),
	ItemSelector: template,
	MaxConcurrency: amount.default(0),
	ToleratedFailureCount: amount.default(0),
	ToleratedFailurePercentage: amount.default(0),
	ItemProcessor: flow,
});
const state: z.ZodType<State> = z.discriminatedUnion("Type", [pass, succeed, fail, choice, wait, task, parallel, map]);
const flowShape = {
	Comment: z.string().optional(),
	ProcessorConfig: z.strictObject({ Mode: z.literal("INLINE") }).optional(),
	StartAt: z.string(),
	States: z.record(z.string().min(1).max(80), state),
};
const root = z.strictObject({
	...flowShape,
	Version: z.literal("1.0").optional(),
	QueryLanguage: z.literal("JSONata", "the machine is not JSONata at the top level"),
	TimeoutSeconds: z.int().positive().optional(),
});

/** A chain of states: the machine itself, a Parallel's branch, a Map's iteration. */
export interface Flow {
	StartAt: string;
	States: Record<string, State>;
}
export type Retrier = z.output<typeof retrier>;
export type PassState = z.output<typeof pass>;
export type ChoiceState = z.output<typeof choice>;
export type WaitState = z.output<typeof wait>;
export type FailState = z.output<typeof fail>;
export type TaskState = z.output<typeof task>;
export type ParallelState = z.output<typeof parallel>;
export type MapState = z.output<typeof map>;
export type State =
	| PassState
	| z.output<typeof succeed>
	| FailState
	| ChoiceState
	| WaitState
	| TaskState
	| ParallelState
	| MapState;
export type StateType = State["Type"];

/** A loaded definition. States of all depths lie side by side: their names are unique in the whole machine, as AWS demands. */
export interface Machine {
	startAt: string;
	timeoutSeconds?: number;
	states: ReadonlyMap<string, State>;
}

/**
 * Checks and loads a definition text. Throws InvalidDefinition: no JSON, refused by the language's validator, not JSONata
 * at the top level, or using what this interpreter does not do (it must never ignore a field silently).
 */
export function loadMachine(text: string): Machine {
	const { machine, flow } = parsedMachine(text);
	const faults = definitionFaults(flow);
	if (faults.length > 0) throw new InvalidDefinition(faults.join("\n"));
	// The validator knows no Output but objects and expressions; the language takes any JSON value.
	const verdict = validate(JSON.parse(text, (key, value: unknown) => (key === "Output" ? {} : value)));
	if (!verdict.isValid) throw new InvalidDefinition(verdict.errorsText("\n"));
	return machine;
}

/** Reads a text that loadMachine has accepted before: the validator alone takes longer than all the rest of a start. */
export function readMachine(text: string): Machine {
	return parsedMachine(text).machine;
}

function parsedMachine(text: string): { machine: Machine; flow: Flow } {
	const read = parseJson(text);
	if (!read) throw new InvalidDefinition("the definition is not JSON");
	const parsed = root.safeParse(read.value);
	if (!parsed.success) throw new InvalidDefinition(z.prettifyError(parsed.error));
	const { StartAt, TimeoutSeconds } = parsed.data;
	const states = new Map(everyState(parsed.data));
	const timeout = TimeoutSeconds !== undefined && { timeoutSeconds: TimeoutSeconds };
	return { machine: { startAt: StartAt, states, ...timeout }, flow: parsed.data };
}

function* everyState({ States }: Flow): Generator<[string, State]> {
	for (const [name, state] of Object.entries(States)) {
		yield [name, state];
		if (state.Type === "Parallel") for (const branch of state.Branches) yield* everyState(branch);
		if (state.Type === "Map") yield* everyState(state.ItemProcessor);
	}
}
