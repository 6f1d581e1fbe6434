import type { Execution, ForkPosition, Thread } from "./execution.ts";
import { dayMs, limits } from "./limits.ts";

/** The threads as a redrive finds them: what ended stays, what did not does its state again, its Retry counts at zero. */
export function revive(threads: Execution["threads"], redrivenId: number): Execution["threads"] {
	return Object.fromEntries(Object.entries(threads).map(([id, thread]) => [id, revived(thread, redrivenId)]));
}

// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-individual-state-behavior
function revived(thread: Thread, redrivenId: number): Thread {
	const { position } = thread;
	if (position.at === "ended") return thread;
	const fork = position.at === "fork" ? position : "fork" in position ? position.fork : undefined;
	const anew: Thread = { ...thread, spent: {}, previousId: redrivenId };
	// A fork whose joined output was too large runs again as a whole.
	const tooLarge = position.at === "failed" && position.failure.error === "States.DataLimitExceeded";
	if (fork && !tooLarge) return { ...anew, position: { ...fork, settled: succeededOnly(fork) } };
	const entered = position.at === "door" || position.at === "aborted" ? position.entered : true;
	return { ...anew, position: { at: "door", entered } };
}

function succeededOnly({ settled }: ForkPosition): ForkPosition["settled"] {
	return Object.fromEntries(Object.entries(settled).filter(([, how]) => how === "succeeded"));
}

/** What is asked about an execution before a redrive; times in epoch milliseconds. */
export interface Closed {
	status: Execution["status"];
	stoppedAtMs: number | null;
	/** Events in its history. */
	events: number;
}

/**
 * Why it cannot be redriven, in AWS's words; undefined when it can.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html#StepFunctions-DescribeExecution-response-redriveStatusReason
 */
export function whyNotRedrivable({ status, stoppedAtMs, events }: Closed, nowMs: number): string | undefined {
	if (status === "RUNNING" || status === "SUCCEEDED") return `Execution is ${status} and cannot be redriven`;
	if (events >= limits.redrivableEvents) return "Execution history event limit exceeded";
	if (nowMs - (stoppedAtMs ?? nowMs) > limits.redriveDays * dayMs) return "Execution redrivable period exceeded";
	return undefined;
}
