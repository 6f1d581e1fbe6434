import type { Failure } from "./failure.ts";
import type { Json } from "./json.ts";
import type { StateType } from "./machine.ts";

type Resource = "invoke" | "invoke.waitForTaskToken";

/**
 * What can happen to an execution. Each carries every value that was evaluated for it, so that reading the log again
 * evaluates nothing. Those of `hidden` are ours alone; the others are AWS's history, under shorter names.
 */
export type Happening =
	| { type: "ExecutionStarted"; input: Json; startAt: string; roleArn: string; timeoutSeconds?: number }
	| { type: "ExecutionSucceeded"; output: Json }
	| { type: "ExecutionFailed"; failure: Failure }
	| { type: "ExecutionTimedOut"; failure: Failure }
	| { type: "ExecutionAborted"; failure: Failure }
	| { type: "ExecutionRedriven"; redriveCount: number; timeoutSeconds?: number }
	| { type: "StateEntered"; state: string; stateType: StateType; input: Json }
	/** `next` absent: the thread ends here. */
	| {
			type: "StateExited";
			state: string;
			stateType: StateType;
			output: Json;
			assigned?: Record<string, Json>;
			next?: string;
	  }
	/** The state's own thread was cut off from outside, or by its own failure inside of a fork. */
	| { type: "StateAborted"; stateType: StateType }
	| { type: "EvaluationFailed"; state: string; failure: Failure; location?: string }
	| TaskScheduled
	| { type: "TaskStarted"; resource: Resource }
	| { type: "TaskSubmitted"; resource: Resource; output: Json }
	| { type: "TaskSucceeded"; resource: Resource; output: Json }
	| { type: "TaskFailed"; resource: Resource; failure: Failure }
	| { type: "TaskTimedOut"; resource: Resource; failure: Failure }
	/** One branch for each name in `starts`. */
	| { type: "ParallelStarted"; starts: string[]; input: Json }
	| ({ type: "MapStarted"; items: Json[]; startAt: string } & MapLimits)
	| { type: "IterationStarted"; state: string; index: number; input: Json }
	| { type: "IterationSucceeded" | "IterationFailed" | "IterationAborted"; state: string; index: number }
	| { type: "ForkSucceeded"; stateType: ForkType; output: Json }
	| { type: "ForkFailed"; stateType: ForkType }
	/** Hidden: a Wait state knows its end. */
	| { type: "WaitPlanned"; untilMs: number }
	/** Hidden: the state will be tried again, on the account of that retrier of its list. */
	| { type: "RetryPlanned"; retrier: number; dueMs: number }
	/** Hidden. */
	| { type: "TaskHeartbeat" }
	/** Hidden: the state failed for a reason that the history tells elsewhere, or only at the end. */
	| { type: "StateFailed"; failure: Failure }
	/** Hidden: nothing in the state takes the failure. */
	| { type: "ThreadFailed"; failure: Failure }
	/** Hidden: cut off where AWS's history says nothing. */
	| { type: "ThreadAborted" };

export interface TaskScheduled {
	type: "TaskScheduled";
	resource: Resource;
	functionName: string;
	/** The evaluated Arguments. */
	parameters: Json;
	token?: string;
	timeoutInSeconds?: number;
	heartbeatInSeconds?: number;
}

export type ForkType = "Parallel" | "Map";

export interface MapLimits {
	maxConcurrency: number;
	toleratedCount: number;
	/** 0 to 100. */
	toleratedPercentage: number;
}

/** A happening that waits to be written: to which thread, and after which event when it is not that thread's latest. */
export type Draft = Happening & { thread: string; previousId?: number };

/** A happening as the log keeps it. `id` and `previousId` only on what AWS's history shows; `at` in epoch milliseconds. */
export type LogEvent = Happening & { thread: string; at: number; id?: number; previousId?: number };

const hidden = new Set<Happening["type"]>([
	"WaitPlanned",
	"RetryPlanned",
	"TaskHeartbeat",
	"StateFailed",
	"ThreadFailed",
	"ThreadAborted",
]);

/** Whether AWS's history has it, and so the limit of 25,000 counts it. */
export function isShown(event: { type: Happening["type"] }): boolean {
	return !hidden.has(event.type);
}

/** Whether it counts as a state transition: a state entered, a retry, a redrive (https://aws.amazon.com/step-functions/pricing/). */
export function isTransition({ type }: Happening): boolean {
	return type === "StateEntered" || type === "RetryPlanned" || type === "ExecutionRedriven";
}
