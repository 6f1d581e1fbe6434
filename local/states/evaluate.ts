import jsonata from "jsonata";
import { z } from "zod";
import { stepFunctions, type World } from "./functions.ts";
import type { Json } from "./json.ts";

/** What an expression sees as `$states`, and the variables beside it. */
export interface Scope {
	states: { input: Json; context: Json; result?: Json; errorOutput?: Json };
	variables: Record<string, Json>;
}

/** An expression that gave no usable value; the message is AWS's wording, without the state's name. */
export class EvaluationError extends Error {
	override readonly name = "States.QueryEvaluationError";
	/** The field, as a path with slashes; absent when no one field is at fault. */
	readonly location: string | undefined;
	constructor(message: string, location?: string) {
		super(message);
		this.location = location;
	}
}

/** Fills a template: strings `{% … %}` are JSONata, all else stands for itself. Throws EvaluationError. */
export type Evaluate = (template: Json, field: string, scope: Scope) => Promise<Json>;

const jsonataError = z.object({ code: z.string(), message: z.string() });

/** Compiles each expression once; evaluations of the same one may overlap. */
export function createEvaluate(world: World): Evaluate {
	const compiled = new Map<string, jsonata.Expression>();
	const functions = stepFunctions(world);

	async function expression(text: string, field: string, { states, variables }: Scope): Promise<Json> {
		const failed = (how: string) =>
			new EvaluationError(`The JSONata expression '${text}' specified for the field '${field}' ${how}`, field);
		let value: unknown;
		try {
			const program = compiled.get(text) ?? jsonata(text);
			compiled.set(text, program);
			value = await program.evaluate(undefined, { ...functions, ...variables, states });
		} catch (error) {
			throw failed(`threw an error during evaluation. ${described(error)}`);
		}
		if (value === undefined) throw failed("returned nothing (undefined).");
		if (typeof value === "function" || (typeof value === "object" && value !== null && "_jsonata_function" in value))
			throw failed("returned an unsupported result type.");
		// Sequences are arrays with hidden marks, and numbers may be -0: only their JSON is the value.
		return JSON.parse(JSON.stringify(value));
	}

	const evaluate: Evaluate = async (template, field, scope) => {
		if (typeof template === "string") {
			const text = expressionIn(template);
			return text === undefined ? template : expression(text, field, scope);
		}
		if (Array.isArray(template))
			return Promise.all(template.map((item, at) => evaluate(item, `${field}[${at}]`, scope)));
		if (template === null || typeof template !== "object") return template;
		const filled: [string, Json][] = [];
		for (const [key, item] of Object.entries(template))
			filled.push([key, await evaluate(item, `${field}/${key}`, scope)]);
		return Object.fromEntries(filled);
	};
	return evaluate;
}

/** Like Evaluate, for a field that must come out as one type of JSON. */
export async function evaluateTo<T extends Json>(
	evaluate: Evaluate,
	type: z.ZodType<T>,
	typeName: "array" | "boolean" | "number" | "string",
	template: Json,
	field: string,
	scope: Scope,
): Promise<T> {
	const value = await evaluate(template, field, scope);
	const read = type.safeParse(value);
	if (read.success) return read.data;
	const text = typeof template === "string" ? (expressionIn(template) ?? template) : JSON.stringify(template);
	throw new EvaluationError(
		`The JSONata expression '${text}' specified for the field '${field}' returned an unexpected result type. ` +
			`Expected '${typeName}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`,
		field,
	);
}

function expressionIn(text: string): string | undefined {
	return text.startsWith("{%") && text.endsWith("%}") ? text.slice(2, -2).trim() : undefined;
}

function typeOf(value: Json): string {
	if (value === null) return "null";
	return Array.isArray(value) ? "array" : typeof value;
}

function described(error: unknown): string {
	const read = jsonataError.safeParse(error);
	if (read.success) return `${read.data.code}: ${read.data.message}`;
	return error instanceof Error ? error.message : String(error);
}
