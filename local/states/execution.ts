import type { MapLimits, TaskScheduled } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { Json } from "./json.ts";

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** An execution as its log tells it: immutable, `apply` makes the next one. */
export interface Execution {
	readonly arn: string;
	readonly name: string;
	readonly machineArn: string;
	readonly machineName: string;
	readonly roleArn: string;
	readonly input: Json;
	readonly status: Status;
	readonly startedAtMs: number;
	/** The machine's own TimeoutSeconds. */
	readonly deadlineMs?: number;
	readonly redriveCount: number;
	readonly redrivenAtMs?: number;
	/** Events in the log; a decision made on an older number is void. */
	readonly version: number;
	/** Events in the history as AWS shows it. */
	readonly lastId: number;
	readonly threads: Readonly<Record<string, Thread>>;
}

/** The thread that runs the machine's own states; a fork's threads are named `<its thread>.<index>`. */
export const rootThread = "0";

/** One line of control: the machine's, a branch's or an iteration's. */
export interface Thread {
	readonly id: string;
	readonly parent?: string;
	readonly index: number;
	readonly state: string;
	readonly input: Json;
	readonly variables: Readonly<Record<string, Json>>;
	/** Of an iteration: the item as `$states.context.Map.Item` gives it. */
	readonly item?: { Index: number; Value: Json };
	/** Of the state's StateEntered. */
	readonly enteredAtMs: number;
	readonly enteredId: number;
	/** The event that the thread's next one follows. */
	readonly previousId: number;
	/** Attempts spent per entry of the state's Retry. */
	readonly spent: Readonly<Record<number, number>>;
	readonly position: Position;
}

export type Position =
	/** About to do the state's work. `entered`: the history says already that it was entered. */
	| { readonly at: "door"; readonly entered: boolean }
	| TaskPosition
	| { readonly at: "wait"; readonly untilMs: number }
	| ForkPosition
	/** The work is done; Assign and Output are not yet evaluated. */
	| { readonly at: "result"; readonly result: Json }
	/** The work failed; Retry and Catch have not looked yet. `evaluating`: it was an expression that failed. */
	| { readonly at: "error"; readonly failure: Failure; readonly evaluating: boolean; readonly fork?: ForkPosition }
	| { readonly at: "retry"; readonly dueMs: number }
	| { readonly at: "ended"; readonly output: Json }
	| { readonly at: "failed"; readonly failure: Failure; readonly fork?: ForkPosition }
	| { readonly at: "aborted"; readonly entered: boolean; readonly fork?: ForkPosition };

export interface TaskPosition {
	readonly at: "task";
	/** Unique in the execution: what comes back from an earlier attempt is told apart by it. */
	readonly attempt: number;
	readonly phase: "scheduled" | "started" | "submitted";
	readonly task: TaskScheduled;
	readonly timeoutAtMs?: number;
	readonly heartbeatAtMs?: number;
}

export interface ForkPosition {
	readonly at: "fork";
	/** Absent on a Parallel, whose branches start all at once. */
	readonly map?: { readonly items: readonly Json[]; readonly startAt: string; readonly limits: MapLimits };
	readonly width: number;
	/** Threads begun so far; the next has this index. */
	readonly begun: number;
	/** Threads whose end the fork has noted, by index. */
	readonly settled: Readonly<Record<number, "succeeded" | "failed">>;
}

/** The threads that a fork of `thread` began, in order. */
export function childrenOf(execution: Execution, thread: string, fork: ForkPosition): Thread[] {
	const ids = Array.from({ length: fork.begun }, (_, index) => `${thread}.${index}`);
	return ids.flatMap((id) => execution.threads[id] ?? []);
}

/** When the execution wants to be looked at again without anything coming in: epoch milliseconds, the soonest first. */
export function nextDueMs(execution: Execution): number | undefined {
	if (execution.status !== "RUNNING") return undefined;
	const dues = Object.values(execution.threads).flatMap(({ position }) => {
		if (position.at === "wait") return [position.untilMs];
		if (position.at === "retry") return [position.dueMs];
		if (position.at === "task") return [position.timeoutAtMs ?? [], position.heartbeatAtMs ?? []].flat();
		return [];
	});
	if (execution.deadlineMs !== undefined) dues.push(execution.deadlineMs);
	return dues.length === 0 ? undefined : dues.reduce((soonest, due) => Math.min(soonest, due));
}

/** The task of this attempt, while it is still awaited. */
export function awaitedTask(execution: Execution, thread: string, attempt: number): TaskPosition | undefined {
	const position = execution.threads[thread]?.position;
	if (execution.status !== "RUNNING" || position?.at !== "task" || position.attempt !== attempt) return undefined;
	return position;
}
