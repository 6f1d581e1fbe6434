import { HostmasterError } from "../../domain/errors.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { isoNow } from "../../services/clock.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant } from "../../services/tenants.ts";
import { defineStep, recordDone } from "./step.ts";

/**
 * Tells the edge what the claim says of the hostname: the tenant's origin, suspended, or its present name. Only what is served needs a
 * certificate (R7). Safe to repeat: the map refuses an older generation and takes an equal one again (R3).
 */
export const handler = defineStep(async ({ input, state }, claim) => {
	const tenant = await readTenant(input.tenantId);
	if (!tenant) throw new Error(`The tenant '${input.tenantId}' of '${claim.hostname}' is gone.`);
	if (claim.intent === "serve" && claim.conditions.CertificateIssued.status !== "true") {
		throw new HostmasterError("CertificateNotReady", claim.conditions.CertificateIssued.message);
	}
	await putMapEntry(mapEntryOf(claim, tenant, isoNow()));
	await recordDone(
		{ ...input, state },
		{ RoutePublished: { reason: "Published", message: "The tenant map holds the route.", actor: "hostmaster" } },
	);
});
