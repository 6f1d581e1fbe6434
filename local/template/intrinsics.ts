import { z } from "zod";
import { parsedAt, TemplateError } from "./template.ts";

/** What an intrinsic function may ask of the template that it stands in. */
export interface Scope {
	/** Value of a parameter, pseudo-parameter or resource (`Ref`); `noValue` for `AWS::NoValue`. */
	ref(name: string, at: string): unknown;
	attribute(logicalId: string, attribute: string, at: string): unknown;
	condition(name: string, at: string): boolean;
}

/** Stands for `AWS::NoValue`: the member that holds it is left out. */
export const noValue: unique symbol = Symbol("AWS::NoValue");

type Intrinsic = (argument: unknown, at: string, scope: Scope) => unknown;

/**
 * Resolves every intrinsic function inside `value`. Throws TemplateError for one that is not known or not well formed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function resolve(value: unknown, at: string, scope: Scope): unknown {
	if (Array.isArray(value)) {
		return value.map((item, index) => resolve(item, `${at}.${index}`, scope)).filter((item) => item !== noValue);
	}
	if (typeof value !== "object" || value === null) return value;
	const intrinsic = intrinsicIn(value, at);
	if (intrinsic) return intrinsic.run(intrinsic.argument, `${at}.${intrinsic.name}`, scope);
	const members = Object.entries(value).map(
		([name, member]) => [name, resolve(member, `${at}.${name}`, scope)] as const,
	);
	return Object.fromEntries(members.filter(([, member]) => member !== noValue));
}

function intrinsicIn(value: object, at: string) {
	const names = Object.keys(value);
	const name = names.find((key) => key === "Ref" || key.startsWith("Fn::"));
	if (name === undefined || (name === "Ref" && names.length > 1)) return undefined;
	if (names.length > 1) throw new TemplateError(at, `${name} must stand alone, beside it: ${names.join(", ")}`);
	const run = intrinsics[name];
	if (!run) throw new TemplateError(at, `the intrinsic function ${name} is not emulated`);
	return { name, run, argument: Object.values(value)[0] as unknown };
}

/** Evaluates a condition expression: what stands under `Conditions`, or inside `Fn::And`, `Fn::Or`, `Fn::Not`. */
export function evaluate(expression: unknown, at: string, scope: Scope): boolean {
	const named = z.strictObject({ Condition: z.string() }).safeParse(expression);
	const result = named.success ? scope.condition(named.data.Condition, at) : resolve(expression, at, scope);
	return parsedAt(at, z.boolean({ error: "is not a condition" }), result);
}

const intrinsics: Record<string, Intrinsic> = {
	Ref: (argument, at, scope) => scope.ref(parsedAt(at, z.string(), argument), at),
	"Fn::GetAtt": (argument, at, scope) => {
		const path =
			typeof argument === "string" ? argument.split(".") : parsedAt(at, z.array(z.string()).min(2), argument);
		const [logicalId = "", ...attribute] = path;
		return scope.attribute(logicalId, attribute.join("."), at);
	},
	"Fn::Join": (argument, at, scope) => {
		const [delimiter, parts] = parsedAt(at, z.tuple([z.string(), z.unknown()]), argument);
		return textsAt(at, resolve(parts, at, scope)).join(delimiter);
	},
	"Fn::Split": (argument, at, scope) => {
		const [delimiter, source] = parsedAt(at, z.tuple([z.string(), z.unknown()]), argument);
		return textAt(at, resolve(source, at, scope)).split(delimiter);
	},
	"Fn::Select": (argument, at, scope) => {
		const [index, list] = parsedAt(at, z.tuple([z.coerce.number(), z.unknown()]), argument);
		const items = parsedAt(at, z.array(z.unknown()), resolve(list, at, scope));
		if (items[index] === undefined) throw new TemplateError(at, `has no item ${index} among ${items.length}`);
		return items[index];
	},
	"Fn::Sub": (argument, at, scope) => {
		const plain = typeof argument === "string";
		const pair = z.tuple([z.string(), z.record(z.string(), z.unknown())]);
		const [text, variables] = plain ? [argument, {}] : parsedAt(at, pair, argument);
		return substitute(text, at, (name) => {
			if (Object.hasOwn(variables, name)) return resolve(variables[name], `${at}.${name}`, scope);
			const [logicalId = "", ...attribute] = name.split(".");
			return attribute.length > 0 ? scope.attribute(logicalId, attribute.join("."), at) : scope.ref(name, at);
		});
	},
	"Fn::If": (argument, at, scope) => {
		const [name, yes, no] = parsedAt(at, z.tuple([z.string(), z.unknown(), z.unknown()]), argument);
		return scope.condition(name, at) ? resolve(yes, `${at}.1`, scope) : resolve(no, `${at}.2`, scope);
	},
	"Fn::Equals": (argument, at, scope) => {
		const [left, right] = parsedAt(at, z.tuple([z.unknown(), z.unknown()]), argument);
		return textAt(at, resolve(left, at, scope)) === textAt(at, resolve(right, at, scope));
	},
	"Fn::Not": (argument, at, scope) => {
		const [condition] = parsedAt(at, z.tuple([z.unknown()]), argument);
		return !evaluate(condition, at, scope);
	},
	"Fn::And": (argument, at, scope) =>
		parsedAt(at, z.array(z.unknown()), argument).every((condition) => evaluate(condition, at, scope)),
	"Fn::Or": (argument, at, scope) =>
		parsedAt(at, z.array(z.unknown()), argument).some((condition) => evaluate(condition, at, scope)),
};

/** Replaces `${Name}` and `${Name.Attribute}`; `${!Literal}` stays as `${Literal}`. */
function substitute(text: string, at: string, valueAt: (name: string) => unknown): string {
	return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, bang: string, name: string) =>
		bang ? `\${${name}}` : textAt(at, valueAt(name.trim())),
	);
}

const textSchema = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

function textAt(at: string, value: unknown): string {
	return parsedAt(at, textSchema, value);
}

function textsAt(at: string, value: unknown): string[] {
	return parsedAt(at, z.array(textSchema), value);
}
