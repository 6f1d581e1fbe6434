import type { CallFaultRule, CrashMoment, FaultRule } from "../../../local/faults.ts";

/** What can happen to a function, in the order in which the matrix shows it. */
export const columns = [
	...["throttle", "5xx", "time-out before commit", "time-out after commit"],
	...["crash before", "crash after", "crash after each call", "duplicate", "stale"],
] as const;
export type Column = (typeof columns)[number];

/** Which invocations are meant: those of a function whose payload contains all of `marks`. */
export interface Meant {
	functionName: string;
	marks: readonly string[];
}

/**
 * The order for a cell's fault. Throttles go on until the SDK gives up, so that the function fails; the other faults of calls strike
 * the first try of each of the function's calls, and its SDK's second goes through: after a commit, it finds what the first has done.
 * `crash after each call` takes `calls` orders, a tenant each; a repetition after the end (stale) is nothing to order.
 */
export function ordersOf(column: Column, meant: Meant, calls: number): FaultRule[] {
	const { functionName, marks: payloadIncludes } = meant;
	const eachCall = (rule: Pick<CallFaultRule, "kind" | "when">): FaultRule[] => [
		{ ...rule, functionName, payloadIncludes, try: 1, times: Number.POSITIVE_INFINITY },
	];
	const crash = (when: CrashMoment): FaultRule => ({ kind: "crash", when, functionName, payloadIncludes });
	switch (column) {
		case "throttle":
			return [{ kind: "throttle", functionName, payloadIncludes, times: 3 }];
		case "5xx":
			return eachCall({ kind: "unavailable", when: "before" });
		case "time-out before commit":
			return eachCall({ kind: "timeout", when: "before" });
		case "time-out after commit":
			return eachCall({ kind: "timeout", when: "after" });
		case "crash before":
			return [crash("before")];
		case "crash after":
			return [crash("after")];
		case "crash after each call":
			return Array.from({ length: calls }, (_, at) => crash(at + 1));
		case "duplicate":
			return [{ kind: "duplicate", functionName, payloadIncludes }];
		case "stale":
			return [];
	}
}
