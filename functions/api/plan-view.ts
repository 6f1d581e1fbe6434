import { countKinds } from "../../domain/finding.ts";
import { limits } from "../../domain/limits.ts";
import type { Plan } from "../plan-reconciliation.ts";

/** Planning and asking for repairs end here; the rest of the function's time is for calls that hang (ms). */
export const requestWorkMs = 12_000;

/** A plan as it is shown: all of its counts, and as many findings as an answer holds. */
export function planView({ findings, ...plan }: Plan) {
	const shown = findings.slice(0, limits.reconciliationShown.value);
	return { ...plan, byKind: countKinds(findings), total: findings.length, findings: shown };
}
