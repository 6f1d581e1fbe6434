import { limits } from "../../domain/limits.ts";
import { type ExecutionReport, executionName, type Operation } from "../../domain/operation.ts";
import { isoNow } from "../../services/clock.ts";
import { reportOf } from "../../services/executions.ts";
import { lists, readPage } from "../../services/lists.ts";
import { logger } from "../../services/log.ts";
import { type SweptOperation, sweptOperationSchema, touchOperation } from "../../services/operations.ts";
import { sendStart } from "../../services/operations-queue.ts";
import { pendingEvents, sendOut } from "../../services/outbox.ts";
import { readPause } from "../../services/pause.ts";
import { followReport } from "../follow-operation.ts";
import { type Walk, walkOn } from "./walk-on.ts";

/** What stands still for so long was missed by the fast way: its message or its event is lost. A start sent twice does no harm. */
const quietMs = { queued: 15_000, running: 120_000, event: 30_000 };

/** No repair begins later; what is left of the function's time is for those under way. */
export const workMs = 20_000;

/** A running operation without an execution is given up after so long: longer than any execution lasts, and an hour. */
const lostAfterMs = (limits.executionTime.value + 1) * 3_600_000;

/**
 * Once a minute: sends what was never sent, and asks Step Functions about executions whose end nobody told us. The three lists are
 * walked side by side, so that a service that hangs delays only what needs it.
 */
export async function handler(): Promise<void> {
	const endsMs = Date.now() + workMs;
	const before = (ms: number) => new Date(Date.now() - ms).toISOString();
	const isPaused = (await readPause()) !== undefined;
	const parts = await Promise.allSettled([
		isPaused ? [] : walkOn(operations("queued", before(quietMs.queued), sendAgain), endsMs),
		walkOn(operations("running", before(quietMs.running), askAgain), endsMs),
		walkOn(
			{
				name: "events",
				read: pendingEvents,
				isQuiet: ({ createdAt }) => createdAt < before(quietMs.event),
				repair: (event) => sendOut([event]),
			},
			endsMs,
		),
	]);
	const failures = parts.flatMap((part) => (part.status === "rejected" ? [part.reason] : part.value));
	// Thrown at the end, for the alarm: one operation that cannot be helped must not keep the others waiting.
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of the sweep's repairs failed.`);
}

/** Operations of a status that nobody has changed or repaired since `before` (ISO). One that cannot be repaired rests as long. */
function operations(
	status: "queued" | "running",
	before: string,
	repair: (operation: Operation) => Promise<void>,
): Walk<SweptOperation> {
	return {
		name: status,
		read: (page) => readPage(lists.operationsIn(status), sweptOperationSchema, page),
		isQuiet: ({ updatedAt, sweptAt = "" }) => updatedAt < before && sweptAt < before,
		repair: async (operation) => {
			try {
				await repair(operation);
			} finally {
				await touchOperation(operation, isoNow());
			}
		},
	};
}

async function sendAgain(operation: Operation): Promise<void> {
	logger.warn("An operation was never started; sending it again.", { operationId: operation.operationId });
	await sendStart(operation);
}

async function askAgain(operation: Operation): Promise<void> {
	const report = (await reportOf(operation)) ?? lostReport(operation);
	if (report) await followReport(operation.operationId, report);
}

/** Step Functions shows a new execution a moment late, and a closed one for 90 days: one that it has not shown for so long is gone. */
function lostReport({ operationId, attempt, redriveCount, updatedAt }: Operation): ExecutionReport | undefined {
	if (Date.now() - Date.parse(updatedAt) < lostAfterMs) return undefined;
	const detail = `Step Functions knows no execution '${executionName(operationId, attempt)}'.`;
	return { attempt, redriveCount, status: "FAILED", failure: { error: "Execution.Lost", detail } };
}
