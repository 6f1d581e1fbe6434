import { z } from "zod";
import { parsedAt, TemplateError } from "../template/template.ts";
import { type Condition, type Context, holds } from "./condition.ts";
import { conditionSchema, conditionsOf, listOf, notEmulated, policyText, versionSchema } from "./policy.ts";
import { matchesAction } from "./wildcard.ts";

/** One statement of a role's trust policy. */
export interface TrustStatement {
	effect: "Allow" | "Deny";
	/** Accounts (twelve digits), ARNs, or `*`. */
	principals: readonly string[];
	actions: readonly string[];
	conditions: readonly Condition[];
}

/** Who asks to assume a role, and how. */
export interface Asker {
	accountId: string;
	/** Of the session, or the account's root. */
	arn: string;
	/** Of the role that asks, or the account's root: what `aws:PrincipalArn` holds. */
	principalArn: string;
	sessionName: string;
	externalId?: string | undefined;
}

const principalList = listOf(z.string());
const trustSchema = z.strictObject(
	{
		Version: versionSchema,
		Id: z.string().optional(),
		Statement: listOf(
			z.strictObject(
				{
					Sid: z.string().optional(),
					Effect: z.enum(["Allow", "Deny"]),
					Principal: z.union(
						[
							z.literal("*").transform(() => ({ AWS: ["*"] })),
							z.strictObject(
								{ AWS: principalList.default([]), Service: principalList.optional() },
								{ error: notEmulated },
							),
						],
						{ error: "names others than accounts, roles and services, which is not emulated" },
					),
					Action: listOf(policyText),
					Condition: conditionSchema,
				},
				{ error: notEmulated },
			),
		),
	},
	{ error: notEmulated },
);

/** What a trust policy may ask of the caller, by condition key in lower case. */
const contextOf = (asker: Asker): Context => ({
	"aws:principalarn": [asker.principalArn],
	"aws:principalaccount": [asker.accountId],
	"sts:rolesessionname": [asker.sessionName],
	"sts:externalid": asker.externalId === undefined ? [] : [asker.externalId],
});
const keys = Object.keys(contextOf({ accountId: "", arn: "", principalArn: "", sessionName: "" }));

/** Reads a role's AssumeRolePolicyDocument. Throws TemplateError for what is not emulated. */
export function readTrust(at: string, document: unknown): TrustStatement[] {
	return parsedAt(at, trustSchema, document).Statement.flatMap((statement, index) => {
		// No service assumes a role by a call: what it is trusted under is never asked.
		if (statement.Principal.AWS.length === 0) return [];
		const conditions = Object.entries(statement.Condition).flatMap(([operator, wanted]) =>
			conditionsOf(`${at}.Statement.${index}.Condition.${operator}`, operator, wanted),
		);
		const unknown = conditions.find(({ key }) => !keys.includes(key));
		if (unknown) throw new TemplateError(at, `the condition key ${unknown.key} is not emulated`);
		const { Effect: effect, Action: actions, Principal } = statement;
		return [{ effect, actions, principals: Principal.AWS, conditions }];
	});
}

/**
 * Whether a role lets itself be assumed. That an account is trusted means only that it may say itself who of its own may: the
 * caller's identity policies are asked besides, by its own account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function trusts(statements: readonly TrustStatement[], asker: Asker): boolean {
	const applying = statements.filter(
		({ principals, actions, conditions }) =>
			principals.some((principal) => isMeant(principal, asker)) &&
			actions.some((action) => matchesAction(action, "sts:AssumeRole")) &&
			conditions.every((condition) => holds(condition, contextOf(asker))),
	);
	return applying.length > 0 && applying.every(({ effect }) => effect === "Allow");
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function isMeant(principal: string, { accountId, arn, principalArn }: Asker): boolean {
	return ["*", accountId, `arn:aws:iam::${accountId}:root`, arn, principalArn].includes(principal);
}
