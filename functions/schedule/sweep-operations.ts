import type { Operation, OperationStatus } from "../../domain/operation.ts";
import { isoNow } from "../../services/clock.ts";
import { reportOf } from "../../services/executions.ts";
import { logger } from "../../services/log.ts";
import { listOperations, touchOperation } from "../../services/operations.ts";
import { sendStart } from "../../services/operations-queue.ts";
import { pendingEvents, sendOut } from "../../services/outbox.ts";
import { followReport } from "../follow-operation.ts";

/** What stands still for so long was missed by the fast way: its message or its event is lost. */
const quietMs = { queued: 60_000, running: 120_000, event: 30_000 };

/** Once a minute: sends what was never sent, and asks Step Functions about executions whose end nobody told us. */
export async function handler(): Promise<void> {
	const now = Date.now();
	for (const operation of await quiet("queued", now - quietMs.queued)) {
		logger.warn("An operation was never started; sending it again.", { operationId: operation.operationId });
		await sendStart(operation);
		await touchOperation(operation, isoNow());
	}
	for (const operation of await quiet("running", now - quietMs.running)) {
		const report = await reportOf(operation);
		if (report) await followReport(operation.operationId, report);
		await touchOperation(operation, isoNow());
	}
	const before = new Date(now - quietMs.event).toISOString();
	await sendOut((await pendingEvents()).filter(({ createdAt }) => createdAt < before));
}

/** Operations of a status that nothing has touched since `beforeMs`. */
async function quiet(status: OperationStatus, beforeMs: number): Promise<Operation[]> {
	const before = new Date(beforeMs).toISOString();
	const found: Operation[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const page = await listOperations({ by: "status", status }, { after, limit: 100 });
		found.push(...page.operations.filter(({ updatedAt }) => updatedAt < before));
		after = page.next;
		// A minute's work; the rest is found in the next minute, since what was looked at is touched.
	} while (after && found.length < 200);
	return found;
}
