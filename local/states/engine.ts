import { randomBytes, randomUUID } from "node:crypto";
import type { Caller, InvokeFunction, PutAwsEvent } from "../aws/service.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Store } from "../store.ts";
import { decide } from "./decide.ts";
import { createEvaluate } from "./evaluate.ts";
import { type Draft, isShown } from "./events.ts";
import { awaitedTask, type Execution, nextDueMs, rootThread } from "./execution.ts";
import { createLane, invokeTask } from "./invocations.ts";
import { type ExecutionRow, type Journal, type NewExecution, openJournal } from "./journal.ts";
import { limits } from "./limits.ts";
import { append, type Birth, replay } from "./log.ts";
import { loadMachine, type Machine } from "./machine.ts";
import type { Chance } from "./moment.ts";
import { statusEvent } from "./status-event.ts";

export interface StatesParts {
	store: Store;
	clock: Clock;
	invoke: InvokeFunction;
	putEvent: PutAwsEvent;
	/** The account whose executions these are. */
	caller: Caller;
	/** Lambda invocations under way at the same time, over all executions. */
	invocationsAtOnce?: number;
}

/** An execution in memory, while it runs. */
interface Running {
	execution: Execution;
	machine: Machine;
	/** Attempts whose invocation is under way or queued. */
	invoked: Set<number>;
	advancing: boolean;
	wake: Cancel | undefined;
}

export type Engine = ReturnType<typeof createEngine>;

