import { invalidPattern } from "./invalid-pattern.ts";
import { isMatchType, type Test, testOf } from "./pattern-tests.ts";

/** A pattern, ready to be asked about events. */
type Pattern =
	| { kind: "leaf"; tests: readonly Test[] }
	| {
			kind: "object";
			fields: readonly (readonly [name: string, pattern: Pattern])[];
			/** Of the alternatives of each `$or` one must match. */
			alternatives: readonly (readonly Pattern[])[];
	  };

/** Answers whether an event, envelope and all, is one that the pattern means. */
export type Matches = (event: unknown) => boolean;

/**
 * Compiles an event pattern. Throws AwsError `InvalidEventPatternException`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(pattern: unknown): Matches {
	const compiled = compile(isObject(pattern) ? pattern : parsed(pattern));
	return (event) => matches(compiled, event);
}

function parsed(text: unknown): unknown {
	try {
		return JSON.parse(String(text));
	} catch {
		throw invalidPattern("Filter is not valid JSON");
	}
}

function compile(value: unknown): Pattern {
	if (!isObject(value)) throw invalidPattern("Filter is not an object");
	const entries = Object.entries(value);
	if (entries.length === 0) throw invalidPattern("Empty objects are not allowed");
	const alternatives = entries.filter(isOr).map(([, list]) => list.map(compile));
	const fields = entries
		.filter((entry) => !isOr(entry))
		.map(([name, member]) => [name, Array.isArray(member) ? leaf(member) : nested(name, member)] as const);
	return { kind: "object", fields, alternatives };
}

function nested(name: string, member: unknown): Pattern {
	if (!isObject(member)) throw invalidPattern(`"${name}" must be an object or an array`);
	return compile(member);
}

function leaf(list: readonly unknown[]): Pattern {
	if (list.length === 0) throw invalidPattern("Empty arrays are not allowed");
	return { kind: "leaf", tests: list.map(testOf) };
}

/** `$or` counts only over at least two objects that are patterns; otherwise it is a field like any other. */
function isOr(entry: [string, unknown]): entry is ["$or", Record<string, unknown>[]] {
	const [name, list] = entry;
	if (name !== "$or" || !Array.isArray(list) || list.length < 2) return false;
	return list.every((item) => isObject(item) && !Object.keys(item).some(isMatchType));
}

/** A list in the event stands for each of its items; what one pattern object says must hold within one item. */
function matches(pattern: Pattern, value: unknown): boolean {
	if (pattern.kind === "leaf") return matchesLeaf(pattern.tests, value);
	if (Array.isArray(value)) {
		const items = value.flat(Number.POSITIVE_INFINITY).filter(isObject);
		return items.length > 0 ? items.some((item) => matches(pattern, item)) : matches(pattern, undefined);
	}
	const members = isObject(value) ? value : {};
	return (
		pattern.fields.every(([name, field]) => matchesField(field, members, name)) &&
		pattern.alternatives.every((group) => group.some((alternative) => matches(alternative, value)))
	);
}

/** A name with dots is also a path: `{"a.b": …}` means what `{"a": {"b": …}}` does. */
function matchesField(pattern: Pattern, members: Record<string, unknown>, name: string): boolean {
	if (Object.hasOwn(members, name)) return matches(pattern, members[name]);
	const dot = name.indexOf(".");
	if (dot < 0) return matches(pattern, undefined);
	const rest: Pattern = { kind: "object", fields: [[name.slice(dot + 1), pattern]], alternatives: [] };
	return matches(rest, members[name.slice(0, dot)]);
}

function matchesLeaf(tests: readonly Test[], value: unknown): boolean {
	const scalars = [value].flat(Number.POSITIVE_INFINITY).filter((item) => item !== undefined && !isObject(item));
	if (scalars.length === 0) return tests.some(({ whenAbsent }) => whenAbsent);
	return scalars.some((scalar) => tests.some(({ holds }) => holds(scalar)));
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
