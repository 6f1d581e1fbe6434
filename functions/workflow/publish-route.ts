import { HostmasterError } from "../../domain/errors.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { superseded } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant } from "../../services/tenants.ts";
import { defineStep, recordDone } from "./step.ts";

/** Makes the hostname routable. Safe to repeat: the map refuses an older generation and takes an equal one again (R3, R7). */
export const handler = defineStep(async ({ input, state }, claim) => {
	const tenant = await readTenant(input.tenantId);
	if (!tenant) throw new Error(`The tenant '${input.tenantId}' of '${claim.hostname}' is gone.`);
	if (claim.conditions.CertificateIssued.status !== "true") {
		throw new HostmasterError("CertificateNotReady", claim.conditions.CertificateIssued.message);
	}
	const entry = mapEntryOf(claim, tenant, isoNow());
	if (!entry) throw superseded(claim.hostname, input.generation, claim);
	await putMapEntry(entry);
	await recordDone(
		{ ...input, state },
		{ RoutePublished: { reason: "Published", message: "The tenant map holds the route.", actor: "hostmaster" } },
	);
});
