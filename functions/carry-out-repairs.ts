import { HostmasterError } from "../domain/errors.ts";
import { countKinds, type Finding, type ReconciliationSummary, type RepairKind } from "../domain/finding.ts";
import { limits } from "../domain/limits.ts";
import { logger } from "../services/log.ts";
import { readPause } from "../services/pause.ts";
import { writeSummary } from "../services/reconciliation-summary.ts";
import { acceptRepair } from "./accept-repair.ts";
import { type Plan, planReconciliation } from "./plan-reconciliation.ts";

/** A plan, and what became of its repairs. */
export interface Run {
	plan: Plan;
	/** Operations that it began. */
	operations: { hostname: string; operationId: string }[];
	/** Repairs that were not accepted, as while another operation of the tenant runs. */
	skipped: { hostname: string; because: string }[];
	/** False when time, number, a pause or an unsafe plan left repairs to another run. */
	complete: boolean;
	/** What went wrong with single repairs. */
	failures: unknown[];
}

interface Asking {
	requestedBy: string;
	/** Repairs also what is unsafe. */
	force: boolean;
	/** Epoch ms; no repair is asked for later. */
	endsMs: number;
}

/** Repairs that are asked for at a time. */
const atOnce = 10;

/**
 * Plans, asks for an operation for each hostname that is to be repaired, and keeps a summary. Writes nothing else by itself.
 * Throws OperationsPaused: repairs are new work.
 */
export async function reconcile({ requestedBy, force, endsMs }: Asking): Promise<Run> {
	await requireNoPause();
	const plan = await planReconciliation(endsMs);
	const repairs = repairsOf(plan.findings);
	const run: Run = { plan, operations: [], skipped: [], complete: true, failures: [] };
	const refused = plan.unsafe && !force;
	const left = () => limits.reconciliationRepairs.value - run.operations.length;
	let asked = 0;
	// What is not accepted leaves its place to those behind it.
	while (!refused && asked < repairs.length && left() > 0 && Date.now() < endsMs) {
		// Somebody may have stopped new work since: reading the world takes its time.
		if (await readPause()) break;
		const group = repairs.slice(asked, asked + Math.min(atOnce, left()));
		await Promise.all(group.map((repair) => ask(repair, requestedBy, run)));
		asked += group.length;
	}
	run.complete = asked === repairs.length;
	await writeSummary(summaryOf(run, requestedBy));
	return run;
}

async function requireNoPause(): Promise<void> {
	const pause = await readPause();
	if (!pause) return;
	const { by, since, reason } = pause;
	const detail = `'${by}' has paused all new work since ${since} ("${reason}"): POST /v1/operations:resume lets it go on. A dry run works meanwhile.`;
	throw new HostmasterError("OperationsPaused", detail, { rule: "not-paused" });
}

interface Repair {
	hostname: string;
	kind: RepairKind;
	reason: string;
}

/** One repair mends all that differs in a hostname; which one it is, is the same for all of its findings. */
function repairsOf(findings: readonly Finding[]): Repair[] {
	const repairs = new Map<string, Repair>();
	for (const { hostname, repair, message } of findings) {
		if (!repair) continue;
		const before = repairs.get(hostname);
		repairs.set(hostname, { hostname, kind: repair, reason: before ? `${before.reason} ${message}` : message });
	}
	return [...repairs.values()];
}

async function ask(repair: Repair, requestedBy: string, run: Run): Promise<void> {
	const { hostname } = repair;
	try {
		const answer = await acceptRepair({ ...repair, requestedBy });
		if (answer.outcome === "accepted") run.operations.push({ hostname, operationId: answer.operationId });
		else run.skipped.push({ hostname, because: answer.because });
	} catch (error) {
		// One that cannot be asked for must not keep the others from it.
		logger.error("A repair could not be asked for.", { hostname, error });
		run.failures.push(error);
		run.skipped.push({ hostname, because: "It could not be asked for. The next run tries again." });
	}
}

function summaryOf({ plan, operations, skipped, complete }: Run, requestedBy: string): ReconciliationSummary {
	const { at, lookedAt, unsafe, findings } = plan;
	const counts = { byKind: countKinds(findings), repaired: operations.length, skipped: skipped.length };
	return { at, requestedBy, lookedAt, unsafe, complete, ...counts };
}
