import type { Json } from "./json.ts";
import type { Retrier } from "./machine.ts";

/** Why a state did not succeed. A Fail state and SendTaskFailure may leave both parts out. */
export interface Failure {
	error?: string;
	cause?: string;
	/** A second name that handlers may match, e.g. a missed heartbeat is reported as States.Timeout. */
	alias?: string;
}

/** What Catch sees as `$states.errorOutput`, and gives on when it has no Output of its own. */
export function errorOutput({ error, cause }: Failure): Json {
	return { Error: error ?? "", Cause: cause ?? "" };
}

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation
const notAll = new Set(["States.DataLimitExceeded", "States.Runtime"]);

/** Whether a Retry or Catch with these ErrorEquals takes the failure. */
export function matches(errorEquals: readonly string[], { error, alias }: Failure): boolean {
	return errorEquals.some((name) => {
		if (name === "States.ALL") return !notAll.has(error ?? "");
		if (name === "States.TaskFailed") return error !== "States.Timeout" && !notAll.has(error ?? "");
		return name === error || name === alias;
	});
}

/**
 * Milliseconds until the next attempt, after `spent` earlier ones of the same retrier: IntervalSeconds × BackoffRate^spent,
 * at most MaxDelaySeconds; with JitterStrategy FULL a part of it between nothing and all. `random` in [0, 1).
 */
export function retryDelayMs(retrier: Retrier, spent: number, random: number): number {
	const grown = retrier.IntervalSeconds * retrier.BackoffRate ** spent;
	const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
	return Math.round(seconds * 1000 * (retrier.JitterStrategy === "FULL" ? random : 1));
}
