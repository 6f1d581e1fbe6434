import { type Claim, claimSchema } from "../../domain/claim.ts";
import { isoNow } from "../../services/clock.ts";
import { lists, readPage } from "../../services/lists.ts";
import { logger } from "../../services/log.ts";
import { readOperation } from "../../services/operations.ts";
import { readPause } from "../../services/pause.ts";
import { readTenant } from "../../services/tenants.ts";
import { acceptRepair } from "../accept-repair.ts";
import { type Walk, walkOn } from "./walk-on.ts";

/** No release begins later; what is left of the function's time is for those under way. */
export const workMs = 20_000;

/**
 * Once an hour: begins to take down the former names that have redirected for long enough, and goes on with those whose release was
 * given up for another change. What is skipped is the next hour's.
 */
export async function handler(): Promise<void> {
	if (await readPause()) return;
	const endsMs = Date.now() + workMs;
	const failures = [...(await walkOn(redirecting(isoNow()), endsMs)), ...(await walkOn(removing, endsMs))];
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} former names could not be released.`);
}

const redirecting = (now: string): Walk<Claim> => ({
	name: "redirecting",
	read: (page) => readPage(lists.claims("redirecting"), claimSchema, page),
	// One without its end was written by no release of ours: it stays until somebody looks.
	isQuiet: ({ intent, redirectUntil }) => intent === "redirect" && redirectUntil !== undefined && redirectUntil <= now,
	repair: (claim) => release(claim, "It has redirected for long enough."),
});

const removing: Walk<Claim> = {
	name: "removing",
	read: (page) => readPage(lists.claims("removing"), claimSchema, page),
	isQuiet: ({ intent }) => intent === "remove",
	repair: async (claim) => {
		if (await isGivenUp(claim)) await release(claim, "Its release had been given up for another change.");
	},
};

/** Nobody takes the name down any more: its tenant goes on, and the newest operation is about something else. */
async function isGivenUp({ hostname, tenantId }: Claim): Promise<boolean> {
	const tenant = await readTenant(tenantId);
	if (!tenant?.formerHostnames.includes(hostname)) return false;
	const last = tenant.lastOperationId === undefined ? undefined : await readOperation(tenant.lastOperationId);
	// One that failed at this very name is its operator's to retry.
	return last !== undefined && last.hostname !== hostname;
}

async function release({ hostname }: Claim, reason: string): Promise<void> {
	const asked = { hostname, kind: "release-hostname", requestedBy: "release-former-names", reason } as const;
	const outcome = await acceptRepair(asked);
	logger.info("A former name is to be released.", { hostname, ...outcome });
}
