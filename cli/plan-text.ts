import type { FieldChange, PlannedTenant } from "../domain/tenant-plan.ts";
import type { Paint } from "./paint.ts";
import { fields } from "./table.ts";
import { statusText } from "./tenant-text.ts";

export type PlanCounts = Record<PlannedTenant["state"], number>;

/** How many lines of a plan there are of each state. */
export function countPlan(plan: readonly PlannedTenant[]): PlanCounts {
	const counts: PlanCounts = { new: 0, changed: 0, same: 0, conflict: 0 };
	for (const { state } of plan) counts[state]++;
	return counts;
}

/** A plan with every difference, field by field; what is the same is counted only, unless it does not stand well. */
export function planText(plan: readonly PlannedTenant[], paint: Paint): string {
	const { new: added, changed, same, conflict } = countPlan(plan);
	const total = `${added} new, ${changed} changed, ${same} same, ${conflict} in conflict.`;
	const lines = plan.flatMap((planned) => linesFor(planned, paint));
	return [...lines, total, ...(plan.some(namesForeignOrigin) ? [originHint] : [])].join("\n");
}

const originHint = "Origins differ from environment to environment: --origin-map from=to puts others in their place.";

function namesForeignOrigin(planned: PlannedTenant): boolean {
	return planned.state === "conflict" && planned.problem.rule === "not-allowed";
}

function linesFor(planned: PlannedTenant, paint: Paint): string[] {
	const slug = paint.bold(planned.slug);
	switch (planned.state) {
		case "new":
			return [`${paint.green("+")} ${slug}  new`];
		case "changed":
			return [`${paint.yellow("~")} ${slug}  changed${standing(planned, paint)}`, changesText(planned.changes, paint)];
		case "same":
			return standing(planned, paint) === "" ? [] : [`= ${slug}  same${standing(planned, paint)}`];
		case "conflict": {
			const { field, rule, detail } = planned.problem;
			return [`${paint.red("!")} ${slug}  conflict  ${field}: ${detail} ${paint.dim(`[${rule}]`)}`];
		}
	}
}

/** Changed or not, a tenant that is not served is worth a look. */
function standing({ status }: Extract<PlannedTenant, { status: unknown }>, paint: Paint): string {
	return status === "active" ? "" : `  ${paint.dim("it is")} ${statusText(status, paint)}`;
}

function changesText(changes: readonly FieldChange[], paint: Paint): string {
	const rows = changes.map(({ field, from, to }) => [`  ${field}`, `${shown(from)} -> ${shown(to)}`] as const);
	return fields(rows, paint);
}

function shown(value: unknown): string {
	return value === undefined ? "(none)" : JSON.stringify(value);
}
