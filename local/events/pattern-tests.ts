import { BlockList, isIP } from "node:net";
import { invalidPattern } from "./invalid-pattern.ts";

/** One item of a list in a pattern. */
export interface Test {
	/** For a value that is a text, a number, a boolean or null. */
	holds(value: unknown): boolean;
	/** For a field that is not there. */
	whenAbsent: boolean;
}

type MatchType = (argument: unknown) => Test["holds"];

/** Reads an item: a value to be equal to, or an object that names a kind of comparison. Throws InvalidEventPatternException. */
export function testOf(item: unknown): Test {
	if (typeof item !== "object" || item === null) return present((value) => value === item);
	const entries = Object.entries(item);
	const [entry] = entries;
	if (!entry || entries.length > 1) throw invalidPattern("Only one key allowed in match expression");
	const [name, argument] = entry;
	if (name === "exists") return existence(argument);
	const matchType = Object.hasOwn(matchTypes, name) ? matchTypes[name] : undefined;
	if (!matchType) throw invalidPattern(`Unrecognized match type ${name}`);
	return present(matchType(argument));
}

/** Whether a key is the name of a comparison. */
export function isMatchType(name: string): boolean {
	return name === "exists" || Object.hasOwn(matchTypes, name);
}

function present(holds: Test["holds"]): Test {
	return { holds, whenAbsent: false };
}

function existence(argument: unknown): Test {
	if (typeof argument !== "boolean") throw invalidPattern("exists match pattern must be either true or false.");
	return { holds: () => argument, whenAbsent: !argument };
}

const matchTypes: Record<string, MatchType> = {
	prefix: affix("prefix", (value, part) => value.startsWith(part)),
	suffix: affix("suffix", (value, part) => value.endsWith(part)),
	"equals-ignore-case": (argument) => {
		const wanted = textOf(argument, "equals-ignore-case").toLowerCase();
		return onText((value) => value.toLowerCase() === wanted);
	},
	wildcard: (argument) => {
		const expression = wildcardExpression(textOf(argument, "wildcard"));
		return onText((value) => expression.test(value));
	},
	numeric: (argument) => {
		const comparisons = comparisonsIn(argument);
		return (value) => typeof value === "number" && comparisons.every((compare) => compare(value));
	},
	cidr: (argument) => {
		const range = addressRange(textOf(argument, "cidr"));
		return onText((value) => isIP(value) !== 0 && range.check(value, isIP(value) === 4 ? "ipv4" : "ipv6"));
	},
	"anything-but": anythingBut,
};

function onText(holds: (value: string) => boolean): Test["holds"] {
	return (value) => typeof value === "string" && holds(value);
}

function textOf(argument: unknown, name: string): string {
	if (typeof argument !== "string") throw invalidPattern(`${name} match pattern must be a string`);
	return argument;
}

/** `prefix` and `suffix`: a text, or `{"equals-ignore-case": text}`. */
function affix(name: string, fits: (value: string, part: string) => boolean): MatchType {
	return (argument) => {
		const ignoringCase = ignoreCaseIn(argument);
		if (ignoringCase === undefined) {
			const part = textOf(argument, name);
			return onText((value) => fits(value, part));
		}
		const part = textOf(ignoringCase, "equals-ignore-case").toLowerCase();
		return onText((value) => fits(value.toLowerCase(), part));
	};
}

function ignoreCaseIn(argument: unknown): unknown {
	if (typeof argument !== "object" || argument === null) return undefined;
	return "equals-ignore-case" in argument ? argument["equals-ignore-case"] : undefined;
}

