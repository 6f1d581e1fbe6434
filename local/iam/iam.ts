import { AwsError, type Caller } from "../aws/service.ts";
import { TemplateError } from "../template/template.ts";
import type { Lookup, ServiceCall } from "./call.ts";
import { decide, type Need } from "./evaluate.ts";
import { contextKeys, needsOf } from "./needs.ts";
import { readRole, type Statement } from "./policy.ts";
import { matchesAction } from "./wildcard.ts";

/** IAM as far as a function meets it: identity policies of roles. Policies of resources, trust and boundaries are not looked at. */
export interface Iam {
	/** Takes in the resolved properties of an `AWS::IAM::Role`; answers its ARN. Throws TemplateError for what is not emulated. */
	addRole(at: string, name: string, properties: unknown): string;
	/** Lets a function act under a role. Throws TemplateError when there is none of that ARN. */
	assume(functionName: string, roleArn: string): void;
	/**
	 * Refuses what the function's role does not allow. Without a name the account's key calls, which may do everything; a name only
	 * takes rights away, so that nobody gains by making one up. Throws AwsError: the service's own AccessDenied.
	 */
	authorize(functionName: string | undefined, call: ServiceCall): void;
	/** Every action that a role allows or denies, and how often that has counted. */
	rights(): { role: string; statement: string; action: string; used: number }[];
}

interface Role {
	name: string;
	statements: Statement[];
}

export function createIam({ caller, lookup }: { caller: Caller; lookup: Lookup }): Iam {
	const roles = new Map<string, Role>();
	const roleOf = new Map<string, Role>();
	const used = new Map<string, number>();
	const keyOf = (role: Role, statement: Statement, action: string) => [role.name, statement.name, action].join("\n");

	return {
		addRole(at, name, properties) {
			const statements = readRole(at, properties);
			const unknown = statements.flatMap(({ conditions }) => conditions).find(({ key }) => !contextKeys.includes(key));
			if (unknown) throw new TemplateError(at, `the condition key ${unknown.key} is not emulated`);
			const arn = `arn:aws:iam::${caller.accountId}:role/${name}`;
			roles.set(arn, { name, statements });
			return arn;
		},
		assume(functionName, roleArn) {
			const role = roles.get(roleArn);
			if (!role) throw new TemplateError(functionName, `there is no role ${roleArn}`);
			roleOf.set(functionName, role);
		},
		authorize(functionName, call) {
			// The key of another account was got by assuming a role there: its rights are not those of the function's role.
			if (functionName === undefined || call.caller.accountId !== caller.accountId) return;
			const role = roleOf.get(functionName) ?? { name: "none", statements: [] };
			for (const need of needsOf(call, lookup)) {
				const decision = decide(role.statements, need);
				const user = `arn:aws:sts::${caller.accountId}:assumed-role/${role.name}/${functionName}`;
				if (!decision.allowed) throw accessDenied(user, need, decision.denied);
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
	route53: { name: "AccessDenied", status: 403 },
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
