import { createHash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import type { OperationView } from "../domain/operation-view.ts";
import { isOpen, type PlannedTenant, planTenants } from "../domain/tenant-plan.ts";
import type { TenantView } from "../domain/tenant-view.ts";
import { tenantRoutes } from "../functions/api/contracts/tenants.ts";
import type { Context } from "./context.ts";
import { CommandFailed, type Exit, exits, type Report } from "./failures.ts";
import { follow } from "./follow.ts";
import { exitOf } from "./operation-text.ts";
import { operationsOf } from "./pages.ts";

/** What became of an open line of a plan: its operation as it was seen last, or why there is none. */
export interface Applied {
	slug: string;
	did: "created" | "changed" | "nothing";
	tenantId?: string;
	operation?: OperationView;
	error?: Report;
	exit: Exit;
}

export interface Pace {
	/** Tenants that are under way at the same time. */
	atOnce: number;
	/** For each of them. */
	timeoutSeconds: number;
}

type Open = Extract<PlannedTenant, { state: "new" | "changed" }>;

/**
 * Carries out what is open of a plan and follows each operation to its end. One that fails holds up no other; nothing more is begun
 * once the API cannot be asked. Safe to interrupt and to run again: a new plan has what is left.
 */
export async function applyPlan(context: Context, plan: readonly PlannedTenant[], pace: Pace): Promise<Applied[]> {
	const open = plan.filter(isOpen);
	const width = Math.max(...open.map(({ slug }) => slug.length));
	const applied = new Map<Open, Applied>();
	let outage: Report | undefined;
	const waiting = open.values();
	const work = async () => {
		for (const planned of waiting) {
			const done: Applied = outage
				? { slug: planned.slug, did: "nothing", error: outage, exit: exits.unasked }
				: await applyOne(context, planned, pace, `${planned.slug.padEnd(width)}  `);
			if (done.did === "nothing" && done.exit === exits.unasked) outage = done.error;
			applied.set(planned, done);
		}
	};
	await Promise.all(Array.from({ length: pace.atOnce }, work));
	return open.flatMap((planned) => applied.get(planned) ?? []);
}

async function applyOne(context: Context, planned: Open, pace: Pace, label: string): Promise<Applied> {
	let done: Applied = { slug: planned.slug, did: "nothing", exit: 0 };
	try {
		const { tenant, operation } = await begin(context, planned);
		const did = planned.state === "new" ? "created" : "changed";
		done = { ...done, did, tenantId: tenant.tenantId, operation };
		const ended = await follow(context, operation.operationId, { timeoutSeconds: pace.timeoutSeconds, label });
		context.tell(`  ${label}${ended.status}`);
		return { ...done, operation: ended, exit: exitOf(ended) };
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		context.tell(`  ${label}${error.report.title}`);
		// What was refused is one of several requests, not the command.
		return { ...done, error: error.report, exit: error.exit === exits.refused ? exits.failed : error.exit };
	}
}

function begin(context: Context, planned: Open): Promise<{ tenant: TenantView; operation: OperationView }> {
	if (planned.state === "changed") return change(context, planned);
	const { request } = planned;
	return context.api().call(tenantRoutes.createTenant, { body: request, key: keyFor(request) });
}

/** The same tenant is asked for under the same key, whoever applies the file and however often. */
function keyFor(request: NewTenant): string {
	return `apply-${createHash("sha256").update(canonicalJson(request)).digest("hex")}`;
}

/** If-Match holds the tenant to what the plan has seen. A refusal may be of our own repetition, whose first answer was lost. */
async function change({ api }: Context, { tenantId, revision, patch, request }: Extract<Open, { state: "changed" }>) {
	const path = { tenantId };
	try {
		return await api().call(tenantRoutes.updateTenant, { path, body: patch, match: `"${revision}"` });
	} catch (error) {
		const isRepeated = error instanceof CommandFailed && error.attempts > 1;
		if (!isRepeated || error.report.type !== "/errors/precondition-failed") throw error;
		const tenant = await api().call(tenantRoutes.showTenant, { path });
		const { rows } = await operationsOf(api(), { tenantId }, Number.POSITIVE_INFINITY);
		const operation = rows.at(-1);
		if (!operation || planTenants([request], [tenant])[0]?.state !== "same") throw error;
		return { tenant, operation };
	}
}
