import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { costOf, fillBatch, halves } from "../../domain/zone-plan.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isCurrent, readClaims } from "../../services/claims.ts";
import { logger } from "../../services/log.ts";
import { upsertRecords, type ZoneChangeOutcome } from "../../services/route53.ts";
import type { RequestedChange } from "../../services/zone-changes.ts";
import { type Lease, spend } from "../../services/zone-lease.ts";
import { settleAll } from "../settle-all.ts";
import { failChange, parkOnChange } from "./answer-changes.ts";

/** One run of the zone writer. */
export interface Run {
	lease: Lease;
	endsMs: number;
	/** Task tokens of changes that cannot be dealt with now; each was logged. */
	stuck: Set<string>;
}

/** The largest batch: Route 53's limits, and no more of the changes bucket than it holds when full. */
const batchLimit = {
	elements: limits.route53BatchElements.value,
	characters: limits.route53BatchCharacters.value,
	tokens: limits.route53ChangeBurst.value,
};

export function nextBatch(pending: readonly RequestedChange[]): RequestedChange[] {
	return fillBatch(pending, batchLimit);
}

/**
 * Writes a batch; a refused one is halved until the culprit stands alone, whose task then fails with Route 53's words.
 * False when time, limits or lease are over; what was not written waits in its rows.
 */
export async function writeBatch(run: Run, batch: readonly RequestedChange[]): Promise<boolean> {
	const { zoneId } = run.lease;
	const tokens = batch.reduce((sum, change) => sum + costOf(change).tokens, 0);
	if (!(await allowed(run, tokens))) return false;
	// Read now, and not before the wait for the limits: what is over must not be written (R3).
	const current = await currentOf(run, batch);
	if (current.length === 0) return true;
	const outcome = await upsert(zoneId, current);
	switch (outcome.outcome) {
		case "later":
			return false;
		case "accepted":
			await parkOnChange(zoneId, current, outcome.changeId);
			// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
			await sendCheck({ kind: "route53-change", subject: outcome.changeId }, 2);
			return true;
		case "refused": {
			if (outcome.culprit === "change" && current.length > 1) {
				const [left, right] = halves(current);
				return (await writeBatch(run, left)) && (await writeBatch(run, right));
			}
			await failAll(run, current, { error: "ZoneChangeRefused", detail: outcome.because });
			return true;
		}
	}
}

/** Somebody else may use up the account's limits: that is 'later', and no reason to throw the run away. */
async function upsert(
	zoneId: string,
	batch: readonly RequestedChange[],
): Promise<ZoneChangeOutcome | { outcome: "later" }> {
	try {
		return await upsertRecords(zoneId, batch);
	} catch (error) {
		if (error instanceof HostmasterError && error.name === "Throttled") return { outcome: "later" };
		throw error;
	}
}

/** A change that Route 53 did not take for so long fails with a reason, before its state times out without one. */
const longestWaitMs = 90 * 60_000;

/** The changes that still count; the tasks of the others are told why not. */
async function currentOf(run: Run, changes: readonly RequestedChange[]): Promise<RequestedChange[]> {
	const counting: RequestedChange[] = [];
	for (let at = 0; at < changes.length; at += 100) {
		const page = changes.slice(at, at + 100);
		const { claims, unreadable } = await readClaims(page.map(({ hostname }) => hostname));
		for (const change of page) {
			const { hostname, generation, requestedAt, wait } = change;
			const claim = claims.get(hostname);
			// Nothing is known of it, so nothing is done: it is neither written nor called superseded.
			if (unreadable.has(hostname)) run.stuck.add(wait.taskToken);
			else if (!claim || !isCurrent(claim, generation)) {
				await failAll(run, [change], {
					error: "Superseded",
					detail: `Generation ${generation} of '${hostname}' is over.`,
				});
			} else if (Date.now() - Date.parse(requestedAt) > longestWaitMs) {
				const detail = "Route 53 did not take the change within 90 minutes.";
				await failAll(run, [change], { error: "WaitExpired", detail });
			} else counting.push(change);
		}
	}
	return counting;
}

/** Fails the changes' tasks; one that cannot be told waits for the next run. */
async function failAll(
	{ lease, stuck }: Run,
	changes: readonly RequestedChange[],
	failure: { error: string; detail: string },
): Promise<void> {
	await settleAll(changes, 20, async (change) => {
		try {
			await failChange(lease.zoneId, change, failure);
		} catch (error) {
			stuck.add(change.wait.taskToken);
			logger.error("A change's task could not be told that it failed.", { hostname: change.hostname, error });
		}
	});
}

/** Waits until the published limits allow the call; false when that would take too long or the lease went to another. */
async function allowed({ lease, endsMs }: Run, tokens: number): Promise<boolean> {
	for (;;) {
		const spending = await spend(lease.zoneId, tokens, Date.now(), lease);
		if (spending.outcome === "spent") return true;
		if (spending.outcome === "lost" || Date.now() + spending.ms > endsMs) return false;
		await new Promise((resolve) => setTimeout(resolve, spending.ms));
	}
}
