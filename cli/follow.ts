import type { OperationView } from "../domain/operation-view.ts";
import { operationRoutes } from "../functions/api/contracts/operations.ts";
import type { Context } from "./context.ts";
import { CommandFailed, exits } from "./failures.ts";

/** How often an operation is asked for: soon after something happened, seldom while nothing does. */
const shortestPauseMs = 200;
const longestPauseMs = 3_000;
/** An outage of the API is no end of the operation. */
const patienceSeconds = 60;

interface Patience {
	timeoutSeconds: number;
	/** Begins every line. */
	label?: string;
}

/**
 * Asks for an operation until it has ended, telling each step as it is done and what a step waits for. Throws CommandFailed when it goes
 * on after `timeoutSeconds`, or cannot be asked for.
 */
export async function follow(context: Context, operationId: string, patience: Patience): Promise<OperationView> {
	const { operation, ended } = await followFor(context, operationId, patience);
	if (!ended) throw unended(operation, patience.timeoutSeconds);
	return operation;
}

/** The same, for what may wait for people longer than anybody looks on: answers how the operation stands when the time is over. */
export async function followFor(
	context: Context,
	operationId: string,
	{ timeoutSeconds, label = "" }: Patience,
): Promise<{ operation: OperationView; ended: boolean }> {
	const { world } = context;
	const endsAt = world.now() + timeoutSeconds * 1_000;
	const told = new Set<string>();
	let pauseMs = shortestPauseMs;
	for (;;) {
		const operation = await context
			.api()
			.call(operationRoutes.showOperation, { path: { operationId }, patienceSeconds });
		const news = newsOf(operation).filter((line) => !told.has(line));
		for (const line of news) {
			told.add(line);
			context.tell(`  ${label}${line}`);
		}
		if (operation.status !== "queued" && operation.status !== "running") {
			return { operation, ended: true };
		}
		pauseMs = news.length > 0 ? shortestPauseMs : Math.min(pauseMs * 1.3, longestPauseMs);
		if (world.now() + pauseMs > endsAt) return { operation, ended: false };
		await world.pause(pauseMs);
	}
}

function newsOf({ steps, waiting, createdAt }: OperationView): string[] {
	const done = steps.flatMap(({ name, state, doneAt }) => {
		return state === "done" ? [`${name} done${doneAt ? ` after ${elapsed(createdAt, doneAt)}` : ""}`] : [];
	});
	const current = steps.find(({ state }) => state === "current");
	const waits = waiting?.lastSeen && current ? [`${current.name} waits: ${waiting.lastSeen}`] : [];
	return [...done, ...waits];
}

/** The time between two ISO times, for people. */
export function elapsed(from: string, to: string): string {
	const seconds = Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	if (seconds < 120) return `${Math.round(seconds)} s`;
	return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function unended({ operationId, status }: OperationView, timeoutSeconds: number): CommandFailed {
	return new CommandFailed(exits.unasked, {
		title: `${operationId} is still ${status} after ${timeoutSeconds} s.`,
		fix: `It goes on without this command. See on: hostmaster operations show ${operationId} --watch`,
	});
}
