import type { LogEvent } from "./events.ts";
import type { Execution, Position, TaskPosition, Thread } from "./execution.ts";
import type { Failure } from "./failure.ts";
import { applyToFork, cutOff, type ForkEvent, forkOf, isForkEvent, without } from "./fork-log.ts";

type Threads = Execution["threads"];
export type ThreadEvent = Exclude<LogEvent, { type: `Execution${string}` }>;

/** One event further, for the thread that it names; `version` is the number of the event in the log. Pure. */
export function applyToThread(threads: Threads, event: ThreadEvent, version: number): Threads {
	const thread = threads[event.thread];
	if (!thread) throw new Error(`The log names thread ${event.thread}, which nothing began`);
	if (isForkEvent(event)) return applyToFork(threads, thread, event);
	const id = event.id ?? thread.previousId;
	const followed = { ...thread, previousId: id };
	const set = (changed: Thread) => ({ ...threads, [thread.id]: changed });
	const position = taskPosition(thread.position, event, version);
	if (position) return set({ ...followed, position });

	switch (event.type) {
		case "StateEntered":
			return set({
				...followed,
				enteredAtMs: event.at,
				enteredId: id,
				spent: {},
				position: { at: "door", entered: true },
			});
		case "StateExited":
			return exited(without(threads, thread.id), followed, event);
		case "StateAborted":
		case "ThreadAborted":
			return set(cutOff(thread));
		case "EvaluationFailed":
			return set({ ...followed, position: failing(thread, event.failure, true) });
		case "StateFailed":
			return set({ ...followed, position: failing(thread, event.failure, false) });
		case "WaitPlanned":
			return set({ ...followed, position: { at: "wait", untilMs: event.untilMs } });
		case "RetryPlanned": {
			const spent = { ...thread.spent, [event.retrier]: (thread.spent[event.retrier] ?? 0) + 1 };
			return set({ ...followed, spent, position: { at: "retry", dueMs: event.dueMs } });
		}
		case "ThreadFailed": {
			const fork = forkOf(thread.position);
			const failed: Position = { at: "failed", failure: event.failure, ...(fork && { fork }) };
			return follow(set({ ...followed, position: failed }), thread.parent, id);
		}
		default:
			// A task's event for what is no task any more: it changes nothing.
			return threads;
	}
}

function failing({ position }: Thread, failure: Failure, evaluating: boolean): Position {
	const fork = forkOf(position);
	return { at: "error", failure, evaluating, ...(fork && { fork }) };
}

function taskPosition(
	position: Position,
	event: Exclude<ThreadEvent, ForkEvent>,
	version: number,
): Position | undefined {
	if (event.type === "TaskScheduled") return scheduled(event, version);
	if (position.at !== "task") return undefined;
	switch (event.type) {
		case "TaskStarted":
			return { ...position, phase: "started" };
		case "TaskSubmitted":
			return { ...position, phase: "submitted" };
		case "TaskHeartbeat":
			return { ...position, ...heartbeat(event.at, position.task) };
		case "TaskSucceeded":
			return { at: "result", result: event.output };
		case "TaskFailed":
		case "TaskTimedOut":
			return { at: "error", failure: event.failure, evaluating: false };
		default:
			return undefined;
	}
}

function scheduled(event: ThreadEvent & { type: "TaskScheduled" }, attempt: number): TaskPosition {
	const { thread: _thread, id: _id, previousId: _previousId, at, ...task } = event;
	const { timeoutInSeconds } = task;
	const timeout = timeoutInSeconds !== undefined && { timeoutAtMs: at + timeoutInSeconds * 1000 };
	return { at: "task", attempt, phase: "scheduled", task, ...timeout, ...heartbeat(at, task) };
}

function exited(
	threads: Threads,
	thread: Thread,
	{ output, assigned, next, id }: ThreadEvent & { type: "StateExited" },
): Threads {
	const variables = { ...thread.variables, ...assigned };
	if (next === undefined) {
		const ended: Thread = { ...thread, variables, position: { at: "ended", output } };
		return follow({ ...threads, [thread.id]: ended }, thread.parent, id ?? thread.previousId);
	}
	const onward: Thread = { ...thread, variables, state: next, input: output, position: { at: "door", entered: false } };
	return { ...threads, [thread.id]: onward };
}

/** What a fork says next follows the event that ended one of its threads. */
function follow(threads: Threads, parent: string | undefined, previousId: number): Threads {
	const thread = parent === undefined ? undefined : threads[parent];
	return thread ? { ...threads, [thread.id]: { ...thread, previousId } } : threads;
}

/** Heartbeats are expected only of what holds a token: nothing else could send one. */
function heartbeat(at: number, task: { token?: string; heartbeatInSeconds?: number }): { heartbeatAtMs?: number } {
	if (task.token === undefined || task.heartbeatInSeconds === undefined) return {};
	return { heartbeatAtMs: at + task.heartbeatInSeconds * 1000 };
}