/** Moves executions on: one step, one transaction, then what the step calls for. */
export function createEngine({ store, clock, invoke, putEvent, caller, invocationsAtOnce = 50 }: StatesParts) {
	const journal: Journal = openJournal(store);
	const running = new Map<string, Running>();
	const machines = new Map<string, Machine>();
	const lane = createLane(invocationsAtOnce);
	const random = Math.random;
	const evaluate = createEvaluate({ nowMs: clock.now, random, uuid: randomUUID });
	const chance: Chance = { evaluate, random, token: newToken };
	let closed = false;

	function born(row: Pick<ExecutionRow, "arn" | "name" | "machineArn">): Birth {
		const machineName = row.machineArn.split(":").at(-1) ?? "";
		return { arn: row.arn, name: row.name, machineArn: row.machineArn, machineName };
	}

	/** The definition that an execution began with, loaded once. */
	function machineOf(hash: string): Machine {
		const machine = machines.get(hash) ?? loadMachine(journal.machine(hash));
		machines.set(hash, machine);
		return machine;
	}

	function load(row: ExecutionRow): Running {
		const execution = replay(born(row), journal.log(row.arn));
		return {
			execution,
			machine: loadMachine(journal.machine(row.machineHash)),
			invoked: new Set(),
			advancing: false,
			wake: undefined,
		};
	}

	/** Writes drafts as the execution's next events, and lets follow what they call for. */
	function commit(run: Running, drafts: readonly Draft[], redriveToken?: string): ExecutionRow {
		const { version } = run.execution;
		const { execution, events } = append(run.execution, withinLimit(run.execution, drafts), clock.now());
		const token = redriveToken !== undefined && { redriveToken };
		const row = journal.record(execution.arn, { events, sequence: version, status: execution.status, ...token });
		run.execution = execution;
		follow(run, row);
		return row;
	}

	function follow(run: Running, row: ExecutionRow): void {
		if (row.untold === 1) tell(row);
		run.wake?.();
		run.wake = undefined;
		if (run.execution.status !== "RUNNING") {
			running.delete(run.execution.arn);
			return;
		}
		running.set(run.execution.arn, run);
		dispatch(run);
		const dueMs = nextDueMs(run.execution);
		if (dueMs !== undefined) run.wake = clock.at(dueMs, () => void advance(run));
		void advance(run);
	}

	/** Tells of the latest status: at least once, unless the bus refuses it; then once more after a restart. */
	function tell(row: ExecutionRow): void {
		try {
			putEvent(statusEvent(row, clock.now()), caller);
		} catch {
			return;
		}
		journal.markTold(row.arn, row.status);
	}

	/** The execution in memory, read from the log if need be; undefined when it does not run. */
	function find(arn: string): Running | undefined {
		const here = running.get(arn);
		const row = here ? undefined : journal.execution(arn);
		if (row?.status !== "RUNNING") return here;
		const run = load(row);
		follow(run, { ...row, untold: 0 });
		return run;
	}

	/** One step after another, until the execution waits. Whatever else is written meanwhile makes a decision void. */
	async function advance(run: Running): Promise<void> {
		if (run.advancing) return;
		run.advancing = true;
		// A long chain of steps leaves the others their turn.
		for (let steps = 1; ; steps++) {
			if (steps % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
			const seen = run.execution;
			const drafts = await decided(seen, run.machine);
			if (closed) return;
			if (run.execution.version !== seen.version) continue;
			if (drafts.length === 0) break;
			commit(run, drafts);
		}
		run.advancing = false;
	}

	/** An interpreter that cannot go on fails the execution, as States.Runtime does at AWS. */
	async function decided(execution: Execution, machine: Machine): Promise<Draft[]> {
		try {
			return await decide(execution, machine, clock.now(), chance);
		} catch (error) {
			const cause = error instanceof Error ? error.message : String(error);
			return [{ type: "ExecutionFailed", thread: rootThread, failure: { error: "States.Runtime", cause } }];
		}
	}

	/** Invokes what is scheduled and not under way: after a restart that is also what had been under way then. */
	function dispatch(run: Running): void {
		for (const { id, position } of Object.values(run.execution.threads)) {
			if (position.at !== "task" || position.phase === "submitted" || run.invoked.has(position.attempt)) continue;
			const { attempt } = position;
			run.invoked.add(attempt);
			lane(() => invocation(run, id, attempt));
		}
	}

	async function invocation(run: Running, thread: string, attempt: number): Promise<void> {
		const position = awaitedTask(run.execution, thread, attempt);
		if (closed || !position) return;
		const { task, phase } = position;
		if (phase === "scheduled") commit(run, [{ type: "TaskStarted", thread, resource: task.resource }]);
		const outcome = await invokeTask(invoke, thread, task, randomUUID());
		if (!closed && awaitedTask(run.execution, thread, attempt)) commit(run, [outcome]);
	}

	return {
		journal,
		machineOf,
		begin(given: NewExecution, started: Draft): ExecutionRow {
			const { execution, events } = append(replay(born({ ...given }), []), [started], clock.now());
			const row = journal.begin(given, { events, sequence: 0, status: "RUNNING" });
			const machine = machineOf(given.machineHash);
			follow({ execution, machine, invoked: new Set(), advancing: false, wake: undefined }, row);
			return row;
		},
		/** Writes what came from outside, if the execution still runs. */
		receive(arn: string, drafts: readonly Draft[]): ExecutionRow | undefined {
			const run = find(arn);
			return run && commit(run, drafts);
		},
		/** The task that a token stands for, while it is awaited. */
		awaited(arn: string, thread: string, attempt: number) {
			const run = find(arn);
			return run && awaitedTask(run.execution, thread, attempt);
		},
		redrive(row: ExecutionRow, clientToken: string | undefined): ExecutionRow {
			const run = load(row);
			const { timeoutSeconds } = run.machine;
			const timeout = timeoutSeconds !== undefined && { timeoutSeconds };
			const redriveCount = row.redriveCount + 1;
			return commit(run, [{ type: "ExecutionRedriven", thread: rootThread, redriveCount, ...timeout }], clientToken);
		},
		/** Takes up everything that a former process left under way. */
		start(): void {
			for (const row of journal.untold()) tell(row);
			for (const { arn } of journal.running()) find(arn);
		},
		close(): void {
			closed = true;
			for (const run of running.values()) run.wake?.();
			running.clear();
		},
	};
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
