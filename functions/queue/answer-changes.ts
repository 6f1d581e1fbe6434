import { isoNow } from "../../services/clock.ts";
import { type TransactItem, transact } from "../../services/dynamodb.ts";
import { sendFailure } from "../../services/task-tokens.ts";
import { checkPut, waitPut } from "../../services/waits.ts";
import { changeDelete, type RequestedChange } from "../../services/zone-changes.ts";

// A transaction takes 100 actions: the check, and two for each hostname.
const hostnamesPerTransaction = 49;

/** Moves the changes' tasks from the zone's rows to waits on one Route 53 change id, which frees them all at once (R2). */
export async function parkOnChange(zoneId: string, batch: readonly RequestedChange[], changeId: string): Promise<void> {
	const check = { kind: "route53-change", subject: changeId } as const;
	const now = isoNow();
	for (let at = 0; at < batch.length; at += hostnamesPerTransaction) {
		await parkSome(zoneId, batch.slice(at, at + hostnamesPerTransaction), check, now);
	}
}

/** A task that asked anew meanwhile keeps its row for the next batch; the others of its transaction go again without it. */
async function parkSome(
	zoneId: string,
	changes: readonly RequestedChange[],
	check: { kind: "route53-change"; subject: string },
	now: string,
): Promise<void> {
	if (changes.length === 0) return;
	const pairs = changes.map((change): [TransactItem, TransactItem] => [
		changeDelete(zoneId, change),
		waitPut(check, change.wait, now),
	]);
	const reasons = await transact([checkPut(check, now), ...pairs.flat()]);
	if (!reasons) return;
	const unmoved = changes.filter((_, at) => [1 + at * 2, 2 + at * 2].every((place) => reasons[place]?.code === "None"));
	if (unmoved.length === changes.length) throw new Error(`Parking was cancelled: ${JSON.stringify(reasons)}`);
	await parkSome(zoneId, unmoved, check, now);
}

/** Tells a change's task why it failed, then takes the row away; a crash in between tells it again, which does nothing. */
export async function failChange(
	zoneId: string,
	change: RequestedChange,
	failure: { error: string; detail: string },
): Promise<void> {
	await sendFailure(change.wait.taskToken, failure);
	await transact([changeDelete(zoneId, change)]);
}
