import type { DelegationTrouble } from "../../domain/delegation.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { type Result, refused } from "../../domain/result.ts";
import { sleep } from "../../services/sleep.ts";

/** What a look finds: a value, or why there is none yet. */
export type Found<T> = Result<T, DelegationTrouble>;

/** Looks come soon at first, then more rarely: each is a request to Route 53, or some questions to public servers. */
const shortestPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Looks until something is found, the trouble is final, or there is no time for another look; answers what it saw last. 'Could not ask'
 * is 'not yet' (R9); `unasked` says what to do then. No look begins after `endsMs` (epoch ms), but the first.
 */
export async function patiently<T>(
	endsMs: number,
	unasked: Pick<DelegationTrouble, "stage" | "fix">,
	look: () => Promise<Found<T>>,
): Promise<Found<T>> {
	for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
		const found = await look().catch((error: unknown): Found<T> => {
			if (!(error instanceof HostmasterError)) throw error;
			return refused({ ...unasked, message: `Could not ask: ${error.detail}`, actor: "operator", final: false });
		});
		if (found.ok || found.refusal.final || Date.now() + pauseMs > endsMs) return found;
		await sleep(pauseMs);
	}
}
