import { z } from "zod";
import type { ConditionType } from "./conditions.ts";
import { actors, remedyOf } from "./errors.ts";
import { type Happening, happeningSchema, lengthened } from "./operation-history.ts";
import { onboardingSteps, operationKinds } from "./operation-kinds.ts";

export const operationStatuses = ["queued", "running", "succeeded", "failed", "superseded"] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** The condition that a failed step leaves false. */
const conditionOfStep: Record<string, ConditionType> = {
	CheckCertificate: "CertificateIssued",
	SyncRecords: "RecordsInSync",
	PublishRoute: "RoutePublished",
	ProbeRoute: "Serving",
	ActivateTenant: "Serving",
	CompleteUpdate: "Serving",
	WithdrawRoutes: "RoutePublished",
	RemoveRecords: "RecordsInSync",
	ReleaseHostnames: "Claimed",
	VerifyOwnership: "OwnershipVerified",
	RequestCertificate: "CertificateIssued",
	AwaitCertificate: "CertificateIssued",
	AttachEdge: "EdgeAttached",
	AwaitEdge: "EdgeAttached",
	AwaitTraffic: "RecordsInSync",
	DetachEdge: "EdgeAttached",
};

/** The condition that shows a failure; one outside of every step is why the hostname does not serve. */
export function conditionOfFailure({ step }: { step?: string | undefined }): ConditionType {
	return (step !== undefined ? conditionOfStep[step] : undefined) ?? "Serving";
}

