import { type Operation, type OperationStatus, operationSchema } from "../../domain/operation.ts";
import { isoNow } from "../../services/clock.ts";
import { reportOf } from "../../services/executions.ts";
import { lists, readPage } from "../../services/lists.ts";
import { logger } from "../../services/log.ts";
import { touchOperation } from "../../services/operations.ts";
import { sendStart } from "../../services/operations-queue.ts";
import { type OutgoingEvent, pendingEvents, sendOut } from "../../services/outbox.ts";
import { followReport } from "../follow-operation.ts";

/** What stands still for so long was missed by the fast way: its message or its event is lost. */
const quietMs = { queued: 60_000, running: 120_000, event: 30_000 };

/** Once a minute: sends what was never sent, and asks Step Functions about executions whose end nobody told us. */
export async function handler(): Promise<void> {
	const now = Date.now();
	const before = (ms: number) => new Date(now - ms).toISOString();
	const failures = [
		...(await eachAlone(await quiet("queued", before(quietMs.queued)), sendAgain)),
		...(await eachAlone(await quiet("running", before(quietMs.running)), askAgain)),
		...(await eachAlone(await eventsBefore(before(quietMs.event)), (event) => sendOut([event]))),
	];
	// Thrown at the end, for the alarm: one operation that cannot be helped must not keep the others waiting.
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of the sweep's repairs failed.`);
}

async function sendAgain(operation: Operation): Promise<void> {
	logger.warn("An operation was never started; sending it again.", { operationId: operation.operationId });
	await sendStart(operation);
	await touchOperation(operation, isoNow());
}

async function askAgain(operation: Operation): Promise<void> {
	const report = await reportOf(operation);
	if (report) await followReport(operation.operationId, report);
	await touchOperation(operation, isoNow());
}

async function eventsBefore(before: string): Promise<OutgoingEvent[]> {
	return (await pendingEvents()).filter(({ createdAt }) => createdAt < before);
}

/** Runs `repair` for one after the other; answers what went wrong. */
async function eachAlone<T>(items: readonly T[], repair: (item: T) => Promise<void>): Promise<unknown[]> {
	const failures: unknown[] = [];
	for (const item of items) {
		try {
			await repair(item);
		} catch (error) {
			logger.error("A repair failed.", { item, error });
			failures.push(error);
		}
	}
	return failures;
}

/** Operations of a status that nothing has touched since `before` (ISO). */
async function quiet(status: OperationStatus, before: string): Promise<Operation[]> {
	const found: Operation[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const page = await readPage(lists.operationsIn(status), operationSchema, { after, limit: 100 });
		found.push(...page.items.filter(({ updatedAt }) => updatedAt < before));
		after = page.next;
		// A minute's work; the rest is found in the next minute, since what was looked at is touched.
	} while (after && found.length < 200);
	return found;
}
