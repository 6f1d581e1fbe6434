import type { Claim } from "../../domain/claim.ts";
import { statusOf } from "../../domain/claim.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { type TenantView, tenantView } from "../../domain/tenant-view.ts";
import { listClaimsByStatus, readClaims } from "../../services/claims.ts";
import { listTenants, readTenant, readTenants, tenantIdOf } from "../../services/tenants.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listTenants, async ({ query }) => {
	const { status, externalRef } = query;
	const page = { after: keyOf(query.cursor), limit: query.limit };
	if (externalRef !== undefined) {
		const tenantId = await tenantIdOf(externalRef);
		const tenant = tenantId && (await readTenant(tenantId));
		const tenants = await viewsOf(tenant ? [tenant] : []);
		return { body: { tenants: tenants.filter((view) => status === undefined || view.status === status), next: null } };
	}
	if (status !== undefined) {
		const { claims, next } = await listClaimsByStatus(status, page);
		const tenants = await readTenants(claims.map(({ tenantId }) => tenantId));
		// The index lags behind the rows: what has moved on meanwhile is left out.
		const current = claims.filter((claim) => statusOf(claim) === status);
		return { body: { tenants: await viewsOf(tenants, current), next: cursorOf(next) } };
	}
	const { tenants, next } = await listTenants(page);
	return { body: { tenants: await viewsOf(tenants), next: cursorOf(next) } };
});

/** The tenants with their claims; those whose claim is not there (any more) are left out. */
async function viewsOf(tenants: readonly Tenant[], claims?: readonly Claim[]): Promise<TenantView[]> {
	const byHostname = claims
		? new Map(claims.map((claim) => [claim.hostname, claim]))
		: await readClaims(tenants.map(({ hostname }) => hostname));
	return tenants.flatMap((tenant) => {
		const claim = byHostname.get(tenant.hostname);
		return claim ? [tenantView(tenant, claim)] : [];
	});
}
