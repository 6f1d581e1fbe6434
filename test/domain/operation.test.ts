import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	afterReport,
	conditionOfFailure,
	type ExecutionReport,
	executionName,
	givenUp,
	isOpen,
	type Operation,
	operationSchema,
	operationStatuses,
	parseExecutionName,
	retryMode,
} from "../../domain/operation.ts";
import {
	attachSteps,
	detachSteps,
	offboardingSteps,
	onboardingSteps,
	updateSteps,
} from "../../domain/operation-kinds.ts";
import { aFailedOperation, anOperation, longAgo, operationId } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";
const failure = { step: "ProbeRoute", error: "WaitExpired", detail: "Waited 1 h." };
const report = (more: Partial<ExecutionReport> = {}): ExecutionReport => ({
	attempt: 1,
	redriveCount: 0,
	status: "RUNNING",
	...more,
});

/** What Step Functions tells over time: each attempt and each redrive of it runs, then ends. */
const history = fc
	.array(
		fc.array(fc.constantFrom("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", undefined), { minLength: 1, maxLength: 3 }),
		{ minLength: 1, maxLength: 3 },
	)
	.map((attempts) =>
		attempts.flatMap((ends, attempt) =>
			ends.flatMap((end, redriveCount): ExecutionReport[] => {
				const at = { attempt: attempt + 1, redriveCount };
				const ended = end && { ...at, status: end, ...(end === "FAILED" && { failure }) };
				return [{ ...at, status: "RUNNING" }, ...(ended ? [ended] : [])];
			}),
		),
	);

function follow(operation: Operation, reports: readonly ExecutionReport[]): Operation {
	return reports.reduce((before, report) => afterReport(before, report, now) ?? before, operation);
}

describe("following reports", () => {
	it("ends where the newest report says, in whatever order and however often they come", () => {
		const told = history.chain((reports) =>
			fc.tuple(
				fc.constant(reports),
				fc
					.array(fc.constantFrom(...reports), { maxLength: 10 })
					.chain((again) => fc.shuffledSubarray([...reports, ...again], { minLength: reports.length + again.length })),
			),
		);
		fc.assert(
			fc.property(told, ([reports, shuffled]) => {
				// What was told of the way there may differ; the end does not.
				const end = ({ history: _way, ...rest }: Operation) => rest;
				expect(end(follow(anOperation(), shuffled))).toEqual(end(follow(anOperation(), reports.slice(-1))));
			}),
		);
	});

	it("always gives a row that can be read again", () => {
		fc.assert(
			fc.property(history, (reports) => {
				const operation = follow(anOperation(), reports);
				expect(operationSchema.parse(operation)).toEqual(operation);
			}),
		);
	});

	it("says nothing new the second time", () => {
		const running = afterReport(anOperation(), report(), now);
		expect(running).toMatchObject({ status: "running", updatedAt: now });
		expect(afterReport(running ?? anOperation(), report(), now)).toBeUndefined();
	});

	it("takes success as the end", () => {
		expect(afterReport(anOperation(), report({ status: "SUCCEEDED" }), now)).toMatchObject({ status: "succeeded" });
	});

	it("keeps the failed step and its reason, and adds who must act and how", () => {
		expect(afterReport(anOperation(), report({ status: "FAILED", failure }), now)).toMatchObject({
			status: "failed",
			failure: { ...failure, actor: "operator", fix: expect.stringContaining("retry the operation") },
		});
	});

	it.each([
		["FAILED", "Execution.FAILED", "The execution failed."],
		["TIMED_OUT", "Execution.TIMED_OUT", "The execution took longer than its time limit."],
		["ABORTED", "Execution.ABORTED", "The execution was stopped."],
	] as const)("says so much when an execution ends %s without a reason", (status, error, detail) => {
		expect(afterReport(anOperation(), report({ status }), now)?.failure).toMatchObject({ error, detail });
	});

	it("is superseded, not failed, when a newer change took over", () => {
		const over = report({ status: "FAILED", failure: { error: "Superseded", detail: "Over." } });
		expect(afterReport(anOperation(), over, now)?.status).toBe("superseded");
	});

	it("forgets the failure when a redrive runs", () => {
		const again = afterReport(aFailedOperation(), report({ redriveCount: 1 }), now);
		expect(again).toMatchObject({ status: "running", redriveCount: 1 });
		expect(again).not.toHaveProperty("failure");
	});

	it("lets nothing of an earlier attempt disturb a later one", () => {
		const second = anOperation({ attempt: 2 });
		expect(afterReport(second, report({ redriveCount: 5, status: "SUCCEEDED" }), now)).toBeUndefined();
	});
});

