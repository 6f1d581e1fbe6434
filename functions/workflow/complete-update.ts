import type { Claim } from "../../domain/claim.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { changeClaim, readClaims } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant } from "../../services/tenants.ts";
import { requireAllButServing } from "../require-conditions.ts";
import { defineStep, type Findings, recordDone, withFindings } from "./step.ts";

/**
 * The change has reached the edge: the claim says so, and the tenant's former names redirect to the present one from here on; not
 * before, so that they go on serving until it does. Safe to repeat.
 */
export const handler = defineStep(async ({ input, state }, claim) => {
	if (claim.intent === "serve") requireAllButServing(claim);
	const tenant = await readTenant(input.tenantId);
	if (tenant?.hostname === claim.hostname) await redirectFormerNames(tenant);
	await recordDone({ ...input, state }, findingsOf(claim));
});

function findingsOf({ intent }: Claim): Findings {
	switch (intent) {
		case "serve":
			return {
				Serving: { reason: "Probed", message: "A request through the edge reached this tenant.", actor: "hostmaster" },
			};
		case "suspend":
			return {
				Serving: { status: "unknown", reason: "Suspended", message: "The edge answers 403.", actor: "operator" },
			};
		case "redirect":
		case "remove":
		case "released":
			return {};
	}
}

async function redirectFormerNames(tenant: Tenant): Promise<void> {
	if (tenant.formerHostnames.length === 0) return;
	const { claims } = await readClaims(tenant.formerHostnames);
	for (const claim of claims.values()) {
		if (claim.tenantId !== tenant.tenantId || claim.intent !== "redirect") continue;
		const now = isoNow();
		await putMapEntry(mapEntryOf(claim, tenant, now));
		const message = `It redirects to '${tenant.hostname}'.`;
		const findings: Findings = { RoutePublished: { reason: "Redirects", message, actor: "hostmaster" } };
		await changeClaim(claim, (held) => withFindings(held, findings, now));
	}
}
