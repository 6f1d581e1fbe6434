import { HostmasterError } from "../../domain/errors.ts";
import { tenantView } from "../../domain/tenant-view.ts";
import { readClaim } from "../../services/claims.ts";
import { readTenant } from "../../services/tenants.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showTenant, async ({ path: { tenantId } }) => {
	const tenant = await readTenant(tenantId);
	if (!tenant) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	const claim = await readClaim(tenant.hostname);
	return { body: tenantView(tenant, claim), headers: { etag: `"${tenant.revision}"` } };
});
