import { type Draft, isShown, type LogEvent } from "./events.ts";
import { type Execution, type ForkPosition, type Position, rootThread, type Thread } from "./execution.ts";
import { revive } from "./redrive.ts";

/** What an execution is before its first event. */
export interface Birth {
	arn: string;
	name: string;
	machineArn: string;
	machineName: string;
}

/** The execution that its log tells. */
export function replay(birth: Birth, events: Iterable<LogEvent>): Execution {
	let execution: Execution = {
		...birth,
		roleArn: "",
		input: null,
		status: "RUNNING",
		startedAtMs: 0,
		redriveCount: 0,
		version: 0,
		lastId: 0,
		threads: {},
	};
	for (const event of events) execution = apply(execution, event);
	return execution;
}

/** Gives drafts their place in the log and in the history, and the execution that they lead to. */
export function append(
	execution: Execution,
	drafts: readonly Draft[],
	atMs: number,
): { execution: Execution; events: LogEvent[] } {
	const events: LogEvent[] = [];
	let next = execution;
	for (const draft of drafts) {
		const previousId = draft.previousId ?? next.threads[draft.thread]?.previousId ?? next.lastId;
		const { previousId: _, ...happening } = draft;
		const event: LogEvent = { ...happening, at: atMs, ...(isShown(draft) && { id: next.lastId + 1, previousId }) };
		events.push(event);
		next = apply(next, event);
	}
	return { execution: next, events };
}

/** One event further. Pure: no clock, no chance, no expression. */
export function apply(execution: Execution, event: LogEvent): Execution {
	const counted = { ...execution, version: execution.version + 1, lastId: event.id ?? execution.lastId };
	switch (event.type) {
		case "ExecutionStarted": {
			const { input, roleArn, at } = event;
			const root = newThread({ id: rootThread, index: 0, state: event.startAt, input, variables: {}, previousId: 0 });
			return { ...counted, ...deadline(event), input, roleArn, startedAtMs: at, threads: { [rootThread]: root } };
		}
		case "ExecutionSucceeded":
			return { ...counted, status: "SUCCEEDED" };
		case "ExecutionFailed":
			return { ...counted, status: "FAILED" };
		case "ExecutionTimedOut":
			return { ...counted, status: "TIMED_OUT" };
		case "ExecutionAborted":
			return { ...counted, status: "ABORTED" };
		case "ExecutionRedriven": {
			const { redriveCount, at } = event;
			const { deadlineMs: _, ...rest } = counted;
			const threads = revive(execution.threads, event.id ?? counted.lastId);
			return { ...rest, ...deadline(event), status: "RUNNING", redriveCount, redrivenAtMs: at, threads };
		}
		default:
			return { ...counted, threads: applyToThread(counted, event) };
	}
}

type ThreadEvent = Exclude<LogEvent, { type: `Execution${string}` }>;

