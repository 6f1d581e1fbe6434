import { randomUUID } from "node:crypto";
import type { ImportLine } from "../domain/import.ts";
import { limits } from "../domain/limits.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import { isAbout, mapOrigins, type OriginMapping } from "../domain/origin-map.ts";
import { afterDryRun, isOpen, type PlannedTenant, planTenants } from "../domain/tenant-plan.ts";
import { importRoutes } from "../functions/api/contracts/imports.ts";
import type { Context } from "./context.ts";
import { tenantsOf } from "./pages.ts";
import { readTenantFile } from "./tenant-file.ts";

/** An import shows the first 1,000 lines that it would not take: of more at once some refusals would stay unseen. */
const linesAtOnce = 1_000;

/**
 * What applying a file would do to the environment that is asked. Only where something is to be done does the environment say
 * itself whether it would take it, by an import's dry run; so an empty plan needs no right to write. Throws CommandFailed.
 */
export async function makePlan(
	context: Context,
	path: string,
	mappings: readonly { text: string; mapping: OriginMapping }[],
): Promise<PlannedTenant[]> {
	const read = await readTenantFile(path, context.world);
	for (const { text, mapping } of mappings) {
		if (!read.some((tenant) => isAbout(mapping, tenant)))
			context.tell(`--origin-map ${text} is about no origin of the file.`);
	}
	const order = mappings.map(({ mapping }) => mapping);
	const { rows } = await tenantsOf(context.api(), {}, Number.POSITIVE_INFINITY);
	const plan = planTenants(
		read.map((tenant) => mapOrigins(tenant, order)),
		rows,
	);
	const open = plan.filter(isOpen).map(({ request }) => request);
	return open.length > 0 ? afterDryRun(plan, await dryRun(context, open)) : plan;
}

async function dryRun({ api }: Context, requests: readonly NewTenant[]): Promise<ImportLine[]> {
	const answers: ImportLine[] = [];
	let sent = 0;
	for (const lines of portionsOf(requests.map((request) => JSON.stringify(request)))) {
		const asked = { query: { dryRun: "true" }, body: lines.join("\n"), key: randomUUID() };
		const plan = await api().call(importRoutes.createImport, asked);
		const offset = sent;
		answers.push(...plan.lines.map((answer) => ({ ...answer, line: answer.line + offset })));
		sent += lines.length;
	}
	return answers;
}

/** As many lines as one import takes and shows. */
function portionsOf(lines: readonly string[]): string[][] {
	const portions: string[][] = [];
	let characters = Number.POSITIVE_INFINITY;
	for (const line of lines) {
		characters += line.length + 1;
		const last = portions.at(-1);
		if (last && last.length < linesAtOnce && characters <= limits.importBody.value) {
			last.push(line);
			continue;
		}
		portions.push([line]);
		characters = line.length + 1;
	}
	return portions;
}
