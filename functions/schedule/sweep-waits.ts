import { sendCheck } from "../../services/checks-queue.ts";
import { isoNow } from "../../services/clock.ts";
import { setting } from "../../services/settings.ts";
import { dueChecks } from "../../services/waits.ts";
import { hasPendingChanges } from "../../services/zone-changes.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { settleAll } from "../settle-all.ts";

/** As many as the SDK has connections: a queue that does not answer then costs a round four calls' time, not each check its own. */
const sentAtOnce = 50;

/**
 * Once a minute: rings for changes that wait and asks again for looks that are due, so that nothing hangs on a lost message (R2).
 * Neither waits for the other; what went wrong is thrown at the end, for the alarm.
 */
export async function handler(): Promise<void> {
	const settled = await Promise.allSettled([ringAgain(), askAgain()]);
	const failures = settled.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
	if (failures.length > 0) throw new AggregateError(failures, "The sweep over waits could not do all of its work.");
}

async function ringAgain(): Promise<void> {
	const zoneId = setting("ZONE_ID");
	if (await hasPendingChanges(zoneId)) await ringZone(zoneId);
}

async function askAgain(): Promise<void> {
	await settleAll(await dueChecks(isoNow()), sentAtOnce, (check) => sendCheck(check, 0));
}
