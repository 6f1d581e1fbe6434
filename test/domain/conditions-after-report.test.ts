import { describe, expect, it } from "vitest";
import { type Conditions, conditionTypes } from "../../domain/conditions.ts";
import { conditionsAfterReport, conditionsGoingOn } from "../../domain/conditions-after-report.ts";
import { afterReport, type ExecutionReport, type Operation } from "../../domain/operation.ts";
import { aClaim, aFailedOperation, anOperation, longAgo, withTrue } from "../builders/entities.ts";

const failedAt = "2026-06-01T00:00:00.000Z";
const now = "2026-06-01T00:05:00.000Z";
const failure = { step: "SyncRecords", error: "ZoneChangeRefused", detail: "InvalidChangeBatch: no" };
const fresh = aClaim().conditions;
const running = anOperation({ status: "running" });

/** RecordsInSync, true since `since`. */
function inSync(since: string): Conditions {
	const { conditions } = withTrue(aClaim(), "RecordsInSync");
	return { ...conditions, RecordsInSync: { ...conditions.RecordsInSync, since } };
}

/** RecordsInSync, false since the failure. */
const refused = conditionsAfter(fresh, running, { status: "FAILED", failure, endedAt: failedAt });

function conditionsAfter(conditions: Conditions, before: Operation, more: Partial<ExecutionReport>): Conditions {
	const report: ExecutionReport = { attempt: 1, redriveCount: 0, status: "RUNNING", ...more };
	const after = afterReport(before, report, now);
	if (!after) throw new Error("The report says nothing new.");
	return conditionsAfterReport(conditions, before, after, report);
}

describe("the report of a failure", () => {
	it("shows on the condition of its step: why, and what has to be done by whom", () => {
		expect(refused.RecordsInSync).toEqual({
			status: "false",
			reason: "ZoneChangeRefused",
			message: "InvalidChangeBatch: no",
			since: now,
			actor: "operator",
			fix: expect.stringContaining("retry"),
		});
		expect({ ...refused, RecordsInSync: fresh.RecordsInSync }).toEqual(fresh);
	});

	it.each([
		["that was true before", { endedAt: failedAt }, inSync(longAgo)],
		["that became true in the moment of the failure", { endedAt: failedAt }, inSync(failedAt)],
		["that is true, when nobody knows the time of the failure", {}, inSync(now)],
		["that was open", { endedAt: longAgo }, fresh],
		["that was false already, since later than this failure", { endedAt: longAgo }, refused],
	])("makes false a condition %s", (_, more, conditions) => {
		const after = conditionsAfter(conditions, running, { status: "FAILED", failure, ...more });
		expect(after.RecordsInSync.status).toBe("false");
	});

	it("told late leaves true what its step has made true since", () => {
		const conditions = inSync("2026-06-01T00:00:00.001Z");
		const late = { status: "FAILED", failure, endedAt: failedAt } as const;
		expect(conditionsAfter(conditions, running, late)).toEqual(conditions);
	});

	it("leaves all conditions to the newer change when it was superseded", () => {
		const over = { status: "FAILED", failure: { ...failure, error: "Superseded" }, endedAt: failedAt } as const;
		expect(conditionsAfter(fresh, running, over)).toEqual(fresh);
	});
});

describe("the report that an execution goes on", () => {
	const again = { status: "RUNNING", redriveCount: 1 } as const;

	it("opens the condition of the failed step", () => {
		const after = conditionsAfter(refused, aFailedOperation(), again);
		expect(after.RecordsInSync).toMatchObject({ status: "unknown", reason: "Retrying", actor: "hostmaster" });
		expect(after.RecordsInSync.fix).toBeUndefined();
		expect({ ...after, RecordsInSync: fresh.RecordsInSync }).toEqual(fresh);
	});

	it("told late leaves true what the redriven step has made true", () => {
		const conditions = inSync(now);
		expect(conditionsAfter(conditions, aFailedOperation(), again)).toEqual(conditions);
	});

	it("changes nothing when nothing had failed", () => {
		expect(conditionsAfter(refused, anOperation(), {})).toEqual(refused);
	});
});

describe("the report of a success", () => {
	it("changes nothing: each step has recorded what it made true", () => {
		expect(conditionsAfter(refused, running, { status: "SUCCEEDED" })).toEqual(refused);
		expect(conditionsAfter(refused, aFailedOperation(), { status: "SUCCEEDED", redriveCount: 1 })).toEqual(refused);
	});
});

describe("going on", () => {
	it.each(["unknown", "true"] as const)("leaves a condition that is %s as it is", (status) => {
		const conditions = { ...fresh, RecordsInSync: { ...fresh.RecordsInSync, status } };
		expect(conditionsGoingOn(conditions, failure, now)).toBe(conditions);
	});

	it("after a failure outside of every step opens Serving, and nothing else", () => {
		const stopped = conditionsAfter(fresh, running, { status: "ABORTED" });
		const after = conditionsGoingOn(stopped, {}, now);
		expect(conditionTypes.filter((type) => stopped[type].status === "false")).toEqual(["Serving"]);
		expect(after.Serving).toMatchObject({ status: "unknown", reason: "Retrying" });
	});
});
