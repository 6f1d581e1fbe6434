import type { TenantView } from "../domain/tenant-view.ts";
import { tenantId } from "../functions/api/contracts/route.ts";
import { tenantRoutes } from "../functions/api/contracts/tenants.ts";
import type { Api } from "./api.ts";
import { misused } from "./failures.ts";
import { tenantsOf } from "./pages.ts";

/** The tenant that a person means: see findTenants. */
export async function findTenant(api: Api, named: string): Promise<TenantView> {
	if (isId(named)) return api.call(tenantRoutes.showTenant, { path: { tenantId: named } });
	return pick(await everyTenant(api), named);
}

/**
 * The tenants that a person means: by tenantId, slug or hostname, former ones included. One that stands goes before one that has left.
 * The API looks nobody up by slug, so all tenants are read for them. Throws CommandFailed when there is none of that name.
 */
export async function findTenants(api: Api, named: readonly string[]): Promise<TenantView[]> {
	const all = await everyTenant(api);
	return [...new Set(named.map((name) => pick(all, name)))];
}

async function everyTenant(api: Api): Promise<TenantView[]> {
	return (await tenantsOf(api, {}, Number.POSITIVE_INFINITY)).rows;
}

function pick(tenants: readonly TenantView[], named: string): TenantView {
	const name = named.toLowerCase();
	const known = tenants.filter(
		(tenant) => tenant.tenantId === named || tenant.slug === name || tenant.hostname === name,
	);
	const former = tenants.filter(({ formerHostnames }) => {
		return formerHostnames.some((hostname) => hostname === name || hostname.startsWith(`${name}.`));
	});
	const stands = ({ status }: TenantView) => status !== "released";
	const found = known.find(stands) ?? former.find(stands) ?? known.at(-1) ?? former.at(-1);
	if (found) return found;
	const fix = "Name it by its id, slug or hostname; 'hostmaster tenants list' shows those that there are.";
	throw misused(`There is no tenant '${named}'.`, fix);
}

function isId(named: string): boolean {
	return tenantId.safeParse(named).success;
}
