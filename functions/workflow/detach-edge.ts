import { sendCheck } from "../../services/checks-queue.ts";
import { readClaims } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { disableTenant } from "../../services/distribution-tenants.ts";
import { park } from "../../services/waits.ts";
import { edgesOf, stillLeaving } from "../edges-to-leave.ts";
import { defineStep, waitOf } from "./step.ts";

/**
 * Disables the distribution tenants of all custom domains that are taken down, and leaves the task parked until they and their
 * certificates are gone (R2, R10). Safe to repeat: what is disabled, or was never made, is left alone.
 */
export const handler = defineStep(async (task, _claim, startedAt) => {
	const { hostname, generation, hostnames } = task.input;
	const { claims } = await readClaims(hostnames.map((name) => name.hostname));
	// One after the other: CloudFront takes few requests a second of an account.
	for (const claim of stillLeaving(claims, hostnames)) {
		const edges = claim.custom ? await edgesOf(claim) : [];
		for (const { id, enabled } of edges) if (enabled) await disableTenant(id);
	}
	const check = { kind: "domain-detached", subject: `${hostname}#${generation}` } as const;
	await park(check, waitOf(task, startedAt), isoNow());
	// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
	await sendCheck(check, 0);
});