function applyToThread({ threads, version }: Execution, event: ThreadEvent): Execution["threads"] {
	const thread = threads[event.thread];
	if (!thread) throw new Error(`The log names thread ${event.thread}, which nothing began`);
	const id = event.id ?? thread.previousId;
	const followed = { ...thread, previousId: id };
	const set = (changed: Thread) => ({ ...threads, [thread.id]: changed });
	const to = (position: Position) => set({ ...followed, position });
	const { position } = thread;
	const fork = forkOf(position);

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
		case "ThreadAborted": {
			// What failed by itself keeps its failure, for a redrive to find.
			if (position.at === "failed" || position.at === "ended") return threads;
			const entered = position.at !== "door" || position.entered;
			return set({ ...thread, position: { at: "aborted", entered, ...(fork && { fork }) } });
		}
		case "EvaluationFailed":
			return to({ at: "error", failure: event.failure, evaluating: true, ...(fork && { fork }) });
		case "WaitPlanned":
			return to({ at: "wait", untilMs: event.untilMs });
		case "RetryPlanned": {
			const spent = { ...thread.spent, [event.retrier]: (thread.spent[event.retrier] ?? 0) + 1 };
			return set({ ...followed, spent, position: { at: "retry", dueMs: event.dueMs } });
		}
		case "TaskScheduled": {
			const { type, resource, functionName, parameters, token, timeoutInSeconds, heartbeatInSeconds } = event;
			const task = {
				...{ type, resource, functionName, parameters },
				...(token !== undefined && { token }),
				...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
				...(heartbeatInSeconds !== undefined && { heartbeatInSeconds }),
			};
			const timeout = timeoutInSeconds !== undefined && { timeoutAtMs: event.at + timeoutInSeconds * 1000 };
			return to({ at: "task", attempt: version, phase: "scheduled", task, ...timeout, ...heartbeat(event.at, task) });
		}
		case "TaskStarted":
			return position.at === "task" ? to({ ...position, phase: "started" }) : threads;
		case "TaskSubmitted":
			return position.at === "task" ? to({ ...position, phase: "submitted" }) : threads;
		case "TaskHeartbeat":
			return position.at === "task" ? to({ ...position, ...heartbeat(event.at, position.task) }) : threads;
		case "TaskSucceeded":
			return to({ at: "result", result: event.output });
		case "TaskFailed":
		case "TaskTimedOut":
			return to({ at: "error", failure: event.failure, evaluating: false });
		case "ParallelStarted": {
			const forked = { ...without(threads, thread.id) };
			const width = event.starts.length;
			forked[thread.id] = { ...followed, position: { at: "fork", width, begun: width, settled: {} } };
			for (const [index, state] of event.starts.entries()) {
				const branch = newThread({ ...child(followed, index), state, input: event.input });
				forked[branch.id] = branch;
			}
			return forked;
		}
		case "MapStarted": {
			const { items, startAt, maxConcurrency, toleratedCount, toleratedPercentage } = event;
			const map = { items, startAt, limits: { maxConcurrency, toleratedCount, toleratedPercentage } };
			const position: Position = { at: "fork", map, width: items.length, begun: 0, settled: {} };
			return { ...without(threads, thread.id), [thread.id]: { ...followed, position } };
		}
		case "IterationStarted": {
			if (!fork?.map) return threads;
			const { index, input } = event;
			const item = { Index: index, Value: fork.map.items[index] ?? null };
			const begun = newThread({ ...child({ ...thread, previousId: id }, index), state: fork.map.startAt, input, item });
			return { ...threads, [begun.id]: begun, [thread.id]: { ...thread, position: { ...fork, begun: index + 1 } } };
		}
		case "IterationSucceeded":
			return fork ? set({ ...followed, position: settle(fork, event.index, "succeeded") }) : threads;
		case "IterationFailed":
			return fork ? set({ ...thread, position: settle(fork, event.index, "failed") }) : threads;
		case "IterationAborted":
			return threads;
		case "ForkSucceeded":
			return set({ ...thread, position: { at: "result", result: event.output } });
		case "StateFailed":
			return set({
				...thread,
				position: { at: "error", failure: event.failure, evaluating: false, ...(fork && { fork }) },
			});
		case "ForkFailed":
			return set(followed);
		case "ThreadFailed": {
			const failed = to({ at: "failed", failure: event.failure, ...(fork && { fork }) });
			return follow(failed, thread.parent, id);
		}
	}
}

function exited(
	threads: Execution["threads"],
	thread: Thread,
	{ output, assigned, next, id }: ThreadEvent & { type: "StateExited" },
): Execution["threads"] {
	const variables = { ...thread.variables, ...assigned };
	if (next === undefined) {
		const ended: Thread = { ...thread, variables, position: { at: "ended", output } };
		return follow({ ...threads, [thread.id]: ended }, thread.parent, id ?? thread.previousId);
	}
	const onward: Thread = { ...thread, variables, state: next, input: output, position: { at: "door", entered: false } };
	return { ...threads, [thread.id]: onward };
}

/** What a fork says next follows the event that ended one of its threads. */
function follow(threads: Execution["threads"], parent: string | undefined, previousId: number): Execution["threads"] {
	const thread = parent === undefined ? undefined : threads[parent];
	return thread ? { ...threads, [thread.id]: { ...thread, previousId } } : threads;
}

type NewThread = Pick<Thread, "id" | "index" | "state" | "input" | "variables" | "previousId"> &
	Partial<Pick<Thread, "parent" | "item">>;

function newThread(given: NewThread): Thread {
	return { ...given, enteredAtMs: 0, enteredId: 0, spent: {}, position: { at: "door", entered: false } };
}

/** An inner thread sees the outer variables as they are when it begins (and cannot assign them). */
function child({ id, variables, previousId, item }: Thread, index: number) {
	return { id: `${id}.${index}`, parent: id, index, variables, previousId, ...(item && { item }) };
}

function forkOf(position: Position): ForkPosition | undefined {
	if (position.at === "fork") return position;
	return "fork" in position ? position.fork : undefined;
}

function settle(fork: ForkPosition, index: number, how: "succeeded" | "failed"): ForkPosition {
	return { ...fork, settled: { ...fork.settled, [index]: how } };
}

/** Without the threads that forks of this one began: done with, or to be begun anew. */
function without(threads: Execution["threads"], id: string): Execution["threads"] {
	return Object.fromEntries(Object.entries(threads).filter(([other]) => !other.startsWith(`${id}.`)));
}

function deadline({ at, timeoutSeconds }: { at: number; timeoutSeconds?: number }): { deadlineMs?: number } {
	return timeoutSeconds === undefined ? {} : { deadlineMs: at + timeoutSeconds * 1000 };
}

/** Heartbeats are expected only of what holds a token: nothing else could send one. */
function heartbeat(at: number, task: { token?: string; heartbeatInSeconds?: number }): { heartbeatAtMs?: number } {
	if (task.token === undefined || task.heartbeatInSeconds === undefined) return {};
	return { heartbeatAtMs: at + task.heartbeatInSeconds * 1000 };
}
