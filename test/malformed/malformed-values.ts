import { z } from "zod";

/** Stands for a member that is left out. */
export const absent = Symbol("absent");

/** A value that its schema must refuse: where it is wrong, in what way, and the whole with that one fault. */
export interface Malformed {
	/** Path of the member at fault, as problems name it; empty: the whole. */
	field: string;
	what: string;
	value: unknown;
}

type Path = readonly string[];
interface Fault {
	path: Path;
	what: string;
	value: unknown;
}

/** What is read of a JSON Schema; zod writes them. */
const nodeSchema = z.looseObject({
	type: z.string().optional(),
	required: z.array(z.string()).default([]),
	additionalProperties: z.unknown().optional(),
	minLength: z.number().optional(),
	maxLength: z.number().optional(),
	pattern: z.string().optional(),
	enum: z.array(z.unknown()).optional(),
	const: z.unknown().optional(),
	minimum: z.number().optional(),
	maximum: z.number().optional(),
	maxItems: z.number().optional(),
});
type Node = z.infer<typeof nodeSchema>;
const record = z.record(z.string(), z.unknown());

/**
 * Every way in which `sound` can break `schema` in one place: members absent, null, of another type, empty, too long, out of range,
 * against their pattern, or unknown, at every depth. `sound` must hold all members that the schema knows, or it throws.
 */
export function malformedBy(schema: z.ZodType, sound: unknown): Malformed[] {
	const root = record.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
	const definitions = record.parse(root["$defs"] ?? {});
	const resolved = (node: unknown): { node: Node; nullable: boolean } => {
		const { $ref, anyOf } = z
			.looseObject({ $ref: z.string().optional(), anyOf: z.array(z.looseObject({ type: z.unknown() })).optional() })
			.parse(node);
		if ($ref !== undefined) return resolved(definitions[$ref.replace("#/$defs/", "")]);
		const choices = anyOf?.filter(({ type }) => type !== "null");
		if (choices?.length === 1) return { node: resolved(choices[0]).node, nullable: true };
		return { node: nodeSchema.parse(node), nullable: false };
	};

	function faultsOf(schemaNode: unknown, value: unknown, path: Path): Fault[] {
		const { node, nullable } = resolved(schemaNode);
		const wrong = wrongTypes(node, nullable).map(([what, wrongValue]) => ({ path, what, value: wrongValue }));
		return [...wrong, ...wrongValues(node, value).map(([what, other]) => ({ path, what, value: other })), ...inner()];

		function inner(): Fault[] {
			if (Array.isArray(value)) return value.flatMap((item, at) => faultsOf(node["items"], item, [...path, `${at}`]));
			const held = record.safeParse(value).data;
			const known = record.safeParse(node["properties"]).data;
			if (!held || !known) return [];
			const members = Object.entries(known).flatMap(([name, member]): Fault[] => {
				if (!Object.hasOwn(held, name)) throw new Error(`The sound value lacks '${[...path, name].join(".")}'.`);
				const missing = { path: [...path, name], what: "absent", value: absent };
				const faults = faultsOf(member, held[name], [...path, name]);
				return node.required.includes(name) ? [missing, ...faults] : faults;
			});
			return node.additionalProperties === false ? [...members, ...unknownMembers(path, held)] : members;
		}
	}

	return faultsOf(root, sound, []).map(({ path, what, value }) => ({
		field: path.join("."),
		what,
		value: replaced(sound, path, value),
	}));
}

function unknownMembers(path: Path, held: Record<string, unknown>): Fault[] {
	const [first = "member"] = Object.keys(held);
	const names = ["colour", "", "__proto__", "constructor", "toString", first.toUpperCase(), `${first} `, "\u0000"];
	return names.map((name) => ({ path: [...path, name], what: "unknown", value: "x" }));
}

/** One of each JSON type, but for those that are asked for. */
function wrongTypes({ type, const: constant }: Node, nullable: boolean): [string, unknown][] {
	const one: Record<string, unknown> = {
		null: null,
		boolean: true,
		integer: 7,
		number: 7.5,
		string: "text",
		array: ["a"],
		object: { a: 1 },
	};
	const asked = new Set([
		type ?? typeof constant,
		...(nullable ? ["null"] : []),
		...(type === "number" ? ["integer"] : []),
	]);
	return Object.entries(one).flatMap(([name, value]) => (asked.has(name) ? [] : [[`of type ${name}`, value]]));
}

const odd = [
	" ",
	"\u0000",
	"a\u0000b",
	"\ud800",
	"ü",
	"\u202ea",
	"a b",
	"a\nb",
	"%2e%2e",
	"../..",
	"'; --",
	"a".repeat(1_000),
];

/** Values of the right type that break a bound. */
function wrongValues(node: Node, value: unknown): [string, unknown][] {
	const { minLength = 0, maxLength, pattern, minimum, maximum, maxItems } = node;
	const found: [string, unknown][] = [];
	if (node.type === "string") {
		if (minLength > 0) found.push(["empty", ""], ["blank", "   "]);
		if (maxLength !== undefined)
			found.push(["too long", "a".repeat(maxLength + 1)], ["far too long", "a".repeat(99_999)]);
		const against = pattern === undefined ? [] : odd.filter((text) => !new RegExp(pattern, "u").test(text));
		found.push(...against.map((text): [string, unknown] => [`against its pattern (${JSON.stringify(text)})`, text]));
		if (node.enum || node.const !== undefined) found.push(["none of its values", "x"], ["none of them, empty", ""]);
	}
	if (node.type === "integer" || node.type === "number") {
		if (node.type === "integer") found.push(["a fraction", 1.5], ["beyond counting", 1e300]);
		if (minimum !== undefined) found.push(["too small", minimum - 1]);
		if (maximum !== undefined) found.push(["too large", maximum + 1]);
	}
	if (maxItems !== undefined && Array.isArray(value)) {
		found.push(["too many", Array.from({ length: maxItems + 1 }, () => value[0])]);
	}
	return found;
}

/** The whole with another value at a path; members may be called anything, `__proto__` too. */
export function replaced(whole: unknown, path: Path, value: unknown): unknown {
	const [name, ...rest] = path;
	if (name === undefined) return value;
	if (Array.isArray(whole)) return whole.with(Number(name), replaced(whole[Number(name)], rest, value));
	const members = record.parse(whole);
	const others = Object.entries(members).filter(([other]) => other !== name);
	if (value === absent && rest.length === 0) return Object.fromEntries(others);
	return Object.fromEntries([...others, [name, replaced(members[name], rest, value)]]);
}
