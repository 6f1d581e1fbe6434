import type { CallFaultRule, FaultRule } from "./faults.ts";

/** An invocation of a function; the payload is JSON text. */
export interface Invoked {
	functionName: string;
	payload: string;
}

/** A call of AWS, as far as rules look at it. */
export interface Call {
	service: string;
	operation: string;
	body: string;
	/** The first, unless told. */
	try?: number;
	/** Whose call it is, when a function makes it. */
	invocation?: Invoked | undefined;
}

/** The rules of a kind. */
export type RuleOf<Kind> = Extract<FaultRule, { kind: Kind }>;

/** Whether a rule is for this call. */
export function fitsCall(rule: FaultRule, call: Call): rule is FaultRule & CallFaultRule {
	if (rule.kind === "duplicate" || rule.kind === "crash" || rule.kind === "hold" || rule.kind === "drop") return false;
	if (rule.service !== undefined && rule.service !== call.service) return false;
	if (rule.operation !== undefined && rule.operation !== call.operation) return false;
	if (rule.try !== undefined && rule.try !== (call.try ?? 1)) return false;
	if (rule.functionName !== undefined || rule.payloadIncludes !== undefined) {
		if (!call.invocation || !fitsInvocation(rule, call.invocation)) return false;
	}
	return rule.bodyIncludes === undefined || call.body.includes(rule.bodyIncludes);
}

/** Whether a rule is for this invocation. */
export function fitsInvocation(
	{ functionName, payloadIncludes = [] }: { functionName?: string; payloadIncludes?: readonly string[] },
	invoked: Invoked,
): boolean {
	if (functionName !== undefined && functionName !== invoked.functionName) return false;
	return payloadIncludes.every((part) => invoked.payload.includes(part));
}