describe("an execution's name", () => {
	it("reads back as what it was made of, and is short enough", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1_000_000 }), (attempt) => {
				const name = executionName(operationId, attempt);
				expect(name.length).toBeLessThanOrEqual(80);
				expect(parseExecutionName(name)).toEqual({ operationId, attempt });
			}),
		);
	});

	it.each(["by-hand", operationId, `${operationId}-0`, `${operationId}-`, `${operationId}-1x`, ` ${operationId}-1`])(
		"of somebody else's is not read: '%s'",
		(name) => expect(parseExecutionName(name)).toBeUndefined(),
	);
});

describe("a failure", () => {
	it.each([
		["CheckCertificate", "CertificateIssued"],
		["SyncRecords", "RecordsInSync"],
		["PublishRoute", "RoutePublished"],
		["ProbeRoute", "Serving"],
		["ActivateTenant", "Serving"],
		["CompleteUpdate", "Serving"],
		["WithdrawRoutes", "RoutePublished"],
		["RemoveRecords", "RecordsInSync"],
		["ReleaseHostnames", "Claimed"],
		["CancelRunning", "Serving"],
		["NoSuchStep", "Serving"],
		[undefined, "Serving"],
	] as const)("of %s leaves %s false", (step, condition) => expect(conditionOfFailure({ step })).toBe(condition));

	it("can be of every step that there is, and none that there is not", () => {
		const steps = [
			...[...onboardingSteps, ...updateSteps({ records: true, probe: true }), ...offboardingSteps({ domains: true })],
			...[...attachSteps, ...detachSteps],
		];
		// Stopping what it cancels says nothing of the hostname; everything else has its own condition, or is Serving's.
		for (const step of steps) expect(conditionOfFailure({ step }), step).toBeDefined();
		expect(new Set(steps).size).toBe(17);
	});

	it.each([
		["redrive", failure, true],
		["redrive", undefined, true],
		["new-attempt", failure, false],
		["new-attempt", { error: "States.Runtime", detail: longAgo }, true],
		["new-attempt", { error: "States.QueryEvaluationError", detail: "" }, true],
		["new-attempt", { step: "ActivateTenant", error: "ConditionsNotMet", detail: "RecordsInSync not true." }, true],
	] as const)("is retried by a %s", (mode, failure, redrivable) => {
		expect(retryMode(failure, redrivable)).toBe(mode);
	});
});

describe("an operation that was given up", () => {
	const newer = { operationId: "op_newer", kind: "offboard-tenant" } as const;

	it.each(operationStatuses)("is open while it is queued or runs: %s", (status) => {
		expect(isOpen(anOperation({ status }))).toBe(status === "queued" || status === "running");
	});

	it.each([
		["cancelled", anOperation({ status: "running" })],
		["cancelled", anOperation()],
		["superseded", aFailedOperation()],
	] as const)("is %s, and says for which other", (what, operation) => {
		const over = givenUp(operation, newer, now);
		expect(over).toMatchObject({
			status: "superseded",
			failure: { error: "Superseded", detail: "'op_newer' (offboard-tenant) took over.", actor: "hostmaster" },
			history: [{ at: now, what, by: "op_newer" }],
			updatedAt: now,
		});
		expect(operationSchema.parse(over)).toEqual(over);
	});

	it("stays so, whatever its execution tells afterwards, unless somebody redrives it, which changes nothing", () => {
		const over = givenUp(anOperation({ status: "running" }), newer, now);
		expect(afterReport(over, report(), now)).toBeUndefined();
		expect(afterReport(over, report({ status: "ABORTED" }), now)).toBeUndefined();
		const redriven = follow(over, [
			report({ redriveCount: 1 }),
			report({ redriveCount: 1, status: "FAILED", failure: { error: "Superseded", detail: "Over." } }),
		]);
		expect(redriven.status).toBe("superseded");
	});
});
