import { isoNow } from "../../services/clock.ts";
import { type TransactItem, transact } from "../../services/dynamodb.ts";
import { logger } from "../../services/log.ts";
import { sendFailure, sendSuccess } from "../../services/task-tokens.ts";
import { checkPut, waitPut } from "../../services/waits.ts";
import { changeDelete, type RequestedChange } from "../../services/zone-changes.ts";
import { settleAll } from "../settle-all.ts";
import { recordDone } from "../workflow/step.ts";
import { recordsRemoved } from "./removed-records.ts";
import type { Run } from "./zone-run.ts";

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

/**
 * Fails the changes' tasks, then takes their rows away; a crash in between tells a task again, which does nothing. One that cannot be
 * told waits for the next run.
 */
export async function failAll(
	run: Run,
	changes: readonly RequestedChange[],
	failure: { error: string; detail: string },
): Promise<void> {
	await settleAll(changes, 20, (change) =>
		orStuck(run, change, async () => {
			await sendFailure(change.wait.taskToken, failure);
			await transact([changeDelete(run.lease.zoneId, change)]);
		}),
	);
}

/**
 * Frees the task of a delete that is done already: records first, then the task, then the row. Crash in between? The row is found
 * again: before the task was freed all is repeated, harmlessly; after it the claim may have moved on, and then the task, which nobody
 * waits for any more, is told so in vain.
 */
export function freeRemoved(run: Run, change: RequestedChange): Promise<void> {
	return orStuck(run, change, async () => {
		await recordDone(change.wait, recordsRemoved);
		await sendSuccess(change.wait.taskToken);
		await transact([changeDelete(run.lease.zoneId, change)]);
	});
}

/** Leaves a change whose task cannot be answered to the next run, and goes on with the others. */
async function orStuck({ stuck }: Run, change: RequestedChange, answer: () => Promise<void>): Promise<void> {
	try {
		await answer();
	} catch (error) {
		stuck.add(change.wait.taskToken);
		logger.error("A change's task could not be answered.", { hostname: change.hostname, error });
	}
}
