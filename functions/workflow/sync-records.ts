import { HostmasterError } from "../../domain/errors.ts";
import { isBelow } from "../../domain/hostname.ts";
import { recordsOf } from "../../domain/zone-plan.ts";
import { setting } from "../../services/settings.ts";
import { sendSuccess } from "../../services/task-tokens.ts";
import { requestChange } from "../../services/zone-changes.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { defineStep, recordDone, waitOf } from "./step.ts";

/**
 * Asks for the hostname's records and leaves the task parked; the zone writer answers it when they cannot stand, the wait checker
 * when they are in sync (R2, R8). Records that are known to stand, as adopted ones are, are not written again. Safe to repeat: the row is one a hostname, and a doorbell rung twice opens once.
 */
export const handler = defineStep(async (task, claim, startedAt) => {
	const { hostname, generation } = task.input;
	if (claim.conditions.RecordsInSync.status === "true") {
		await recordDone({ ...task.input, state: task.state }, {});
		await sendSuccess(waitOf(task, startedAt).taskToken);
		return;
	}
	const platformDomain = setting("PLATFORM_DOMAIN");
	if (!isBelow(hostname, platformDomain)) {
		throw new HostmasterError(
			"OutsideZone",
			`'${hostname}' is not below '${platformDomain}'; nothing else is ours (R5).`,
		);
	}
	const zoneId = setting("ZONE_ID");
	await requestChange(zoneId, {
		hostname,
		generation,
		action: "upsert",
		records: recordsOf(hostname, setting("DISTRIBUTION_DOMAIN")),
		wait: waitOf(task, startedAt),
		requestedAt: startedAt,
	});
	// Crash here? The row stands: the state's retry, or the sweeper within a minute, rings again.
	await ringZone(zoneId);
});
