import { type Conditions, withCondition } from "./conditions.ts";
import { conditionOfFailure, type ExecutionReport, type Operation } from "./operation.ts";

/**
 * The claim's conditions after a report took an operation from `before` to `after`: a failure shows on the condition of its step,
 * going on takes it off again. A step may be faster than the report: what it has made true since stays true.
 */
export function conditionsAfterReport(
	conditions: Conditions,
	before: Operation,
	after: Operation,
	{ endedAt }: ExecutionReport,
): Conditions {
	const now = after.updatedAt;
	if (after.status === "failed" && after.failure) {
		const { error: reason, detail: message, actor, fix } = after.failure;
		const type = conditionOfFailure(after.failure);
		const held = conditions[type];
		if (held.status === "true" && endedAt !== undefined && held.since > endedAt) return conditions;
		return withCondition(conditions, type, { status: "false", reason, message, actor, fix }, now);
	}
	return after.status === "running" && before.failure ? conditionsGoingOn(conditions, before.failure, now) : conditions;
}

/** The failed step is tried again: its condition is open, unless it is true by now. */
export function conditionsGoingOn(
	conditions: Conditions,
	failure: { step?: string | undefined },
	now: string,
): Conditions {
	const type = conditionOfFailure(failure);
	if (conditions[type].status !== "false") return conditions;
	const message = "The step is tried again.";
	return withCondition(conditions, type, { status: "unknown", reason: "Retrying", message, actor: "hostmaster" }, now);
}