/** Why an execution ended badly. */
const failureSchema = z.object({
	step: z
		.string()
		.optional()
		.meta({ description: "The state that failed; absent when the execution ended outside of any." }),
	error: z.string().meta({ description: "An error name of ours, of Lambda or of Step Functions." }),
	detail: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;

/** One accepted request for change, followed to its end. */
export const operationSchema = z.object({
	operationId: z.string().meta({ description: "op_ and a ULID." }),
	kind: z.enum(operationKinds),
	tenantId: z.string(),
	hostname: z.string(),
	generation: z.int().positive(),
	status: z.enum(operationStatuses),
	attempt: z.int().positive().meta({ description: "Each attempt is one execution, named <operationId>-<attempt>." }),
	redriveCount: z.int().nonnegative().meta({ description: "How often the attempt's execution has been redriven." }),
	steps: z.array(z.string()).default(onboardingSteps).meta({ description: "The steps that it takes, in their order." }),
	stepsDone: z
		.record(z.string(), z.string())
		.meta({ description: "ISO time at which each finished step was first done." }),
	failure: failureSchema.extend({ actor: z.enum(actors), fix: z.string() }).optional(),
	reason: z.string().optional().meta({ description: "Why it was asked for, in the words of whoever asked." }),
	formerHostname: z.string().optional().meta({ description: "Of a rename: the name before." }),
	/** Every hostname that it takes down. */
	hostnames: z.array(z.object({ hostname: z.string(), generation: z.int().positive() })).default([]),
	/** The attempt that it cancels, when one was under way. */
	cancels: z.object({ operationId: z.string(), attempt: z.int().positive(), kind: z.enum(operationKinds) }).optional(),
	history: z.array(happeningSchema).default([]),
	requestedBy: z.string(),
	correlationId: z.string(),
	createdAt: z.string(),
	updatedAt: z.string(),
});
export type Operation = z.infer<typeof operationSchema>;

/** Whether an operation is still to be carried out. */
export function isOpen({ status }: Operation): boolean {
	return status === "queued" || status === "running";
}

/** What Step Functions says of an execution, from its status-change event or from DescribeExecution. */
export interface ExecutionReport {
	attempt: number;
	redriveCount: number;
	status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
	failure?: Failure | undefined;
	/** ISO time at which it ended. */
	endedAt?: string | undefined;
	/** Who redrove it, when we know. */
	redrivenBy?: string | undefined;
}

/** `<operationId>-<attempt>`: at most 80 characters, as StartExecution demands. */
export function executionName(operationId: string, attempt: number): string {
	return `${operationId}-${attempt}`;
}

export function parseExecutionName(name: string): { operationId: string; attempt: number } | undefined {
	const parts = /^(op_[0-9A-HJKMNP-TV-Z]{26})-([1-9][0-9]*)$/.exec(name);
	return parts?.[1] && parts[2] ? { operationId: parts[1], attempt: Number(parts[2]) } : undefined;
}

/**
 * The operation after `report`, or undefined when it says nothing new. Reports come late, twice and out of order, so they are
 * ordered by (attempt, redrive count, ended or not): a report that is not ahead of what the operation knows changes nothing.
 */
export function afterReport(operation: Operation, report: ExecutionReport, now: string): Operation | undefined {
	if (compare(positionOf(report), positionIn(operation)) <= 0) return undefined;
	const { failure: _before, ...rest } = operation;
	const next = {
		...rest,
		attempt: report.attempt,
		redriveCount: report.redriveCount,
		history: lengthened(operation.history, happeningsOf(operation, report, now)),
		updatedAt: now,
	};
	switch (report.status) {
		case "RUNNING":
			return { ...next, status: "running" };
		case "SUCCEEDED":
			return { ...next, status: "succeeded" };
		case "FAILED":
		case "TIMED_OUT":
		case "ABORTED": {
			const failure = report.failure ?? { error: `Execution.${report.status}`, detail: sentenceOf[report.status] };
			const status = failure.error === "Superseded" ? "superseded" : "failed";
			return { ...next, status, failure: { ...failure, ...remedyOf(failure.error) } };
		}
	}
}

/** A redrive shows by its count, also when only its end was ever told. */
function happeningsOf(
	operation: Operation,
	{ attempt, redriveCount, status, failure, redrivenBy }: ExecutionReport,
	now: string,
): Happening[] {
	const happening = { at: now, attempt, redriveCount };
	const before = operation.attempt === attempt ? operation.redriveCount : 0;
	const redriven: Happening[] =
		redriveCount > before ? [{ ...happening, what: "redriven", by: redrivenBy ?? "aws" }] : [];
	if (status === "RUNNING") return redriven.length > 0 ? redriven : [{ ...happening, what: "started" }];
	if (status === "SUCCEEDED") return [...redriven, { ...happening, what: "succeeded" }];
	const what = failure?.error === "Superseded" ? "superseded" : "failed";
	return [...redriven, { ...happening, what, step: failure?.step, error: failure?.error ?? `Execution.${status}` }];
}

/** The operation given up for `newer`, which takes over: a failed one, or one that is cancelled while it is under way. */
export function givenUp(operation: Operation, newer: Pick<Operation, "kind" | "operationId">, now: string): Operation {
	const { attempt, redriveCount, history, status } = operation;
	const detail = `'${newer.operationId}' (${newer.kind}) took over.`;
	const what = status === "failed" ? "superseded" : "cancelled";
	return {
		...operation,
		status: "superseded",
		failure: { error: "Superseded", detail, ...remedyOf("Superseded") },
		history: lengthened(history, [{ at: now, what, by: newer.operationId, attempt, redriveCount }]),
		updatedAt: now,
	};
}

const sentenceOf = {
	FAILED: "The execution failed.",
	TIMED_OUT: "The execution took longer than its time limit.",
	ABORTED: "The execution was stopped.",
};

// A redrive begins at the failed step, with the same definition and input: what these say is wrong would be wrong again.
const needsNewAttempt = new Set([
	"States.Runtime",
	"States.QueryEvaluationError",
	"States.NoChoiceMatched",
	"States.DataLimitExceeded",
	"States.ParameterPathFailure",
	// Found by the last step, which cannot mend what an earlier one left open.
	"ConditionsNotMet",
]);

/** Whether a failed attempt can go on at its failed step, or the operation needs a new attempt (retry, from three places). */
export function retryMode(failure: Failure | undefined, redrivable: boolean): "redrive" | "new-attempt" {
	return redrivable && !(failure && needsNewAttempt.has(failure.error)) ? "redrive" : "new-attempt";
}

type Position = readonly [attempt: number, redriveCount: number, phase: 0 | 1 | 2];

function positionOf(report: ExecutionReport): Position {
	return [report.attempt, report.redriveCount, report.status === "RUNNING" ? 1 : 2];
}

function positionIn({ attempt, redriveCount, status }: Operation): Position {
	return [attempt, redriveCount, status === "queued" ? 0 : status === "running" ? 1 : 2];
}

function compare(left: Position, right: Position): number {
	return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
