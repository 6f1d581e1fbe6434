import { randomUUID } from "node:crypto";
import { type ZoneMessage, zoneMessageSchema } from "../../domain/messages.ts";
import { hasPendingChanges, pendingChanges, type RequestedChange } from "../../services/zone-changes.ts";
import { type Lease, releaseLease, takeLease } from "../../services/zone-lease.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { defineConsumer } from "./batch.ts";
import { nextBatch, writeBatch } from "./write-batch.ts";
import type { Run } from "./zone-run.ts";

/** The part of a run's time that is used; the rest is left for what a batch still has to write. */
export const workMs = 20_000;

/**
 * The zone's one writer (R8). A doorbell makes it take the lease and drain what waits, batch by batch, under the published limits.
 * After giving the lease back it looks once more: a change whose doorbell found the lease taken is then already in the table.
 */
export const handler = defineConsumer(zoneMessageSchema, drainZone, ({ zoneId }) => ringZone(zoneId, 5));

async function drainZone({ zoneId }: ZoneMessage): Promise<void> {
	const endsMs = Date.now() + workMs;
	const owner = randomUUID();
	const stuck = new Set<string>();
	const passing = new Set<string>();
	const pace: Pace = { nextMs: 0 };
	do {
		const lease = await leaseInTime(zoneId, owner, endsMs);
		if (!lease) return;
		let emptied: boolean;
		try {
			emptied = await drain({ lease, endsMs, stuck, passing }, pace);
		} finally {
			await releaseLease(lease);
		}
		// Time, limits or lease are used up, or Route 53 asks for patience: another run goes on in a moment.
		if (!emptied) return ringZone(zoneId, 2);
	} while ((await waiting(zoneId, stuck)).length > 0);
	if (passing.size > 0) await ringZone(zoneId, 5);
}

const pauseMs = 500;

/**
 * The zone's lease, or undefined when its writer sees to what waits. A writer that died holds it for some seconds: those are waited
 * for, since what it left behind would otherwise stay until the sweeper rings.
 */
async function leaseInTime(zoneId: string, owner: string, endsMs: number): Promise<Lease | undefined> {
	for (;;) {
		const lease = await takeLease(zoneId, owner, Date.now());
		if (lease || Date.now() + pauseMs > endsMs || !(await hasPendingChanges(zoneId))) return lease;
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
	}
}

/** When the run's next batch may be written (epoch ms), unless it is full before. */
interface Pace {
	nextMs: number;
}

/** What arrives while a run writes is gathered for so long: it shares one request and one look, and each comes in sync a minute later. */
const gatherMs = 3_000;

/** Writes batch after batch. True when nothing waits that can be written; false when it had to stop before. */
async function drain(run: Run, pace: Pace): Promise<boolean> {
	while (Date.now() < run.endsMs) {
		const pending = await waiting(run.lease.zoneId, run.stuck);
		if (pending.length === 0) return true;
		const batch = nextBatch(pending);
		const earlyMs = batch.length < pending.length ? 0 : pace.nextMs - Date.now();
		if (Date.now() + earlyMs > run.endsMs) return false;
		if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
		else {
			if (!(await writeBatch(run, batch))) return false;
			pace.nextMs = Date.now() + gatherMs;
		}
	}
	return false;
}

/** What waits, but for changes that this run could not deal with: the sweeper rings for those again. */
async function waiting(zoneId: string, stuck: ReadonlySet<string>): Promise<RequestedChange[]> {
	return (await pendingChanges(zoneId)).filter(({ wait }) => !stuck.has(wait.taskToken));
}
