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
	/** Epoch seconds at which DynamoDB may delete the row. */
	expiresAt?: number;
	updatedAt: string;
}

const entryStatus: Record<Intent, TenantMapEntry["status"]> = {
	serve: "active",
	suspend: "suspended",
	redirect: "moved",
	remove: "removing",
	released: "removing",
};

/**
 * The map entry that follows from a claim. A released name's stays, as a fence against late writers, and is `removing` (410) until its
 * quarantine ends; then DynamoDB deletes it.
 */
export function mapEntryOf(claim: Claim, tenant: Tenant, now: string): TenantMapEntry {
	return {
		hostname: claim.hostname,
		v: 1,
		generation: claim.generation,
		tenantId: claim.tenantId,
		slug: tenant.slug,
		status: entryStatus[claim.intent],
		origin: tenant.origin,
		routes: tenant.routes,
		...(claim.intent === "redirect" && { redirectTo: tenant.hostname }),
		...(claim.quarantinedUntil !== undefined && {
			expiresAt: Math.floor(Date.parse(claim.quarantinedUntil) / 1000),
		}),
		updatedAt: now,
	};
}
