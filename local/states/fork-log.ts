import type { LogEvent } from "./events.ts";
import type { Execution, ForkPosition, Position, Thread } from "./execution.ts";

type Threads = Execution["threads"];

const forkEvents = [
	...([
		"ParallelStarted",
		"MapStarted",
		"IterationStarted",
		"IterationSucceeded",
		"IterationFailed",
		"IterationAborted",
	] as const),
	...(["ForkSucceeded", "ForkFailed"] as const),
];

/** What happens to a thread as the one that a Parallel or a Map runs on. */
export type ForkEvent = Extract<LogEvent, { type: (typeof forkEvents)[number] }>;

export function isForkEvent(event: LogEvent): event is ForkEvent {
	return forkEvents.some((type) => type === event.type);
}

/** One event further, for a fork and the threads that it begins. Pure. */
export function applyToFork(threads: Threads, thread: Thread, event: ForkEvent): Threads {
	const id = event.id ?? thread.previousId;
	const followed = { ...thread, previousId: id };
	const set = (changed: Thread) => ({ ...threads, [thread.id]: changed });
	const fork = forkOf(thread.position);

	switch (event.type) {
		case "ParallelStarted": {
			const width = event.starts.length;
			const branches = event.starts.map((state, index) =>
				newThread({ ...child(followed, index), state, input: event.input }),
			);
			const forked: Thread = { ...followed, position: { at: "fork", width, begun: width, settled: {} } };
			return {
				...without(threads, thread.id),
				...Object.fromEntries([forked, ...branches].map((each) => [each.id, each])),
			};
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
			const begun = newThread({ ...child(followed, index), state: fork.map.startAt, input, item });
			return { ...set({ ...thread, position: { ...fork, begun: index + 1 } }), [begun.id]: begun };
		}
		case "IterationSucceeded":
			return fork ? set({ ...followed, position: settle(fork, event.index, "succeeded") }) : threads;
		case "IterationFailed":
			return fork ? set({ ...thread, position: settle(fork, event.index, "failed") }) : threads;
		case "IterationAborted":
			return threads;
		case "ForkSucceeded":
			return set({ ...thread, position: { at: "result", result: event.output } });
		case "ForkFailed":
			return set(followed);
	}
}

/** The thread once its fork has failed; what failed or ended by itself stays as it is, for a redrive to find. */
export function cutOff(thread: Thread): Thread {
	const { position } = thread;
	if (position.at === "failed" || position.at === "ended") return thread;
	const fork = forkOf(position);
	const entered = position.at !== "door" || position.entered;
	return { ...thread, position: { at: "aborted", entered, ...(fork && { fork }) } };
}

/** The fork that a thread is at, or was at when it failed or was cut off. */
export function forkOf(position: Position): ForkPosition | undefined {
	if (position.at === "fork") return position;
	return "fork" in position ? position.fork : undefined;
}

type NewThread = Pick<Thread, "id" | "index" | "state" | "input" | "variables" | "previousId"> &
	Partial<Pick<Thread, "parent" | "item">>;

/** A thread before its first state. */
export function newThread(given: NewThread): Thread {
	return { ...given, enteredAtMs: 0, enteredId: 0, spent: {}, position: { at: "door", entered: false } };
}

/** An inner thread sees the outer variables as they are when it begins (and cannot assign them). */
function child({ id, variables, previousId, item }: Thread, index: number) {
	return { id: `${id}.${index}`, parent: id, index, variables, previousId, ...(item && { item }) };
}

function settle(fork: ForkPosition, index: number, how: "succeeded" | "failed"): ForkPosition {
	return { ...fork, settled: { ...fork.settled, [index]: how } };
}

/** Without the threads that forks of this one began: done with, or to be begun anew. */
export function without(threads: Threads, id: string): Threads {
	return Object.fromEntries(Object.entries(threads).filter(([other]) => !other.startsWith(`${id}.`)));
}
