import { z } from "zod";

const resourceSchema = z.looseObject({
	Type: z.string(),
	Properties: z.record(z.string(), z.unknown()).default({}),
	DeletionPolicy: z.string().optional(),
	UpdateReplacePolicy: z.string().optional(),
});
export type TemplateResource = z.output<typeof resourceSchema>;

/** A CloudFormation template, as far as rules look at it. */
export const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });
export type Template = z.output<typeof templateSchema>;

/** A template's resources of some types, with their logical ids. */
export function ofTypes({ Resources }: Template, ...types: readonly string[]): [string, TemplateResource][] {
	return Object.entries(Resources).filter(([, { Type }]) => types.includes(Type));
}

/** The member of that name, or position; undefined when there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
	return path.reduce<unknown>(
		(here, name) => (typeof here === "object" && here !== null ? Reflect.get(here, name) : undefined),
		value,
	);
}

/** A list, whether it is written as one or as its only element; an element on a condition counts as all that it may be. */
export function listAt(value: unknown, ...path: readonly string[]): unknown[] {
	const found = at(value, ...path);
	if (found === undefined) return [];
	return (Array.isArray(found) ? found : [found]).flatMap(alternatives);
}

/** What `Fn::If` may give, without `AWS::NoValue`; the value itself when it hangs on no condition. */
function alternatives(value: unknown): unknown[] {
	const choice = at(value, "Fn::If");
	if (Array.isArray(choice)) return choice.slice(1).flatMap(alternatives);
	return at(value, "Ref") === "AWS::NoValue" ? [] : [value];
}

/** The text that a value is known by before deployment: each `${Name}` in it is `x`, and so is what another function gives. */
export function textOf(value: unknown): string {
	if (typeof value === "string") return value;
	const sub = at(value, "Fn::Sub");
	const text = Array.isArray(sub) ? sub[0] : sub;
	return typeof text === "string" ? text.replace(/\$\{[^}]*\}/g, "x") : "x";
}

/** The logical ids that a value names by Ref, or by Fn::GetAtt of its ARN. */
export function idOf(value: unknown): string {
	return String(at(value, "Ref") ?? at(value, "Fn::GetAtt", "0"));
}

/** A statement of a policy, with its lists as lists. */
export interface Statement {
	/** Its Sid, or its place. */
	name: string;
	effect: string;
	actions: string[];
	resources: unknown[];
	/** `*`, or account ids and ARNs; undefined in a policy that says nothing of who. */
	principals: unknown[];
	services: string[];
	/** By key, whatever the operator. */
	conditions: Readonly<Record<string, unknown>>;
	/** Members that say what is meant by what is not. */
	inverse: string[];
}

/** The statements of a policy document, which may be written as JSON text. */
export function statementsIn(document: unknown): Statement[] {
	const text = typeof document === "string" ? document : at(document, "Fn::Sub");
	const policy: unknown = typeof text === "string" ? JSON.parse(text) : document;
	return listAt(policy, "Statement").map((statement, place) => {
		const principal = at(statement, "Principal");
		return {
			name: String(at(statement, "Sid") ?? place),
			effect: String(at(statement, "Effect")),
			actions: listAt(statement, "Action").map(textOf),
			resources: listAt(statement, "Resource"),
			principals: typeof principal === "string" ? [principal] : listAt(principal, "AWS"),
			services: listAt(principal, "Service").map(textOf),
			conditions: Object.assign({}, ...Object.values(Object(at(statement, "Condition")))),
			inverse: ["NotAction", "NotResource", "NotPrincipal"].filter((name) => at(statement, name) !== undefined),
		};
	});
}
