import { z } from "zod";

type Fields = Record<string, unknown>;
const fields = z.record(z.string(), z.unknown());
const functionArn = /^arn:[^:]+:lambda:.*:function:(.+)$/;

/** A recorded machine in the part of the language that the local cloud runs. */
export interface Restated {
	definition: object;
	/** Its tasks used another integration: what the history says of their parameters is not comparable. */
	otherTasks: boolean;
}

/**
 * Says a recorded definition in JSONata, its tasks as `lambda:invoke`; undefined where the meaning would not be the same.
 * A queue becomes the function `queue`, which is given the message.
 */
export function inJsonata(definition: Fields): Restated | undefined {
	let otherTasks = false;

	const flow = (given: Fields, language: unknown): Fields | undefined => {
		const states: [string, Fields][] = [];
		for (const [name, value] of Object.entries(fields.parse(given["States"]))) {
			const restated = state(fields.parse(value), language);
			if (!restated) return undefined;
			states.push([name, restated]);
		}
		return { ...given, States: Object.fromEntries(states) };
	};

	const state = (given: Fields, language: unknown): Fields | undefined => {
		const { QueryLanguage = language, ...rest } = given;
		const spoken = QueryLanguage === "JSONata" ? rest : fromPaths(rest);
		if (!spoken) return undefined;
		// The validator allows no literal list or text as Output, though AWS does.
		const { Output } = spoken;
		if (Array.isArray(Output) || (typeof Output === "string" && !Output.startsWith("{%"))) return undefined;
		const nested = inner(spoken, QueryLanguage);
		return nested && nested["Type"] === "Task" ? asInvoke(nested) : nested;
	};

	const inner = (given: Fields, language: unknown): Fields | undefined => {
		if (given["Type"] === "Map") {
			const processor = flow(fields.parse(given["ItemProcessor"]), language);
			const mode = fields.parse(processor?.["ProcessorConfig"] ?? {})["Mode"];
			return processor && mode !== "DISTRIBUTED" ? { ...given, ItemProcessor: processor } : undefined;
		}
		if (given["Type"] !== "Parallel") return given;
		const branches = z
			.array(fields)
			.parse(given["Branches"])
			.map((branch) => flow(branch, language));
		return branches.includes(undefined) ? undefined : { ...given, Branches: branches };
	};

	const asInvoke = (given: Fields): Fields | undefined => {
		const resource = String(given["Resource"]);
		if (resource === "arn:aws:states:::lambda:invoke") return given;
		otherTasks = true;
		const args = given["Arguments"] ?? "{% $states.input %}";
		if (resource === "arn:aws:states:::sqs:sendMessage.waitForTaskToken") {
			const called = { FunctionName: "queue", Payload: args };
			return { ...given, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", Arguments: called };
		}
		const name = functionArn.exec(resource)?.[1];
		if (name === undefined) return undefined;
		const called = { FunctionName: name, Payload: args };
		const direct = JSON.stringify({ Output: "{% $states.result %}", ...given }).replaceAll(
			"$states.result",
			"$states.result.Payload",
		);
		return { ...fields.parse(JSON.parse(direct)), Resource: "arn:aws:states:::lambda:invoke", Arguments: called };
	};

	const restated = flow(definition, definition["QueryLanguage"] ?? "JSONPath");
	return restated && { definition: { ...restated, QueryLanguage: "JSONata" }, otherTasks };
}

const known = new Set([
	...[
		"Type",
		"Next",
		"End",
		"Comment",
		"Parameters",
		"Result",
		"ResultPath",
		"Catch",
		"Retry",
		"Resource",
		"TimeoutSeconds",
	],
	...[
		"HeartbeatSeconds",
		"HeartbeatSecondsPath",
		"ResultSelector",
		"Assign",
		"OutputPath",
		"InputPath",
		"ItemProcessor",
		"Branches",
	],
	...["MaxConcurrency", "Error", "Cause", "Seconds", "Timestamp"],
]);

function fromPaths(given: Fields): Fields | undefined {
	if (Object.keys(given).some((key) => !known.has(key))) return undefined;
	const {
		Parameters,
		Result,
		ResultPath,
		OutputPath,
		InputPath,
		Assign,
		Catch,
		HeartbeatSecondsPath,
		ResultSelector,
		...rest
	} = given;
	if (OutputPath !== undefined && OutputPath !== "$") return undefined;
	const restated: Fields = { ...rest };
	const isPass = rest["Type"] === "Pass";
	if (InputPath !== undefined) {
		if (rest["Type"] !== "Map") return undefined;
		restated["Items"] = path(InputPath);
	}
	if (Assign !== undefined) restated["Assign"] = template(Assign, isPass ? "$states.input" : "$states.result");
	if (HeartbeatSecondsPath !== undefined) restated["HeartbeatSeconds"] = path(HeartbeatSecondsPath);
	if (Catch !== undefined) {
		const catchers = z.array(fields).parse(Catch);
		if (catchers.some((catcher) => "ResultPath" in catcher)) return undefined;
		restated["Catch"] = catchers;
	}
	const value = Parameters === undefined ? Result : template(Parameters);
	if (value !== undefined) restated[isPass ? "Output" : "Arguments"] = value;
	if (ResultSelector !== undefined) restated["Output"] = template(ResultSelector, "$states.result");
	if (ResultPath === undefined || ResultPath === null) return restated;
	const at = /^\$\.(\w+)$/.exec(String(ResultPath))?.[1];
	if (at === undefined || ResultSelector !== undefined || (isPass && value !== undefined)) return undefined;
	const result = isPass ? "$states.input" : "$states.result";
	return { ...restated, Output: `{% $merge([$states.input, {'${at}': ${result}}]) %}` };
}

/** Keys that end in `.$` hold a path; what `$` alone means depends on the field. */
function template(given: unknown, whole = "$states.input"): unknown {
	if (Array.isArray(given)) return given.map((item) => template(item, whole));
	const read = fields.safeParse(given);
	if (!read.success) return given;
	return Object.fromEntries(
		Object.entries(read.data).map(([key, value]) =>
			key.endsWith(".$") ? [key.slice(0, -2), path(value, whole)] : [key, template(value, whole)],
		),
	);
}

function path(given: unknown, whole = "$states.input"): string {
	const text = String(given);
	const expression = text.startsWith("$$") ? `$states.context${text.slice(2)}` : `${whole}${text.slice(1)}`;
	return `{% ${expression} %}`;
}
