import { conditionsGoingOn } from "../domain/conditions-after-report.ts";
import { HostmasterError } from "../domain/errors.ts";
import { nextGeneration } from "../domain/generation.ts";
import { type Operation, retryMode } from "../domain/operation.ts";
import { lengthened } from "../domain/operation-history.ts";
import { isCurrent, readClaim, superseded } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { redrive, reportOf } from "../services/executions.ts";
import { writeNewAttempt } from "../services/operations.ts";
import { setting } from "../services/settings.ts";
import { followReport } from "./follow-operation.ts";
import { tellQueue } from "./tell-queue.ts";

/**
 * Lets a failed operation go on: the same execution from its failed step, or, when Step Functions cannot or the definition itself
 * was at fault, a new attempt with a higher generation, whose finished steps notice that they are done.
 * Throws OperationNotFailed, also when the operation turns out to have been redriven from the AWS console meanwhile.
 */
export async function retryOperation(seen: Operation, requestedBy: string): Promise<Operation> {
	refuseUnlessFailed(seen);
	const report = await reportOf(seen);
	// The row may be behind: its last event was lost, or somebody was at the AWS console.
	const operation = report ? await followReport(seen.operationId, report) : seen;
	refuseUnlessFailed(operation);
	const mode = retryMode(operation.failure, report?.redrivable ?? false);
	if (mode === "new-attempt") return newAttempt(operation, requestedBy);
	if (await redrive(operation)) {
		const { attempt, redriveCount } = operation;
		// Crash here? The execution runs, and its end is recorded like any other.
		const going = { attempt, redriveCount: redriveCount + 1, status: "RUNNING", redrivenBy: requestedBy } as const;
		return followReport(operation.operationId, going);
	}
	await refuseIfRedriven(operation);
	return newAttempt(operation, requestedBy);
}

/** A redrive that was refused may have lost to one from the AWS console: then the execution goes on, and must stay the only one (R13). */
async function refuseIfRedriven(operation: Operation): Promise<void> {
	const report = await reportOf(operation);
	if (!report) return;
	refuseUnlessFailed(await followReport(operation.operationId, report));
	if (!report.redrivable) return;
	// DescribeExecution is eventually consistent: it may not have seen that redrive yet.
	throw new HostmasterError(
		"ServiceUnavailable",
		"Step Functions is not sure yet how the execution stands; ask again.",
	);
}

function refuseUnlessFailed({ operationId, status }: Operation): void {
	if (status === "failed") return;
	throw new HostmasterError("OperationNotFailed", `'${operationId}' is ${status}; only a failed operation is retried.`);
}

async function newAttempt(before: Operation, requestedBy: string): Promise<Operation> {
	const claim = await readClaim(before.hostname);
	if (!claim || !isCurrent(claim, before.generation)) throw superseded(before.hostname, before.generation, claim);
	const now = isoNow();
	const generation = nextGeneration(claim.generation, Number(setting("GENERATION_EPOCH")));
	const { failure, ...rest } = before;
	const next = { attempt: before.attempt + 1, redriveCount: 0 };
	const after: Operation = {
		...rest,
		...next,
		status: "queued",
		generation,
		hostnames: before.hostnames.map((name) => (name.hostname === claim.hostname ? { ...name, generation } : name)),
		history: lengthened(before.history, [{ at: now, what: "retried", by: requestedBy, ...next }]),
		updatedAt: now,
	};
	const conditions = failure ? conditionsGoingOn(claim.conditions, failure, now) : claim.conditions;
	const claimAfter = { ...claim, generation, conditions, revision: claim.revision + 1, updatedAt: now };
	const written = await writeNewAttempt({ after, before }, { after: claimAfter, before: claim });
	if (!written) {
		throw new HostmasterError(
			"OperationNotFailed",
			`Somebody else retried '${before.operationId}' at the same moment.`,
		);
	}
	// Crash here? The sweeper sends what stays queued.
	await tellQueue(after);
	return after;
}
