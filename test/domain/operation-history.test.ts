import { describe, expect, it } from "vitest";
import { afterReport, type ExecutionReport, type Operation, operationSchema } from "../../domain/operation.ts";
import { type Happening, lengthened } from "../../domain/operation-history.ts";
import { anOperation, longAgo } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";
const accepted: Happening = { at: longAgo, what: "accepted", by: "billing", attempt: 1, redriveCount: 0 };
const failure = { step: "ProbeRoute", error: "WaitExpired", detail: "Waited 1 h." };

/** What the history of a queued operation says after some reports. */
function told(reports: Partial<ExecutionReport>[], start: Partial<Operation> = {}): string[] {
	const operation = reports.reduce<Operation>(
		(before, report) =>
			afterReport(before, { attempt: 1, redriveCount: 0, status: "RUNNING", ...report }, now) ?? before,
		anOperation({ history: [accepted], ...start }),
	);
	expect(operationSchema.parse(operation)).toEqual(operation);
	return operation.history.map(({ what, by, attempt, redriveCount, step, error }) =>
		[what, by && `by ${by}`, `${attempt}.${redriveCount}`, step, error].filter(Boolean).join(" "),
	);
}
const begun = "accepted by billing 1.0";

describe("the history of an operation", () => {
	it("says when it began and how it ended", () => {
		expect(told([{}, { status: "SUCCEEDED" }])).toEqual([begun, "started 1.0", "succeeded 1.0"]);
		expect(told([{}, { status: "FAILED", failure }])).toEqual([
			begun,
			"started 1.0",
			"failed 1.0 ProbeRoute WaitExpired",
		]);
	});

	it.each(["FAILED", "TIMED_OUT", "ABORTED"] as const)("gives an end without a reason its status: %s", (status) => {
		expect(told([{ status }])).toEqual([begun, `failed 1.0 Execution.${status}`]);
	});

	it("says that a newer change took over", () => {
		const over = { error: "Superseded", detail: "Over." };
		expect(told([{}, { status: "FAILED", failure: over }]).at(-1)).toBe("superseded 1.0 Superseded");
	});

	it("says of a redrive of ours who asked for it, and of every other that it came from AWS", () => {
		const failed = { status: "FAILED", failure } as const;
		expect(told([{}, failed, { redriveCount: 1, redrivenBy: "console" }]).at(-1)).toBe("redriven by console 1.1");
		expect(told([{}, failed, { redriveCount: 1 }]).at(-1)).toBe("redriven by aws 1.1");
	});

	it.each([
		["SUCCEEDED", "succeeded 1.1"],
		["FAILED", "failed 1.1 Execution.FAILED"],
	] as const)("shows a redrive also when only its end was ever told: %s", (status, end) => {
		expect(told([{ status: "FAILED" }, { redriveCount: 1, status }]).slice(-2)).toEqual(["redriven by aws 1.1", end]);
	});

	it("tells nothing twice", () => {
		const reports = [{}, {}, { status: "SUCCEEDED" } as const, { status: "SUCCEEDED" } as const, {}];
		expect(told(reports)).toEqual(told([{}, { status: "SUCCEEDED" }]));
	});

	it("takes a new attempt's start for no redrive, and its first redrive for one", () => {
		const retried = { attempt: 1, redriveCount: 3, status: "failed" } as const;
		expect(told([{ attempt: 2 }], retried).at(-1)).toBe("started 2.0");
		expect(told([{ attempt: 2, redriveCount: 1 }], retried).at(-1)).toBe("redriven by aws 2.1");
	});
});

describe("a long history", () => {
	const many = Array.from(
		{ length: 49 },
		(_, at): Happening => ({ ...accepted, what: "redriven", redriveCount: at + 1 }),
	);

	it("is kept whole up to fifty", () => {
		expect(lengthened([accepted], many)).toEqual([accepted, ...many]);
	});

	it("keeps its beginning and its newest time beyond that", () => {
		const newest: Happening = { ...accepted, what: "failed", redriveCount: 99 };
		const kept = lengthened([accepted, ...many], [newest]);
		expect(kept).toEqual([accepted, ...many.slice(1), newest]);
		expect(lengthened(kept, [newest, newest])).toHaveLength(50);
	});

	it("stays bounded, however often an operation is redriven", () => {
		const reports = Array.from({ length: 120 }, (_, redriveCount) => ({ redriveCount }));
		const history = told(reports);
		expect(history).toHaveLength(50);
		expect([history[0], history.at(-1)]).toEqual([begun, "redriven by aws 1.119"]);
	});
});
