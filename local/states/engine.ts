import { randomBytes, randomUUID } from "node:crypto";
import type { Caller, InvokeFunction, PutAwsEvent } from "../aws/service.ts";
import type { Cancel, Clock } from "../clock.ts";
import { createLane } from "../lane.ts";
import type { Store } from "../store.ts";
import { decide } from "./decide.ts";
import { createEvaluate } from "./evaluate.ts";
import { type Draft, isShown } from "./events.ts";
import { awaitedTask, type Execution, nextDueMs, rootThread } from "./execution.ts";
import { invokeTask } from "./invocations.ts";
import { type ExecutionRow, type Journal, openJournal } from "./journal.ts";
import { limits } from "./limits.ts";
import { append } from "./log.ts";
import type { Machine } from "./machine.ts";
import type { Chance } from "./moment.ts";
import { statusEvent } from "./status-event.ts";

/** What the embedded Step Functions stands on. */
export interface StatesParts {
	store: Store;
	clock: Clock;
	/** Must settle in the end, as Lambda's own time limit makes it: a place is taken until then. */
	invoke: InvokeFunction;
	putEvent: PutAwsEvent;
	/** The account whose executions these are. */
	caller: Caller;
	/** Lambda invocations under way at the same time, over all executions; 50 by default. */
	invocationsAtOnce?: number;
}

/** An execution in memory, while it runs. */
export interface Running {
	execution: Execution;
	readonly machine: Machine;
	/** Attempts whose invocation is under way or queued. */
	readonly invoked: Set<number>;
	advancing: boolean;
	wake: Cancel | undefined;
}

/** All that moves executions on: one step, one transaction, then what the step calls for. */
export interface Engine {
	readonly parts: StatesParts;
	readonly journal: Journal;
	readonly running: Map<string, Running>;
	/** Definitions by their hash. */
	readonly machines: Map<string, Machine>;
	readonly lane: (run: () => Promise<void>) => void;
	readonly chance: Chance;
	closed: boolean;
}

export function createEngine(parts: StatesParts): Engine {
	const random = Math.random;
	const evaluate = createEvaluate({ nowMs: parts.clock.now, random, uuid: randomUUID });
	return {
		parts,
		journal: openJournal(parts.store),
		running: new Map(),
		machines: new Map(),
		lane: createLane(parts.invocationsAtOnce ?? 50),
		chance: { evaluate, random, token: newToken },
		closed: false,
	};
}

/** Writes drafts as the execution's next events, and lets follow what they call for. */
export function commit(engine: Engine, run: Running, drafts: readonly Draft[], redriveToken?: string): ExecutionRow {
	const { version } = run.execution;
	const { execution, events } = append(run.execution, withinLimit(run.execution, drafts), engine.parts.clock.now());
	const token = redriveToken !== undefined && { redriveToken };
	const row = engine.journal.record(execution.arn, { events, sequence: version, status: execution.status, ...token });
	run.execution = execution;
	follow(engine, run, row);
	return row;
}

/** Does what an execution's state calls for: tells, invokes, sets the timer, and takes the next step. */
export function follow(engine: Engine, run: Running, row: ExecutionRow): void {
	const { running, parts } = engine;
	if (row.untold === 1) tell(engine, row);
	run.wake?.();
	run.wake = undefined;
	if (run.execution.status !== "RUNNING") {
		running.delete(run.execution.arn);
		return;
	}
	running.set(run.execution.arn, run);
	dispatch(engine, run);
	const dueMs = nextDueMs(run.execution);
	if (dueMs !== undefined) run.wake = parts.clock.at(dueMs, () => void advance(engine, run));
	void advance(engine, run);
}

/** Tells of the latest status: at least once, unless the bus refuses it; then once more after a restart. */
export function tell({ parts, journal }: Engine, row: ExecutionRow): void {
	try {
		parts.putEvent(statusEvent(row, parts.clock.now()), parts.caller);
	} catch {
		return;
	}
	journal.markTold(row.arn, row.status);
}

/** One step after another, until the execution waits. Whatever else is written meanwhile makes a decision void. */
async function advance(engine: Engine, run: Running): Promise<void> {
	if (run.advancing) return;
	run.advancing = true;
	for (let steps = 1; ; steps++) {
		// A long chain of steps leaves the others their turn.
		if (steps % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
		const seen = run.execution;
		const drafts = await decided(engine, seen, run.machine);
		if (engine.closed) return;
		if (run.execution.version !== seen.version) continue;
		if (drafts.length === 0) break;
		commit(engine, run, drafts);
	}
	run.advancing = false;
}

/** An interpreter that cannot go on fails the execution, as States.Runtime does at AWS. */
async function decided({ parts, chance }: Engine, execution: Execution, machine: Machine): Promise<Draft[]> {
	try {
		return await decide(execution, machine, parts.clock.now(), chance);
	} catch (error) {
		const cause = error instanceof Error ? error.message : String(error);
		return [{ type: "ExecutionFailed", thread: rootThread, failure: { error: "States.Runtime", cause } }];
	}
}

/** Invokes what is scheduled and not under way: after a restart that is also what had been under way then. */
function dispatch(engine: Engine, run: Running): void {
	for (const { id, position } of Object.values(run.execution.threads)) {
		if (position.at !== "task" || position.phase === "submitted" || run.invoked.has(position.attempt)) continue;
		const { attempt } = position;
		run.invoked.add(attempt);
		engine.lane(() => invocation(engine, run, id, attempt));
	}
}

async function invocation(engine: Engine, run: Running, thread: string, attempt: number): Promise<void> {
	const position = awaitedTask(run.execution, thread, attempt);
	if (engine.closed || !position) return;
	const { task, phase } = position;
	if (phase === "scheduled") commit(engine, run, [{ type: "TaskStarted", thread, resource: task.resource }]);
	const outcome = await invokeTask(engine.parts.invoke, thread, task, randomUUID());
	if (!engine.closed && awaitedTask(run.execution, thread, attempt)) commit(engine, run, [outcome]);
}

/** The execution fails with the last event that its history has room for. */
function withinLimit(execution: Execution, drafts: readonly Draft[]): readonly Draft[] {
	const ends = drafts.some(({ type }) => type.startsWith("Execution"));
	if (execution.lastId + drafts.filter(isShown).length < limits.historyEvents || ends) return drafts;
	const cause = `The execution reached the maximum number of history events (${limits.historyEvents}).`;
	return [{ type: "ExecutionFailed", thread: rootThread, failure: { error: "States.Runtime", cause } }];
}

/** Opaque and not to be guessed; 128 characters. */
function newToken(): string {
	return `AQCE${randomBytes(93).toString("base64url")}`;
}
