import { isBelow } from "../../domain/hostname.ts";
import { recordsOf } from "../../domain/zone-plan.ts";
import { setting } from "../../services/settings.ts";
import { requestChange } from "../../services/zone-changes.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { defineStep, waitOf } from "./step.ts";

/**
 * Asks for the end of the records of every name that is taken down, in one change, and leaves the task parked until they are gone from
 * all name servers (R2, R8). Safe to repeat: the row is one a hostname.
 */
export const handler = defineStep(async (task, _claim, startedAt) => {
	const { hostname, generation, hostnames } = task.input;
	const zoneId = setting("ZONE_ID");
	const distribution = setting("DISTRIBUTION_DOMAIN");
	await requestChange(zoneId, {
		hostname,
		generation,
		action: "delete",
		// A custom domain has none of ours.
		records: hostnames
			.filter((name) => isBelow(name.hostname, setting("PLATFORM_DOMAIN")))
			.flatMap((name) => recordsOf(name.hostname, distribution)),
		wait: waitOf(task, startedAt),
		requestedAt: startedAt,
	});
	// Crash here? The row stands: the state's retry, or the sweeper within a minute, rings again.
	await ringZone(zoneId);
});
