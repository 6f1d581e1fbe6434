import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { readPause } from "../../services/pause.ts";
import { reconcile } from "../carry-out-repairs.ts";

/** No repair begins later; what is left of the function's time is for those under way. */
export const workMs = 200_000;

/**
 * Once an hour: compares the registry with zone and tenant map, and asks for an operation for each hostname that differs. An unsafe
 * plan is only counted, for the alarm: somebody looks, and forces it by the API. While new work is paused it does nothing.
 */
export async function handler(): Promise<void> {
	const endsMs = Date.now() + workMs;
	const pause = await readPause();
	if (pause) {
		logger.info("New work is paused; nothing is compared.", { ...pause });
		return;
	}
	const { plan, operations, skipped, complete, failures } = await reconcile({
		requestedBy: "reconciler",
		force: false,
		endsMs,
	});
	const { lookedAt, unsafe, findings } = plan;
	logger.info("reconciled", { lookedAt, unsafe, findings: findings.length, operations, skipped, complete });
	if (unsafe) count("UnsafePlans");
	// Thrown at the end, for the alarm.
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} repairs could not be asked for.`);
}
