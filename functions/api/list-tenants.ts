import { type Claim, claimSchema, statusOf } from "../../domain/claim.ts";
import type { HostnameStatus } from "../../domain/conditions.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { type TenantView, tenantView } from "../../domain/tenant-view.ts";
import { readClaims } from "../../services/claims.ts";
import { lists, readPage } from "../../services/lists.ts";
import { tenantRowSchema } from "../../services/registry.ts";
import { readTenant, readTenants, tenantIdOf } from "../../services/tenants.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listTenants, async ({ query: { status, externalRef, cursor, limit } }) => {
	if (externalRef !== undefined) return { body: { tenants: await knownAs(externalRef, status), next: null } };
	if (status !== undefined) return { body: await withStatus(status, cursor, limit) };
	const after = keyOf(cursor, lists.tenants);
	const { items, next } = await readPage(lists.tenants, tenantRowSchema, { after, limit });
	return { body: { tenants: await viewsOf(items), next: cursorOf(next) } };
});

/** The one tenant of an externalRef, or none. */
async function knownAs(externalRef: string, status: HostnameStatus | undefined): Promise<TenantView[]> {
	const tenantId = await tenantIdOf(externalRef);
	const tenant = tenantId !== undefined ? await readTenant(tenantId) : undefined;
	const views = await viewsOf(tenant ? [tenant] : []);
	return views.filter((view) => status === undefined || view.status === status);
}

async function withStatus(status: HostnameStatus, cursor: string | undefined, limit: number) {
	const list = lists.claims(status);
	const { items, next } = await readPage(list, claimSchema, { after: keyOf(cursor, list), limit });
	// The index lags behind the rows: what has moved on meanwhile is left out.
	const claims = items.filter((claim) => statusOf(claim) === status);
	// A tenant that leaves has several: its former names go with it.
	const tenants = await readTenants([...new Set(claims.map(({ tenantId }) => tenantId))]);
	return { tenants: await viewsOf(tenants, claims), next: cursorOf(next) };
}

/** The tenants with their claims; those whose claim is not there (any more) are left out. */
async function viewsOf(tenants: readonly Tenant[], claims?: readonly Claim[]): Promise<TenantView[]> {
	const byHostname = claims
		? new Map(claims.map((claim) => [claim.hostname, claim]))
		: (await readClaims(tenants.map(({ hostname }) => hostname))).claims;
	return tenants.flatMap((tenant) => {
		const claim = byHostname.get(tenant.hostname);
		return claim ? [tenantView(tenant, claim)] : [];
	});
}
