import { z } from "zod";
import { parsedAt, TemplateError } from "../template/template.ts";
import { type Condition, operators, readOperator } from "./condition.ts";

/** One statement of a policy. */
export interface Statement {
	/** Its Sid, or its place in its policy: `#2`. */
	name: string;
	effect: "Allow" | "Deny";
	actions: readonly string[];
	resources: readonly string[];
	conditions: readonly Condition[];
}

/** A list, or its only item. */
export const listOf = <S extends z.ZodType>(item: S) =>
	z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1));
/** Text of a policy as it stands, without variables. */
export const policyText = z
	.string()
	.refine((value) => !value.includes("${"), { error: "holds a policy variable, which is not emulated" });
const conditionValue = z.union([policyText, z.boolean().transform(String), z.number().transform(String)]);

/** The Condition element: operator, key, values. */
export const conditionSchema = z.record(z.string(), z.record(z.string(), listOf(conditionValue))).default({});

/** Policies of the older version read differently (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html). */
export const versionSchema = z.literal("2012-10-17", { error: "must be 2012-10-17" });

const statementSchema = z.strictObject(
	{
		Sid: z.string().optional(),
		Effect: z.enum(["Allow", "Deny"]),
		Action: listOf(z.string().regex(/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/, "is not <service>:<action>")),
		Resource: listOf(policyText),
		Condition: conditionSchema,
	},
	{ error: notEmulated },
);

const policySchema = z.strictObject(
	{
		Version: versionSchema,
		Id: z.string().optional(),
		Statement: listOf(statementSchema),
	},
	{ error: notEmulated },
);

const roleSchema = z.object({
	Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
	ManagedPolicyArns: z.array(z.string()).max(0, "names managed policies, which are not emulated").optional(),
	PermissionsBoundary: z.undefined({ error: "is not emulated" }).optional(),
});

/** Reads an identity policy. Throws TemplateError for what is not emulated: NotAction, policy variables, rarer operators. */
export function readPolicy(at: string, document: unknown): Statement[] {
	return parsedAt(at, policySchema, document).Statement.map((statement, index) => ({
		name: statement.Sid ?? `#${index + 1}`,
		effect: statement.Effect,
		actions: statement.Action,
		resources: statement.Resource,
		conditions: Object.entries(statement.Condition).flatMap(([operator, keys]) =>
			conditionsOf(`${at}.Statement.${index}.Condition.${operator}`, operator, keys),
		),
	}));
}

/** The statements of all policies in the resolved properties of an `AWS::IAM::Role`. Throws TemplateError as readPolicy. */
export function readRole(at: string, properties: unknown): Statement[] {
	return parsedAt(at, roleSchema, properties).Policies.flatMap(({ PolicyName, PolicyDocument }) =>
		readPolicy(`${at}.Policies.${PolicyName}`, PolicyDocument),
	);
}

/** The conditions under one operator. Throws TemplateError for an operator that is not emulated. */
export function conditionsOf(at: string, operator: string, keys: Record<string, string[]>): Condition[] {
	const read = readOperator(operator);
	if (!read) throw new TemplateError(at, `is not emulated; ${operators.join(", ")} are, with their prefixes`);
	return Object.entries(keys).map(([key, values]) => ({ ...read, key: key.toLowerCase(), values }));
}

/** Names the members that a strict schema does not know. */
export function notEmulated(issue: { code?: string | undefined; keys?: unknown }): string | undefined {
	return issue.code === "unrecognized_keys" && Array.isArray(issue.keys)
		? `${issue.keys.join(", ")}: not emulated`
		: undefined;
}
