import { describe, expect, it } from "vitest";
import { conditionTypes, withCondition } from "../../domain/conditions.ts";
import { onboardingSteps } from "../../domain/operation-kinds.ts";
import { operationView, operationViewSchema } from "../../domain/operation-view.ts";
import { tenantView, tenantViewSchema } from "../../domain/tenant-view.ts";
import type { Check } from "../../domain/wait.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, longAgo, withTrue } from "../builders/entities.ts";

const steps = onboardingSteps;
const states = (view: ReturnType<typeof operationView>) => view.steps.map(({ state }) => state);

describe("an operation as callers see it", () => {
	it.each(["queued", "running", "succeeded", "superseded"] as const)("fits its schema while %s", (status) => {
		const view = operationView(anOperation({ status, stepsDone: { CheckCertificate: longAgo } }));
		expect(operationViewSchema.parse(view)).toEqual(view);
		expect(view).not.toHaveProperty("stepsDone");
	});

	it("has all steps before it when it is queued, and none that is current", () => {
		const view = operationView(anOperation());
		expect(view.steps.map(({ name }) => name)).toEqual([...steps]);
		expect(states(view)).toEqual(steps.map(() => "pending"));
		expect(view).toMatchObject({ nextActor: "hostmaster", fix: null, canRetry: false });
	});

	const check: Check = {
		kind: "route53-change",
		subject: "C1",
		opening: "1",
		startedAt: longAgo,
		looks: 1,
		nextCheckAt: "2026-01-01T00:00:02.000Z",
	};

	it.each([
		["what was seen last", "Route 53 change C1 is PENDING.", "Route 53 change C1 is PENDING."],
		["that nobody has looked yet", undefined, null],
	])("shows what it waits for while it runs, and %s", (_, lastSeen, shown) => {
		const view = operationView(anOperation({ status: "running" }), { ...check, lastSeen });
		expect(operationViewSchema.parse(view)).toEqual(view);
		const { kind, startedAt: since, nextCheckAt } = check;
		expect(view.waiting).toEqual({ kind, since, lastSeen: shown, nextCheckAt });
	});

	it.each(["queued", "succeeded", "failed", "superseded"] as const)("waits for nothing while it is %s", (status) => {
		expect(operationView(anOperation({ status }), check).waiting).toBeNull();
	});

	it("shows how far it came while it runs", () => {
		const view = operationView(anOperation({ status: "running", stepsDone: { CheckCertificate: longAgo } }));
		expect(view.steps[0]).toEqual({ name: "CheckCertificate", state: "done", doneAt: longAgo });
		expect(states(view)).toEqual(["done", "current", "pending", "pending", "pending"]);
	});

	it("shows the failed step, who has to act, and that it can be retried", () => {
		const view = operationView(aFailedOperation({ stepsDone: { CheckCertificate: longAgo, SyncRecords: longAgo } }));
		expect(states(view)).toEqual(["done", "failed", "pending", "pending", "pending"]);
		expect(view).toMatchObject({ nextActor: "operator", fix: "Mend the zone.", canRetry: true });
		expect(operationViewSchema.parse(view)).toEqual(view);
	});

	it("asks nobody for anything when it is over well", () => {
		const stepsDone = Object.fromEntries(steps.map((step) => [step, longAgo]));
		const view = operationView(anOperation({ status: "succeeded", stepsDone }));
		expect(view).toMatchObject({ nextActor: null, fix: null, canRetry: false });
		expect(states(view)).toEqual(steps.map(() => "done"));
	});
});

describe("a tenant as callers see it", () => {
	it("lists its conditions in their order, with the status that follows", () => {
		const view = tenantView(aTenant(), aClaim());
		expect(tenantViewSchema.parse(view)).toEqual(view);
		expect(view.conditions.map(({ type }) => type)).toEqual([...conditionTypes]);
		expect(view).toMatchObject({ status: "pending", generation: 7, nextActor: "hostmaster" });
		expect(view.fix).toBe("Nothing to do: The wildcard certificate has not been checked yet.");
	});

	it("names the next actor and the fix of what is false", () => {
		const change = { status: "false", reason: "No", message: "No.", actor: "operator", fix: "Mend it." } as const;
		const claim = aClaim();
		const conditions = withCondition(claim.conditions, "RecordsInSync", change, longAgo);
		expect(tenantView(aTenant(), { ...claim, conditions })).toMatchObject({
			status: "failed",
			nextActor: "operator",
			fix: "Mend it.",
		});
	});

	it("asks nobody for anything when it is active", () => {
		const view = tenantView(aTenant(), withTrue(aClaim(), ...conditionTypes));
		expect(view).toMatchObject({ status: "active", nextActor: null, fix: null });
	});
});
