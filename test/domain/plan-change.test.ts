import { describe, expect, it } from "vitest";
import { type Claim, claimSchema } from "../../domain/claim.ts";
import type { Operation } from "../../domain/operation.ts";
import { type OperationKind, operationKinds } from "../../domain/operation-kinds.ts";
import { planChange } from "../../domain/plan-change.ts";
import { tenantSchema } from "../../domain/tenant.ts";
import type { Standing } from "../../domain/tenant-change.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, longAgo } from "../builders/entities.ts";
import {
	active,
	all,
	changes,
	decided,
	formerName,
	leave,
	moment,
	now,
	plan,
	release,
	repairFormer,
	standing,
	suspend,
	tenantId,
} from "./a-standing.ts";

const failedOf = (kind: OperationKind): Operation => aFailedOperation({ kind });
const openOf = (kind: OperationKind): Operation => anOperation({ kind, status: "running" });
const leaving = { ...active, intent: "remove" as const };
const withdrawn = (lastOperation: Operation) => standing({ claim: leaving, lastOperation });
const waits = operationKinds.filter((kind) => kind !== "offboard-tenant");

describe("a change of a tenant", () => {
	it.each<[string, Standing]>([
		["is active", standing()],
		["is suspended", standing({ claim: { ...active, intent: "suspend" } })],
		["was onboarded by the first release", standing({ lastOperation: undefined })],
		[
			"has an operation on a former name that failed",
			standing({ lastOperation: aFailedOperation({ kind: "repair-hostname", hostname: formerName }) }),
		],
		[
			"has a change that was superseded",
			standing({ lastOperation: anOperation({ kind: "update-tenant", status: "superseded" }) }),
		],
	])("of any kind is accepted while it %s", (_, how) => {
		for (const change of all) expect(decided(how, change), change.kind).toBe("accepted");
	});

	it.each(["suspend-tenant", "rename-tenant"] as const)(
		"is accepted after one of the present name that failed (%s), but for what would take over from it for a former name",
		(kind) => {
			const how = standing({ lastOperation: failedOf(kind) });
			for (const change of [...all, repairFormer]) {
				const isOfFormer = change === release || change === repairFormer;
				expect(decided(how, change), change.kind).toBe(isOfFormer ? "present-first" : "accepted");
			}
		},
	);

	it.each(["failed", "superseded"] as const)(
		"waits for an onboarding that is %s, but for suspending and leaving",
		(status) => {
			const how = standing({ claim: aClaim(), lastOperation: aFailedOperation({ status }) });
			for (const change of all) {
				const free = change === suspend || change === leave;
				expect(decided(how, change), change.kind).toBe(free ? "accepted" : "onboarding-unfinished");
			}
		},
	);

	it.each(waits.flatMap((kind) => (["queued", "running"] as const).map((status) => [kind, status] as const)))(
		"waits while another is under way (%s, %s), but for leaving, which cancels it",
		(kind, status) => {
			const how = standing({ lastOperation: anOperation({ kind, status }) });
			for (const change of all)
				expect(decided(how, change), change.kind).toBe(change === leave ? "accepted" : "in-progress");
			expect(planChange(how, changes["update-tenant"], moment)).toMatchObject({
				refusal: { operation: { kind, status } },
			});
		},
	);

	it.each<[string, Standing]>([
		["is leaving", withdrawn(openOf("offboard-tenant"))],
		["has left", standing({ tenant: aTenant({ releasedAt: longAgo }) })],
		["has left, and its name is somebody else's", standing({ tenant: aTenant({ releasedAt: longAgo }), claim: null })],
	])("of any kind is refused when it %s", (_, how) => {
		for (const change of all) expect(decided(how, change), change.kind).toBe("leaving");
	});

	it("is refused after a leaving that failed, but for leaving once more", () => {
		const how = withdrawn(failedOf("offboard-tenant"));
		for (const change of all) expect(decided(how, change), change.kind).toBe(change === leave ? "accepted" : "leaving");
		expect(decided(standing({ claim: { ...active, intent: "released" } }), changes["update-tenant"])).toBe("leaving");
	});

	it.each<[string, Claim | null]>([
		["is not there", null],
		["is somebody else's", { ...active, tenantId: "ten_other" }],
	])("is never planned when the claim of its hostname %s", (_, claim) => {
		for (const change of all) expect(decided(standing({ claim }), change), change.kind).toBe("claim-missing");
	});

	it.each(all.map((change) => [change.kind, change] as const))(
		"renews every claim that it touches, and writes what can be read again: %s",
		(_, change) => {
			const { claims, claim, tenant, steps } = plan(change);
			expect(claims.map(({ after }) => after)).toContain(claim);
			for (const { before, after } of claims) {
				expect(after.generation).toBeGreaterThan(before?.generation ?? 0);
				expect(after.revision).toBe((before?.revision ?? 0) + 1);
				expect(claimSchema.parse(after)).toEqual(after);
			}
			expect(tenantSchema.parse(tenant)).toEqual(tenant);
			expect(tenant.updatedAt).toBe(now);
			expect(steps.length).toBeGreaterThan(0);
		},
	);
});

it("every name that a plan may touch is the tenant's own", () => {
	for (const change of all) {
		const { claims } = plan(change);
		expect(claims.map(({ after }) => after.tenantId)).toEqual(claims.map(() => tenantId));
	}
});
