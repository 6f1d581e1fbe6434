import type { Claim } from "./claim.ts";
import type { Intent } from "./conditions.ts";
import type { Origin, TenantRoute } from "./origin.ts";
import type { Tenant } from "./tenant.ts";

/** What the edge reads: one row for each hostname that it answers. */
export interface TenantMapEntry {
	hostname: string;
	v: 1;
	generation: number;
	/** The tenant's revision that the entry was made of: of two entries of one generation the later one stays. Rows of former releases have none. */
	tenantRevision?: number;
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
	const redirectTo = redirectOf(claim, tenant);
	return {
		hostname: claim.hostname,
		v: 1,
		generation: claim.generation,
		tenantRevision: tenant.revision,
		tenantId: claim.tenantId,
		slug: tenant.slug,
		// A custom domain has no suspension of its own: it follows its tenant's.
		status: claim.custom && claim.intent === "serve" && tenant.suspension ? "suspended" : entryStatus[claim.intent],
		origin: tenant.origin,
		routes: tenant.routes,
		...(redirectTo !== undefined && { redirectTo }),
		...(claim.quarantinedUntil !== undefined && {
			expiresAt: Math.floor(Date.parse(claim.quarantinedUntil) / 1000),
		}),
		updatedAt: now,
	};
}

/** Where the name's viewers are sent: a former name to the present one, a domain where its tenant says, any but the primary to that. */
function redirectOf({ hostname, intent, custom }: Claim, tenant: Tenant): string | undefined {
	const primary = tenant.primaryHostname ?? tenant.hostname;
	if (intent === "redirect") return primary;
	if (intent !== "serve") return undefined;
	const target = custom?.redirectTo ?? tenant.primaryHostname;
	return target === hostname ? undefined : target;
}
