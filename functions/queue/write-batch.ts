import { limits } from "../../domain/limits.ts";
import { describeRecord } from "../../domain/standing-records.ts";
import { costOf, fillBatch, halves } from "../../domain/zone-plan.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { writeRecords, type ZoneChangeOutcome } from "../../services/route53.ts";
import type { RequestedChange } from "../../services/zone-changes.ts";
import { failAll, freeRemoved, parkOnChange } from "./answer-changes.ts";
import { currentOf } from "./current-changes.ts";
import { lookForRemoval } from "./look-for-removal.ts";
import { type Run, takeTurn, unlessAway } from "./zone-run.ts";

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
 * Writes a batch; a refused one is halved until the culprit stands alone, whose task then fails with Route 53's words, or which is a
 * delete of what is gone. False when time, limits or lease are over; what was not written waits in its rows.
 */
export async function writeBatch(run: Run, batch: readonly RequestedChange[]): Promise<boolean> {
	const { zoneId } = run.lease;
	const tokens = batch.reduce((sum, change) => sum + costOf(change).tokens, 0);
	const sendUntilMs = await takeTurn(run, tokens);
	if (sendUntilMs === undefined) return false;
	// Read now, and not before the wait for the limits: what is over must not be written (R3).
	const current = await currentOf(run, batch);
	if (current.length === 0) return true;
	// A writer that slept on the way here has a successor by now. Route 53 takes no fencing token, and a late DELETE looks like a good
	// one: it could meet the same two aliases in the name's next life.
	if (Date.now() > sendUntilMs) return false;
	const outcome = await unlessAway(() => writeRecords(zoneId, current));
	switch (outcome.outcome) {
		case "later":
			return false;
		case "accepted":
			// Crash here? An UPSERT is written again; a DELETE is refused then, and found to be done (`dealWithRefusal`).
			await parkOnChange(zoneId, current, outcome.changeId);
			// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
			await sendCheck({ kind: "route53-change", subject: outcome.changeId }, 2);
			return true;
		case "refused":
			return dealWithRefusal(run, current, outcome);
	}
}

type Refusal = Extract<ZoneChangeOutcome, { outcome: "refused" }>;

/** Nothing of a refused batch was done. What comes next is done in batches of its own, each with limits, lease and claims looked at anew. */
async function dealWithRefusal(run: Run, batch: readonly RequestedChange[], refusal: Refusal): Promise<boolean> {
	const [first] = batch;
	if (refusal.culprit === "change" && batch.length > 1) {
		const [left, right] = halves(batch);
		return (await writeBatch(run, left)) && (await writeBatch(run, right));
	}
	if (refusal.culprit === "change" && first?.action === "delete") return dealWithRest(run, first, refusal);
	await failAll(run, batch, { error: "ZoneChangeRefused", detail: refusal.because });
	return true;
}

/** Sees what still stands of a delete that was refused, deletes exactly that, and leaves alone what somebody else has put there. */
async function dealWithRest(run: Run, change: RequestedChange, { because }: Refusal): Promise<boolean> {
	const removal = await lookForRemoval(run, change);
	switch (removal.outcome) {
		case "later":
			return false;
		case "unknown":
			run.stuck.add(change.wait.taskToken);
			if (removal.passes) run.passing.add(change.wait.taskToken);
			return true;
		case "gone":
			await freeRemoved(run, change);
			return true;
		case "foreign": {
			const detail = `Not ours, and left alone: ${describeRecord(removal.record)}. Route 53 said: ${because}`;
			await failAll(run, [change], { error: "ZoneChangeRefused", detail });
			return true;
		}
		case "remaining":
			// With fewer records each time this ends. If all of them stand, it was refused for another reason.
			if (removal.records.length < change.records.length) {
				return writeBatch(run, [{ ...change, records: removal.records }]);
			}
			await failAll(run, [change], { error: "ZoneChangeRefused", detail: because });
			return true;
	}
}
