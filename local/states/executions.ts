import { createHash } from "node:crypto";
import { commit, type Engine, follow, type Running, tell } from "./engine.ts";
import type { Draft } from "./events.ts";
import { awaitedTask, rootThread, type TaskPosition } from "./execution.ts";
import type { ExecutionRow, NewExecution } from "./journal.ts";
import { append, type Birth, replay } from "./log.ts";
import { loadMachine, type Machine, readMachine } from "./machine.ts";

/** Accepts a definition and answers the hash that its executions find it by. Throws InvalidDefinition. */
export function define({ journal, machines }: Engine, definition: string): string {
	const hash = createHash("sha256").update(definition).digest("hex");
	if (journal.definition(hash) === undefined) machines.set(hash, loadMachine(definition));
	journal.keepDefinition(hash, definition);
	return hash;
}

/** The definition that an execution begins with and keeps. */
export function machineOf({ journal, machines }: Engine, hash: string): Machine {
	const machine = machines.get(hash) ?? readMachine(journal.definition(hash) ?? "");
	machines.set(hash, machine);
	return machine;
}

/** Begins an execution with its first event. */
export function begin(engine: Engine, given: NewExecution, started: Draft): ExecutionRow {
	const { execution, events } = append(replay(born(given), []), [started], engine.parts.clock.now());
	const row = engine.journal.begin(given, { events, sequence: 0, status: "RUNNING" });
	follow(engine, held(execution, machineOf(engine, given.machineHash)), row);
	return row;
}

/** Writes what came from outside; undefined if the execution does not run. */
export function receive(engine: Engine, arn: string, drafts: readonly Draft[]): ExecutionRow | undefined {
	const run = find(engine, arn);
	return run && commit(engine, run, drafts);
}

/** The task of an attempt, while it is awaited. */
export function awaited(engine: Engine, arn: string, thread: string, attempt: number): TaskPosition | undefined {
	const run = find(engine, arn);
	return run && awaitedTask(run.execution, thread, attempt);
}

/** Lets an execution that did not succeed go on where it stopped. */
export function redrive(engine: Engine, row: ExecutionRow, clientToken: string | undefined): ExecutionRow {
	const run = load(engine, row);
	const { timeoutSeconds } = run.machine;
	const timeout = timeoutSeconds !== undefined && { timeoutSeconds };
	const redriven: Draft = {
		...{ type: "ExecutionRedriven", thread: rootThread, redriveCount: row.redriveCount + 1 },
		...{ ...timeout, previousId: run.execution.lastId },
	};
	return commit(engine, run, [redriven], clientToken);
}

/** Takes up everything that a former process left under way, and tells of what it may not have told of. */
export function resume(engine: Engine): void {
	for (const row of engine.journal.untold()) tell(engine, row);
	for (const { arn } of engine.journal.running()) find(engine, arn);
}

/** Stops moving executions on; answers that still come are left to the next process. */
export function close(engine: Engine): void {
	engine.closed = true;
	for (const run of engine.running.values()) run.wake?.();
	engine.running.clear();
}

/** The execution in memory, read from the log if need be; undefined when it does not run. */
function find(engine: Engine, arn: string): Running | undefined {
	const here = engine.running.get(arn);
	const row = here ? undefined : engine.journal.execution(arn);
	if (row?.status !== "RUNNING") return here;
	const run = load(engine, row);
	follow(engine, run, { ...row, untold: 0 });
	return run;
}

function load(engine: Engine, row: ExecutionRow): Running {
	return held(replay(born(row), engine.journal.log(row.arn)), machineOf(engine, row.machineHash));
}

function held(execution: Running["execution"], machine: Machine): Running {
	return { execution, machine, invoked: new Set(), advancing: false, wake: undefined };
}

function born({ arn, name, machineArn }: Pick<ExecutionRow, "arn" | "name" | "machineArn">): Birth {
	return { arn, name, machineArn, machineName: machineArn.split(":").at(-1) ?? "" };
}
