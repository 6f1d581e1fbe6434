import { z } from "zod";
import { AwsError, type Caller, type Principal } from "../aws/service.ts";
import { parsedAt, TemplateError } from "../template/template.ts";
import type { Lookup, ServiceCall } from "./call.ts";
import { decide, type Need } from "./evaluate.ts";
import { contextKeys, needsOf } from "./needs.ts";
import { readRole, type Statement } from "./policy.ts";
import { type Asker, readTrust, type TrustStatement, trusts } from "./trust.ts";
import { matchesAction } from "./wildcard.ts";

/** IAM as far as roles meet it: identity policies and trust. Policies of resources and boundaries are not looked at. */
export interface Iam {
	/** Takes in the resolved properties of an `AWS::IAM::Role`; answers its ARN. Throws TemplateError for what is not emulated. */
	addRole(at: string, name: string, properties: unknown): string;
	/** Nobody has rights by it from now on, whoever assumed it. Safe to repeat. */
	removeRole(roleArn: string): void;
	/** Lets a function act under a role. Throws TemplateError when there is none of that ARN. */
	assume(functionName: string, roleArn: string): void;
	/** Who a function is when it calls: its role, in a session that has its name. */
	principalOf(functionName: string): Principal;
	/** Whether the role's trust policy lets the caller in; false when there is no such role. */
	trusts(roleArn: string, asker: Asker): boolean;
	/**
	 * Refuses what the caller's role does not allow. Without one the account's key calls, which may do everything. Throws AwsError:
	 * the service's own AccessDenied.
	 */
	authorize(call: ServiceCall): void;
	/** Every action that a role allows or denies, and how often that has counted. */
	rights(): { role: string; statement: string; action: string; used: number }[];
}

interface Role {
	name: string;
	arn: string;
	statements: Statement[];
	trust: TrustStatement[];
}

const roleSchema = z.object({ Path: z.string().default("/"), AssumeRolePolicyDocument: z.unknown() });

export function createIam({ caller, lookup }: { caller: Caller; lookup: Lookup }): Iam {
	const roles = new Map<string, Role>();
	const roleOf = new Map<string, string>();
	const used = new Map<string, number>();
	const keyOf = (role: Role, statement: Statement, action: string) => [role.name, statement.name, action].join("\n");
	const arnOf = (pathAndName: string) => `arn:aws:iam::${caller.accountId}:role${pathAndName}`;
	const without: Role = { name: "none", arn: arnOf("/none"), statements: [], trust: [] };

	return {
		addRole(at, name, properties) {
			const statements = readRole(at, properties);
			const unknown = statements.flatMap(({ conditions }) => conditions).find(({ key }) => !contextKeys.includes(key));
			if (unknown) throw new TemplateError(at, `the condition key ${unknown.key} is not emulated`);
			const { Path, AssumeRolePolicyDocument } = parsedAt(at, roleSchema, properties);
			const arn = arnOf(`${Path}${name}`);
			roles.set(arn, {
				...{ name, arn, statements },
				trust: readTrust(`${at}.AssumeRolePolicyDocument`, AssumeRolePolicyDocument),
			});
			return arn;
		},
		removeRole: (roleArn) => void roles.delete(roleArn),
		assume(functionName, roleArn) {
			if (!roles.has(roleArn)) throw new TemplateError(functionName, `there is no role ${roleArn}`);
			roleOf.set(functionName, roleArn);
		},
		principalOf(functionName) {
			const { arn: roleArn, name } = roles.get(roleOf.get(functionName) ?? "") ?? without;
			return { roleArn, arn: `arn:aws:sts::${caller.accountId}:assumed-role/${name}/${functionName}` };
		},
		trusts: (roleArn, asker) => trusts(roles.get(roleArn)?.trust ?? [], asker),
		authorize(call) {
			const { principal } = call.caller;
			// What a role of another account may do here was asked there; that it may assume a role here is asked by the role's trust.
			if (principal === undefined || !principal.roleArn.startsWith(arnOf("/"))) return;
			const role = roles.get(principal.roleArn) ?? without;
			for (const need of needsOf(call, lookup)) {
				const decision = decide(role.statements, need);
				if (!decision.allowed) throw accessDenied(principal.arn, need, decision.denied);
				const pattern = decision.by.actions.find((action) => matchesAction(action, need.action)) ?? need.action;
				const key = keyOf(role, decision.by, pattern);
				used.set(key, (used.get(key) ?? 0) + 1);
			}
		},
		rights: () =>
			[...roles.values()].flatMap((role) =>
				role.statements.flatMap((statement) =>
					statement.actions.map((action) => ({
						role: role.name,
						statement: statement.name,
						action,
						used: used.get(keyOf(role, statement, action)) ?? 0,
					})),
				),
			),
	};
}

/** The services that answer in XML, or used to, refuse with 403; the others with 400. */
const refusals: Readonly<Record<string, { name: string; status: number }>> = {
	cloudformation: { name: "AccessDenied", status: 403 },
	route53: { name: "AccessDenied", status: 403 },
	s3: { name: "AccessDenied", status: 403 },
	sts: { name: "AccessDenied", status: 403 },
	sqs: { name: "AccessDeniedException", status: 403 },
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function accessDenied(user: string, { action, resource }: Need, denied: "explicitly" | "implicitly"): AwsError {
	const { name, status } = refusals[action.split(":")[0] ?? ""] ?? { name: "AccessDeniedException", status: 400 };
	const because =
		denied === "explicitly"
			? "with an explicit deny in an identity-based policy"
			: `because no identity-based policy allows the ${action} action`;
	return new AwsError(
		name,
		`User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
		status,
	);
}
