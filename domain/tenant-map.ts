import type { Claim } from "./claim.ts";
import type { Intent } from "./conditions.ts";
import type { Origin, TenantRoute } from "./origin.ts";
import type { Tenant } from "./tenant.ts";

/** What the edge reads: one row for each hostname that it answers. */
export interface TenantMapEntry {
	hostname: string;
	v: 1;
	generation: number;
	tenantId: string;
	slug: string;
	/** `moved`: answered with a 308 to `redirectTo`. */
	status: "active" | "suspended" | "removing" | "moved";
	origin: Origin;
	routes: TenantRoute[];
	redirectTo?: string;
	updatedAt: string;
}

const entryStatus: Record<Exclude<Intent, "released">, TenantMapEntry["status"]> = {
	serve: "active",
	suspend: "suspended",
	remove: "removing",
};

/** The map entry that follows from a claim; undefined for a released one, which the map does not hold. */
export function mapEntryOf(claim: Claim, tenant: Tenant, now: string): TenantMapEntry | undefined {
	if (claim.intent === "released") return undefined;
	return {
		hostname: claim.hostname,
		v: 1,
		generation: claim.generation,
		tenantId: claim.tenantId,
		slug: tenant.slug,
		status: entryStatus[claim.intent],
		origin: tenant.origin,
		routes: tenant.routes,
		updatedAt: now,
	};
}
