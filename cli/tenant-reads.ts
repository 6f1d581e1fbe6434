import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { hostnameStatuses } from "../domain/conditions.ts";
import type { Context } from "./context.ts";
import { findTenant } from "./find-tenant.ts";
import { allOption, limitOption } from "./options.ts";
import { tenantsOf } from "./pages.ts";
import { tenantsText, tenantText } from "./tenant-text.ts";

/** `tenants list`, `tenants show`. */
export function addTenantReads(tenants: CommandUnknownOpts, context: Context): void {
	const { paint, api, answer, tell } = context;
	tenants
		.command("list")
		.description("tenants, in order of creation")
		.addOption(new Option("--status <status>", "only those that stand so").choices(hostnameStatuses))
		.option("--external-ref <ref>", "only the one that the billing system knows as this")
		.addOption(limitOption())
		.addOption(allOption())
		.action(async ({ status, externalRef, limit, all }) => {
			const { rows, more } = await tenantsOf(api(), { status, externalRef }, all ? Number.POSITIVE_INFINITY : limit);
			answer({ value: { tenants: rows, more }, text: tenantsText(rows, paint.result) });
			if (more) tell("There are more: --all, or a larger --limit.");
		});
	tenants
		.command("show")
		.description("a tenant, how it stands and who has to act")
		.argument("<tenant>", "its id, slug or hostname")
		.action(async (named) => {
			const tenant = await findTenant(api(), named);
			answer({ value: tenant, text: tenantText(tenant, paint.result) });
		});
}
