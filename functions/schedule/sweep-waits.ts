import { sendCheck } from "../../services/checks-queue.ts";
import { isoNow } from "../../services/clock.ts";
import { setting } from "../../services/settings.ts";
import { dueChecks } from "../../services/waits.ts";
import { pendingChanges } from "../../services/zone-changes.ts";
import { ringZone } from "../../services/zone-queue.ts";

/** Once a minute: asks again for looks that are due and rings for changes that wait, so that nothing hangs on a lost message (R2). */
export async function handler(): Promise<void> {
	const due = await dueChecks(isoNow());
	await Promise.all(due.map((check) => sendCheck(check, 0)));
	const zoneId = setting("ZONE_ID");
	if ((await pendingChanges(zoneId)).length > 0) await ringZone(zoneId);
}
