import type { Claim } from "../../domain/claim.ts";
import { HostmasterError } from "../../domain/errors.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { readClaims } from "../../services/claims.ts";
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
		// The platform's certificate is for an operator to mend; a custom domain's is asked for by a step before this one.
		const name = claim.custom ? "ConditionsNotMet" : "CertificateNotReady";
		throw new HostmasterError(name, claim.conditions.CertificateIssued.message);
	}
	await putMapEntry(mapEntryOf(claim, tenant, isoNow()));
	if (!claim.custom) await publishDomains(tenant);
	await recordDone(
		{ ...input, state },
		{ RoutePublished: { reason: "Published", message: "The tenant map holds the route.", actor: "hostmaster" } },
	);
	if (claim.custom) await catchUp(claim, tenant);
});

/** A tenant that is changed in these moments passes over a domain that is not published yet: its entry follows here. */
async function catchUp(claim: Claim, before: Tenant): Promise<void> {
	const tenant = await readTenant(before.tenantId);
	if (tenant && tenant.revision !== before.revision) await putMapEntry(mapEntryOf(claim, tenant, isoNow()));
}

/** The tenant's custom domains go where it goes: to its origin, its primary name, or into suspension. */
async function publishDomains(tenant: Tenant): Promise<void> {
	if (tenant.customHostnames.length === 0) return;
	const { claims } = await readClaims(tenant.customHostnames);
	for (const claim of claims.values()) {
		if (claim.tenantId !== tenant.tenantId || claim.conditions.RoutePublished.status !== "true") continue;
		await putMapEntry(mapEntryOf(claim, tenant, isoNow())).catch(unlessSuperseded);
	}
}

/** A domain whose own operation has gone on meanwhile has its entry from there, and holds up neither its tenant nor the others. */
function unlessSuperseded(error: unknown): void {
	if (!(error instanceof HostmasterError && error.name === "Superseded")) throw error;
}
