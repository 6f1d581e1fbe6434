import { randomUUID } from "node:crypto";
import { zoneMessageSchema } from "../../domain/messages.ts";
import { pendingChanges, type RequestedChange } from "../../services/zone-changes.ts";
import { releaseLease, takeLease } from "../../services/zone-lease.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { defineConsumer } from "./batch.ts";
import { nextBatch, type Run, writeBatch } from "./write-batch.ts";

/** The part of a run's time that is used; the rest is left for what a batch still has to write. */
const workMs = 20_000;

/**
 * The zone's one writer (R8). A doorbell makes it take the lease and drain what waits, batch by batch, under the published limits.
 * After giving the lease back it looks once more: a change whose doorbell found the lease taken is then already in the table.
 */
export const handler = defineConsumer(zoneMessageSchema, async ({ zoneId }) => {
	const endsMs = Date.now() + workMs;
	const owner = randomUUID();
	const stuck = new Set<string>();
	do {
		const lease = await takeLease(zoneId, owner, Date.now());
		if (!lease) return;
		let emptied: boolean;
		try {
			emptied = await drain({ lease, endsMs, stuck });
		} finally {
			await releaseLease(lease);
		}
		// Time, limits or lease are used up, or Route 53 asks for patience: another run goes on in a moment.
		if (!emptied) return ringZone(zoneId, 2);
	} while ((await waiting(zoneId, stuck)).length > 0);
});

/** Writes batch after batch. True when nothing waits that can be written; false when it had to stop before. */
async function drain(run: Run): Promise<boolean> {
	while (Date.now() < run.endsMs) {
		const pending = await waiting(run.lease.zoneId, run.stuck);
		if (pending.length === 0) return true;
		if (!(await writeBatch(run, nextBatch(pending)))) return false;
	}
	return false;
}

/** What waits, but for changes that this run could not deal with: the sweeper rings for those again. */
async function waiting(zoneId: string, stuck: ReadonlySet<string>): Promise<RequestedChange[]> {
	return (await pendingChanges(zoneId)).filter(({ wait }) => !stuck.has(wait.taskToken));
}
