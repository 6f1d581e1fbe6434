import { HostmasterError } from "../../domain/errors.ts";
import { readClaims } from "../../services/claims.ts";
import { readTenant } from "../../services/tenants.ts";
import { viewOf } from "../view-of-domain.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listDomains, async ({ path: { tenantId } }) => {
	const tenant = await readTenant(tenantId);
	if (!tenant) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	const { claims } = await readClaims(tenant.customHostnames);
	const own = tenant.customHostnames.flatMap((name) => claims.get(name) ?? []);
	const domains = own.filter((claim) => claim.tenantId === tenantId && claim.custom);
	return { body: { domains: domains.map((claim) => viewOf({ claim, tenant, check: undefined })) } };
});
