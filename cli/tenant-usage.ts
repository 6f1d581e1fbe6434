import { type CommandUnknownOpts, InvalidArgumentError } from "@commander-js/extra-typings";
import { hourOf, monthOf, monthSchema, type Traffic, type UsageView } from "../domain/usage.ts";
import { usageRoutes } from "../functions/api/contracts/usage.ts";
import type { Context } from "./context.ts";
import { findTenant } from "./find-tenant.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";

/** `tenants usage` */
export function addUsage(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("usage")
		.description("what viewers asked of a tenant's names in a month, as the edge's access log tells of it")
		.argument("<tenant>", "its id, slug or hostname")
		.option("--month <month>", "in UTC, e.g. 2026-11; this one unless given", readMonth)
		.action(async (named, { month = monthOf(hourOf(context.world.now())) }) => {
			const { tenantId } = await findTenant(context.api(), named);
			const usage = await context.api().call(usageRoutes.showUsage, { path: { tenantId }, query: { month } });
			context.answer({ value: usage, text: usageText(usage, context.paint.result) });
		});
}

function readMonth(text: string): string {
	const read = monthSchema.safeParse(text);
	if (read.success) return read.data;
	throw new InvalidArgumentError("Write a month as YYYY-MM, e.g. 2026-11.");
}

/** Bytes as they are: who bills by them rounds by rules of their own. */
function usageText({ month, through, hostnames, ...whole }: UsageView, paint: Paint): string {
	const rowOf = (name: string, { requests, bytesOut, bytesIn }: Traffic) => [
		...[name, String(requests), String(bytesOut), String(bytesIn)],
	];
	const rows = [...hostnames.map(({ hostname, ...traffic }) => rowOf(hostname, traffic)), rowOf("all", whole)];
	const until = through === null ? "Nothing was counted yet." : `All requests before ${through} are counted.`;
	return `${table([month, "REQUESTS", "BYTES OUT", "BYTES IN"], rows, paint)}\n\n${paint.dim(until)}`;
}
