import { contextOf } from "./context.ts";
import type { Draft } from "./events.ts";
import { type Execution, rootThread, type Thread } from "./execution.ts";
import { errorOutput, matches, retryDelayMs } from "./failure.ts";
import { stepFork } from "./fork.ts";
import type { Machine } from "./machine.ts";
import type { Chance, Moment } from "./moment.ts";
import { attempted, finish, transition } from "./outcome.ts";
import { work } from "./work.ts";

/**
 * What happens next without anything coming in from outside: a step of one thread, or nothing.
 * Void when the execution has moved on by the time that it is there.
 */
export async function decide(execution: Execution, machine: Machine, nowMs: number, chance: Chance): Promise<Draft[]> {
	if (execution.status !== "RUNNING") return [];
	if (execution.deadlineMs !== undefined && execution.deadlineMs <= nowMs)
		return [{ type: "ExecutionTimedOut", thread: rootThread, failure: { error: "States.Timeout" } }];
	// The thread that has not moved for the longest goes first, so that no branch outruns the others.
	const threads = Object.values(execution.threads).sort((a, b) => a.previousId - b.previousId);
	const late = threads.flatMap((thread) => missed(thread, nowMs));
	if (late.length > 0) return late;
	for (const thread of threads) {
		if (rests(thread, nowMs)) continue;
		const state = machine.states.get(thread.state);
		if (!state) throw new Error(`The definition has no state '${thread.state}'`);
		const scope = {
			states: { input: thread.input, context: contextOf(execution, thread) },
			variables: thread.variables,
		};
		const drafts = await step({ execution, machine, thread, state, nowMs, chance, scope });
		if (drafts.length > 0) return drafts;
	}
	return [];
}

/** Whether the thread waits for something from outside, or for its fork. */
function rests({ parent, position }: Thread, nowMs: number): boolean {
	if (position.at === "ended" || position.at === "failed") return parent !== undefined;
	if (position.at === "wait") return position.untilMs > nowMs;
	if (position.at === "retry") return position.dueMs > nowMs;
	return position.at === "task" || position.at === "aborted";
}

function step(moment: Moment): Promise<Draft[]> | Draft[] {
	const { position, id } = moment.thread;
	switch (position.at) {
		case "door":
			return position.entered && moment.state.Type !== "Fail" ? attempted(moment, work) : enter(moment);
		case "retry":
			return attempted(moment, work);
		case "wait":
			return attempted(moment, (now) => finish(now));
		case "fork":
			return stepFork(moment, position);
		case "result":
			return attempted(moment, (now) => finish(now, position.result));
		case "error":
			return handle(moment);
		case "ended":
			return [{ type: "ExecutionSucceeded", thread: id, output: position.output }];
		case "failed":
			return [{ type: "ExecutionFailed", thread: id, failure: position.failure }];
		case "task":
		case "aborted":
			return [];
	}
}

/** The state's entry and its work are one step: when the work cannot begin, its failure follows what came before the entry. */
async function enter(moment: Moment): Promise<Draft[]> {
	const { execution, thread, state, nowMs } = moment;
	const entered: Draft = {
		type: "StateEntered",
		thread: thread.id,
		state: thread.state,
		stateType: state.Type,
		input: thread.input,
	};
	const there = { ...thread, enteredAtMs: nowMs, enteredId: execution.lastId + 1, spent: {} };
	const states = { ...moment.scope.states, context: contextOf(execution, there) };
	const drafts = await attempted({ ...moment, thread: there, scope: { ...moment.scope, states } }, work);
	const late = drafts.map((draft) =>
		draft.type === "EvaluationFailed" ? { previousId: thread.previousId, ...draft } : draft,
	);
	return [entered, ...late];
}

/** A task that ran out of time. AWS reports a missed heartbeat as States.Timeout; handlers may name it States.HeartbeatTimeout. */
function missed({ id, position }: Thread, nowMs: number): Draft[] {
	if (position.at !== "task") return [];
	const timedOut = (failure: { error: string; alias?: string }): Draft[] => [
		{ type: "TaskTimedOut", thread: id, resource: position.task.resource, failure },
	];
	if (position.timeoutAtMs !== undefined && position.timeoutAtMs <= nowMs) return timedOut({ error: "States.Timeout" });
	if (position.heartbeatAtMs !== undefined && position.heartbeatAtMs <= nowMs)
		return timedOut({ error: "States.Timeout", alias: "States.HeartbeatTimeout" });
	return [];
}

/** Retry first, while its attempts last; then the first Catch that matches; then the failure is the thread's. */
async function handle(moment: Moment): Promise<Draft[]> {
	const { thread, state, nowMs, chance } = moment;
	if (thread.position.at !== "error") return [];
	const { failure } = thread.position;
	const lost: Draft = { type: "ThreadFailed", thread: thread.id, failure };
	if (state.Type !== "Task" && state.Type !== "Parallel" && state.Type !== "Map") return [lost];

	const index = state.Retry.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));
	const retrier = state.Retry[index];
	const spent = thread.spent[index] ?? 0;
	if (retrier && spent < retrier.MaxAttempts) {
		const dueMs = nowMs + retryDelayMs(retrier, spent, chance.random());
		return [{ type: "RetryPlanned", thread: thread.id, retrier: index, dueMs }];
	}

	const failed: Draft[] =
		state.Type === "Task" ? [] : [{ type: "ForkFailed", thread: thread.id, stateType: state.Type }];
	const catcher = state.Catch.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
	if (!catcher) return [...failed, lost];
	const caught = await attempted(moment, (now) => {
		const scope = { ...now.scope, states: { ...now.scope.states, errorOutput: errorOutput(failure) } };
		return transition({ ...now, scope }, catcher, catcher.Next, errorOutput(failure));
	});
	// An expression of the Catch itself that fails is not looked at by Retry and Catch again.
	const broken = caught.flatMap((draft): Draft[] =>
		"failure" in draft ? [draft, { type: "ThreadFailed", thread: thread.id, failure: draft.failure }] : [draft],
	);
	return [...failed, ...broken];
}
