import { errorTable, HostmasterError } from "../../domain/errors.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { type Lease, leaseMs, spend } from "../../services/zone-lease.ts";

/** One run of the zone writer. */
export interface Run {
	lease: Lease;
	endsMs: number;
	/** Task tokens of changes that cannot be dealt with now; each was logged. */
	stuck: Set<string>;
	/** Those of them that only wait for a service to answer again: the next run is to come in seconds. */
	passing: Set<string>;
}

/**
 * Waits until the published limits allow a request with so many change tokens. Answers until when (epoch ms) it may be sent, which is
 * as long as the lease lasts; undefined when the time is up, would be by then, or the lease went to another.
 */
export async function takeTurn({ lease, endsMs }: Run, tokens: number): Promise<number | undefined> {
	for (;;) {
		const nowMs = Date.now();
		if (nowMs > endsMs) return undefined;
		const spending = await spend(lease.zoneId, tokens, nowMs, lease);
		if (spending.outcome === "spent") return nowMs + leaseMs;
		if (spending.outcome === "lost" || Date.now() + spending.ms > endsMs) return undefined;
		await new Promise((resolve) => setTimeout(resolve, spending.ms));
	}
}

/**
 * Somebody else may use up the account's limits, and Route 53 may be away: that is 'later', in seconds. Thrown, the doorbell would
 * come back only when its queue shows it again, in minutes. An outage is counted all the same, for the alarm.
 */
export async function unlessAway<T>(call: () => Promise<T>): Promise<T | { outcome: "later" }> {
	try {
		return await call();
	} catch (error) {
		if (!(error instanceof HostmasterError) || errorTable[error.name].retry === "terminal") throw error;
		if (error.name === "ServiceUnavailable") {
			logger.error("Route 53 did not answer; the changes wait.", { error });
			count("FailedMessages");
		}
		return { outcome: "later" };
	}
}
