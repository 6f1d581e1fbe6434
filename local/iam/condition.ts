import { matchesText } from "./wildcard.ts";

/** What a request is about, by condition key; names of keys are compared in lower case. A key without values is not there. */
export type Context = Readonly<Record<string, readonly string[]>>;

/** How a value of the request is compared with one of the policy, and whether the comparison asks for a difference. */
interface Comparison {
	negated: boolean;
	equals(wanted: string, found: string): boolean;
}

const comparisons = {
	StringEquals: { negated: false, equals: (wanted, found) => wanted === found },
	StringNotEquals: { negated: true, equals: (wanted, found) => wanted === found },
	StringLike: { negated: false, equals: matchesText },
	// The two behave identically: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
	ArnEquals: { negated: false, equals: arnLike },
	ArnLike: { negated: false, equals: arnLike },
	Bool: { negated: false, equals: (wanted, found) => wanted.toLowerCase() === found.toLowerCase() },
} satisfies Record<string, Comparison>;

/** The operators that are emulated. */
export const operators = [...Object.keys(comparisons), "Null"];

type Operator = keyof typeof comparisons | "Null";

/** One key under one operator of a statement's Condition element. */
export interface Condition {
	operator: Operator;
	/** How many of the request's values have to fit; undefined: the key has one value. */
	quantifier: "ForAllValues" | "ForAnyValue" | undefined;
	ifExists: boolean;
	/** In lower case. */
	key: string;
	values: readonly string[];
}

/** Reads an operator as it is written, e.g. `ForAllValues:StringLikeIfExists`; undefined for one that is not emulated. */
export function readOperator(text: string): Pick<Condition, "operator" | "quantifier" | "ifExists"> | undefined {
	const [, quantifier, operator, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(text) ?? [];
	if (!isOperator(operator)) return undefined;
	// Null asks whether the key is there, so neither goes with it.
	if (operator === "Null" && (quantifier || ifExists)) return undefined;
	const known = quantifier === "ForAllValues" || quantifier === "ForAnyValue" ? quantifier : undefined;
	return { operator, quantifier: known, ifExists: ifExists !== undefined };
}

function isOperator(text: string | undefined): text is Operator {
	return text !== undefined && operators.includes(text);
}

/**
 * Whether the condition holds for a request. The values of a condition are alternatives; a negated operator wants none of them.
 * A key that is not there fits no operator, except a negated one, IfExists, Null and ForAllValues.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function holds(condition: Condition, context: Context): boolean {
	const { operator, quantifier, ifExists, key, values } = condition;
	const found = context[key] ?? [];
	if (operator === "Null") return values.some((value) => (value.toLowerCase() === "true") === (found.length === 0));
	const { negated, equals } = comparisons[operator];
	const fits = (one: string) => values.some((value) => equals(value, one)) !== negated;
	if (found.length === 0) return ifExists || quantifier === "ForAllValues" || (negated && quantifier === undefined);
	return quantifier === "ForAllValues" ? found.every(fits) : found.some(fits);
}

/** Each of the six parts is compared for itself; wildcards may stand in all of them. */
function arnLike(wanted: string, found: string): boolean {
	const patterns = arnParts(wanted);
	const parts = arnParts(found);
	return (
		patterns.length === parts.length && patterns.every((pattern, index) => matchesText(pattern, parts[index] ?? ""))
	);
}

/** `arn`, partition, service, region, account and the rest, which may hold colons. */
function arnParts(arn: string): string[] {
	const parts = arn.split(":");
	return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
