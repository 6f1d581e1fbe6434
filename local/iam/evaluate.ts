import { type Context, holds } from "./condition.ts";
import type { Statement } from "./policy.ts";
import { matchesAction, matchesResource } from "./wildcard.ts";

/** One right that a request needs. */
export interface Need {
	/** E.g. `dynamodb:PutItem`. */
	action: string;
	/** An ARN, or `*` where the service has no resource to name. */
	resource: string;
	context?: Context;
}

export type Decision =
	| { allowed: true; by: Statement }
	/** `explicitly`: by a Deny; else nothing allows it. */
	| { allowed: false; denied: "explicitly" | "implicitly" };

/**
 * What the statements of one identity say of one need: a Deny wins, then an Allow, and nothing is allowed by itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function decide(statements: readonly Statement[], need: Need): Decision {
	const applying = statements.filter((statement) => applies(statement, need));
	if (applying.some(({ effect }) => effect === "Deny")) return { allowed: false, denied: "explicitly" };
	const [by] = applying;
	return by ? { allowed: true, by } : { allowed: false, denied: "implicitly" };
}

function applies({ actions, resources, conditions }: Statement, { action, resource, context = {} }: Need): boolean {
	return (
		actions.some((pattern) => matchesAction(pattern, action)) &&
		resources.some((pattern) => matchesResource(pattern, resource)) &&
		conditions.every((condition) => holds(condition, context))
	);
}
