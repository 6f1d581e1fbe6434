import { randomUUID } from "node:crypto";
import { limits } from "../../domain/limits.ts";
import { zoneMessageSchema } from "../../domain/messages.ts";
import { costOf, fillBatch, halves } from "../../domain/zone-plan.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isCurrent, readClaims } from "../../services/claims.ts";
import { upsertRecords } from "../../services/route53.ts";
import { pendingChanges, type RequestedChange } from "../../services/zone-changes.ts";
import { type Lease, releaseLease, spend, takeLease } from "../../services/zone-lease.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { failChange, parkOnChange } from "./answer-changes.ts";
import { defineConsumer } from "./batch.ts";

/** The part of a run's time that is used; the rest is left for what a batch still has to write. */
const workMs = 20_000;

/** The largest batch: Route 53's limits, and no more of the changes bucket than it holds when full. */
const batchLimit = {
	elements: limits.route53BatchElements.value,
	characters: limits.route53BatchCharacters.value,
	tokens: limits.route53ChangeBurst.value,
};

/**
 * The zone's one writer (R8). A doorbell makes it take the lease and drain what waits, batch by batch, under the published limits.
 * After giving the lease back it looks once more: a change whose doorbell found the lease taken is then already in the table.
 */
export const handler = defineConsumer(zoneMessageSchema, async ({ zoneId }) => {
	const endsMs = Date.now() + workMs;
	const owner = randomUUID();
	do {
		const lease = await takeLease(zoneId, owner, Date.now());
		if (!lease) return;
		let emptied: boolean;
		try {
			emptied = await drain(lease, endsMs);
		} finally {
			await releaseLease(lease);
		}
		// Time, limits or lease are used up: another run goes on in a second.
		if (!emptied) return ringZone(zoneId, 1);
	} while ((await pendingChanges(zoneId)).length > 0);
});

/** Writes batch after batch. True when nothing waits any more; false when it had to stop before. */
async function drain(lease: Lease, endsMs: number): Promise<boolean> {
	while (Date.now() < endsMs) {
		const pending = await current(lease.zoneId, await pendingChanges(lease.zoneId));
		if (pending.length === 0) return true;
		const written = await write(lease, fillBatch(pending, batchLimit), endsMs);
		if (!written) return false;
	}
	return false;
}

/** The changes that still count; tasks of an older generation are told that they are superseded (R3). */
async function current(zoneId: string, changes: RequestedChange[]): Promise<RequestedChange[]> {
	const counting: RequestedChange[] = [];
	for (let at = 0; at < changes.length; at += 100) {
		const page = changes.slice(at, at + 100);
		const claims = await readClaims(page.map(({ hostname }) => hostname));
		for (const change of page) {
			const claim = claims.get(change.hostname);
			if (claim && isCurrent(claim, change.generation)) counting.push(change);
			else {
				const detail = `Generation ${change.generation} of '${change.hostname}' is over.`;
				await failChange(zoneId, change, { error: "Superseded", detail });
			}
		}
	}
	return counting;
}

/**
 * Writes a batch; a refused one is halved until the culprit stands alone, whose task then fails with Route 53's words.
 * False when the time or the lease is over; what was not written waits in its rows.
 */
async function write(lease: Lease, batch: RequestedChange[], endsMs: number): Promise<boolean> {
	const tokens = batch.reduce((sum, change) => sum + costOf(change).tokens, 0);
	if (!(await allowed(lease, tokens, endsMs))) return false;
	const outcome = await upsertRecords(lease.zoneId, batch);
	if (outcome.outcome === "accepted") {
		await parkOnChange(lease.zoneId, batch, outcome.changeId);
		// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
		await sendCheck({ kind: "route53-change", subject: outcome.changeId }, 2);
		return true;
	}
	const [culprit] = batch;
	if (batch.length === 1 && culprit) {
		const detail = `InvalidChangeBatch: ${outcome.messages.join("; ")}`;
		await failChange(lease.zoneId, culprit, { error: "ZoneChangeRefused", detail });
		return true;
	}
	const [left, right] = halves(batch);
	return (await write(lease, left, endsMs)) && (await write(lease, right, endsMs));
}

/** Waits until the published limits allow the call; false when that would take too long or the lease went to another. */
async function allowed(lease: Lease, tokens: number, endsMs: number): Promise<boolean> {
	for (;;) {
		const spending = await spend(lease.zoneId, tokens, Date.now(), lease);
		if (spending.outcome === "spent") return true;
		if (spending.outcome === "lost" || Date.now() + spending.ms > endsMs) return false;
		await new Promise((resolve) => setTimeout(resolve, spending.ms));
	}
}
