import type { CustomDomain } from "../../domain/custom-domain.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isoNow } from "../../services/clock.ts";
import { transact } from "../../services/dynamodb.ts";
import { checkPut } from "../../services/waits.ts";
import { requireAllButServing } from "../require-conditions.ts";
import { defineStep, recordDone } from "./step.ts";

// By then the execution has ended, as a rule, and its tenant may be changed.
const primaryAfterSeconds = 2;

/** Calls the hostname active: everything it needs is true, and a probe through the edge has just seen it (R7). Safe to repeat. */
export const handler = defineStep(async ({ input, state }, claim) => {
	requireAllButServing(claim);
	const subject = `${claim.hostname}#${claim.generation}`;
	if (claim.custom) await follow(claim.custom, subject);
	await recordDone(
		{ ...input, state },
		{ Serving: { reason: "Probed", message: "A request through the edge reached this tenant.", actor: "hostmaster" } },
	);
	// Crash here? The sweeper finds the check in the index of those that are due.
	if (claim.custom?.primaryWanted) await sendCheck({ kind: "domain-primary", subject }, primaryAfterSeconds);
});

/** A custom domain is looked at daily from here on: its records are its customer's, who may change them. */
async function follow({ primaryWanted }: CustomDomain, subject: string): Promise<void> {
	const now = isoNow();
	const checks = [checkPut({ kind: "domain-watch", subject }, now)];
	if (primaryWanted) checks.push(checkPut({ kind: "domain-primary", subject }, now));
	await transact(checks);
}