/** Anything but some values, or but what one or several prefixes, suffixes, wildcards or texts in any case would match. */
function anythingBut(argument: unknown): Test["holds"] {
	if (typeof argument !== "object" || argument === null) {
		if (!isTextOrNumber(argument)) throw invalidPattern(needsValue);
		return (value) => value !== argument;
	}
	if (Array.isArray(argument)) {
		if (argument.length === 0) throw invalidPattern("Empty arrays are not allowed");
		if (!argument.every(isTextOrNumber)) {
			throw invalidPattern("Inside anything but list, start|null|boolean is not supported.");
		}
		return (value) => !argument.some((one) => value === one);
	}
	const entries: [string, unknown][] = Object.entries(argument);
	const [name = "", parts] = entries[0] ?? [];
	if (entries.length !== 1 || !["prefix", "suffix", "equals-ignore-case", "wildcard"].includes(name)) {
		throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
	}
	const excluded = (Array.isArray(parts) ? parts : [parts]).map((part) => {
		if (typeof part !== "string") throw invalidPattern(notText(name, parts));
		if (part === "" && name !== "wildcard") throw invalidPattern("Null prefix/suffix not allowed");
		return matchTypes[name]?.(part);
	});
	if (excluded.length === 0) throw invalidPattern("Empty arrays are not allowed");
	return (value) => !excluded.some((holds) => holds?.(value));
}

const needsValue = "Value of anything-but must be an array or single string/number value.";

function notText(name: string, parts: unknown): string {
	if (ignoreCaseIn(parts) !== undefined) return needsValue;
	if (name === "wildcard") return "wildcard match pattern must be a string";
	if (name !== "equals-ignore-case") return "prefix/suffix match pattern must be a string";
	return "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
}

function isTextOrNumber(value: unknown): boolean {
	return typeof value === "string" || typeof value === "number";
}

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function wildcardExpression(text: string): RegExp {
	const doubled = text.search(/(?<!\\)\*\*/);
	if (doubled >= 0) throw invalidPattern(`Consecutive wildcard characters at pos ${doubled + 1}`);
	const source = text.replaceAll(/\\([*\\])|(\*)|([^*\\]+)/g, (_, escaped, star, plain) =>
		star ? "[^]*" : String(escaped ?? plain).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
	);
	return new RegExp(`^${source}$`);
}

const operators: Record<string, (value: number, limit: number) => boolean> = {
	"=": (value, limit) => value === limit,
	">": (value, limit) => value > limit,
	">=": (value, limit) => value >= limit,
	"<": (value, limit) => value < limit,
	"<=": (value, limit) => value <= limit,
};

/** `[op, number]`, or a lower bound followed by an upper one. */
function comparisonsIn(argument: unknown): ((value: number) => boolean)[] {
	if (!Array.isArray(argument)) throw invalidPattern("Value of numeric must be an array.");
	if (argument.length !== 2 && argument.length !== 4) throw invalidPattern("Invalid member in numeric match");
	const comparisons = [];
	for (let index = 0; index < argument.length; index += 2) {
		const [operator, limit]: unknown[] = argument.slice(index, index + 2);
		const compare = typeof operator === "string" ? operators[operator] : undefined;
		if (!compare) throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
		const inPair = argument.length === 4;
		if (inPair && !String(operator).startsWith(index === 0 ? ">" : "<")) {
			throw invalidPattern(`Bad numeric range operator: ${operator}`);
		}
		if (typeof limit !== "number") throw invalidPattern(`Value of ${operator} must be numeric`);
		comparisons.push((value: number) => compare(value, limit));
	}
	if (argument.length === 4 && Number(argument[1]) >= Number(argument[3]))
		throw invalidPattern("Bottom must be less than top");
	return comparisons;
}

function addressRange(text: string): BlockList {
	const [address = "", bits, ...more] = text.split("/");
	if (bits === undefined || more.length > 0) throw invalidPattern("Malformed CIDR, one '/' required");
	if (!/^\d+$/.test(bits)) throw invalidPattern("Malformed CIDR, mask bits must be an integer");
	const family = isIP(address);
	if (family === 0) throw invalidPattern(`Nonstandard IP address: ${address}`);
	if (Number(bits) > (family === 4 ? 32 : 128)) throw invalidPattern("Malformed CIDR, mask bits out of range");
	const range = new BlockList();
	range.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
	return range;
}
