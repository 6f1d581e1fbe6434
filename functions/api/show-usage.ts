import { HostmasterError } from "../../domain/errors.ts";
import { usageView } from "../../domain/usage.ts";
import { readTenant } from "../../services/tenants.ts";
import { readProgress, readUsage } from "../../services/usage.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showUsage, async ({ path: { tenantId }, query: { month } }) => {
	if (!(await readTenant(tenantId))) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	// Read before the counts: whatever is counted meanwhile, all before it is among them.
	const { through } = await readProgress();
	return { body: usageView({ tenantId, month }, await readUsage(tenantId, month), through) };
});
