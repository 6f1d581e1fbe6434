import { type Draft, isShown, type LogEvent } from "./events.ts";
import { type Execution, rootThread } from "./execution.ts";
import { newThread } from "./fork-log.ts";
import { revive } from "./redrive.ts";
import { applyToThread } from "./thread.ts";

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
			return { ...counted, threads: applyToThread(execution.threads, event, counted.version) };
	}
}

function deadline({ at, timeoutSeconds }: { at: number; timeoutSeconds?: number }): { deadlineMs?: number } {
	return timeoutSeconds === undefined ? {} : { deadlineMs: at + timeoutSeconds * 1000 };
}
