import { claimSchema } from "../../domain/claim.ts";
import { isoNow } from "../../services/clock.ts";
import { lists, readPage } from "../../services/lists.ts";
import { logger } from "../../services/log.ts";
import { readPause } from "../../services/pause.ts";
import { acceptRepair } from "../accept-repair.ts";
import { walkOn } from "./walk-on.ts";

/** No release begins later; what is left of the function's time is for those under way. */
export const workMs = 20_000;

/** Once an hour: begins to take down the former names that have redirected for long enough. What is skipped is the next hour's. */
export async function handler(): Promise<void> {
	if (await readPause()) return;
	const now = isoNow();
	const failures = await walkOn(
		{
			name: "redirecting",
			read: (page) => readPage(lists.claims("redirecting"), claimSchema, page),
			// One without its end was written by no release of ours: it stays until somebody looks.
			isQuiet: ({ intent, redirectUntil }) =>
				intent === "redirect" && redirectUntil !== undefined && redirectUntil <= now,
			repair: async ({ hostname }) => {
				const reason = "It has redirected for long enough.";
				const asked = { hostname, kind: "release-hostname", requestedBy: "release-former-names", reason } as const;
				const outcome = await acceptRepair(asked);
				logger.info("A former name is to be released.", { hostname, ...outcome });
			},
		},
		Date.now() + workMs,
	);
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} former names could not be released.`);
}
