import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { addTenantChanges } from "./tenant-changes.ts";
import { addExport } from "./tenant-export.ts";
import { addPromotion } from "./tenant-promotion.ts";
import { addTenantReads } from "./tenant-reads.ts";
import { addUsage } from "./tenant-usage.ts";

/** `hostmaster tenants …` */
export function addTenantCommands(program: CommandUnknownOpts, context: Context): void {
	const tenants = program.command("tenants").description("customers of the platform, each with its hostname");
	addTenantReads(tenants, context);
	addUsage(tenants, context);
	addTenantChanges(tenants, context);
	addExport(tenants, context);
	addPromotion(tenants, context);
}
