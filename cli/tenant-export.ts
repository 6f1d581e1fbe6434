import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { lineOf } from "../domain/tenant-plan.ts";
import type { TenantView } from "../domain/tenant-view.ts";
import type { Context } from "./context.ts";
import { findTenants } from "./find-tenant.ts";
import { tenantsOf } from "./pages.ts";
import { ndjsonOf, writeTenantFile } from "./tenant-file.ts";

/** `tenants export` */
export function addExport(tenants: CommandUnknownOpts, { api, answer, world }: Context): void {
	tenants
		.command("export")
		.description(
			"what was asked for of tenants, one as JSON a line: for 'tenants plan' and 'apply' elsewhere, or an import",
		)
		.argument("[tenants...]", "their ids, slugs or hostnames; all that are not leaving unless given")
		.option("--output <file>", "write to a file; a name that ends in .json gets one document")
		.option("--without-external-ref", "leave out the billing system's ids, where each environment has its own")
		.action(async (named, { output, withoutExternalRef }) => {
			const found = named.length > 0 ? await findTenants(api(), named) : await standing(api());
			const lines = found
				.map((tenant) => lineOf(withoutExternalRef ? { ...tenant, externalRef: undefined } : tenant))
				.sort((left, right) => (left.slug < right.slug ? -1 : 1));
			if (output === undefined) {
				answer({ value: { tenants: lines }, text: ndjsonOf(lines) });
				return;
			}
			writeTenantFile(output, lines, world);
			answer({ value: { file: output, tenants: lines.length }, text: `${lines.length} tenants written to ${output}.` });
		});
}

async function standing(api: ReturnType<Context["api"]>): Promise<TenantView[]> {
	const { rows } = await tenantsOf(api, {}, Number.POSITIVE_INFINITY);
	return rows.filter(({ status }) => status !== "removing" && status !== "released");
}
