import { type Claim, renewedClaim } from "./claim.ts";
import { isOpen } from "./operation.ts";
import { updateSteps } from "./operation-kinds.ts";
import { planRename } from "./plan-rename.ts";
import { claimsToTakeDown, reopened, takingDown, updating } from "./planned-change.ts";
import { accepted, type Result, refused } from "./result.ts";
import type { Tenant } from "./tenant.ts";
import type { ChangeRefusal, Moment, PlannedChange, Standing, TenantChange } from "./tenant-change.ts";

/**
 * Decides on a change and what it makes of tenant and claims; every claim that it touches gets a new generation (R3). One change at
 * a time; only leaving goes first, and cancels what is under way (R13).
 */
export function planChange(
	standing: Standing,
	change: TenantChange,
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	const { tenant, lastOperation } = standing;
	const present = standing.claims.get(tenant.hostname);
	if (tenant.releasedAt !== undefined) return refused({ rule: "leaving" });
	if (!present || present.tenantId !== tenant.tenantId) {
		return refused({ rule: "claim-missing", hostname: tenant.hostname });
	}
	if (change.kind === "offboard-tenant") {
		// Of two that come at once, the second must not cancel the first.
		if (lastOperation?.kind === "offboard-tenant" && isOpen(lastOperation)) return refused({ rule: "leaving" });
		return accepted(planLeaving(standing, change.reason, moment));
	}
	if (present.intent === "remove" || present.intent === "released") return refused({ rule: "leaving" });
	if (lastOperation && isOpen(lastOperation)) return refused({ rule: "in-progress", operation: lastOperation });
	const unfinished = lastOperation?.kind === "onboard-tenant" && lastOperation.status !== "succeeded";
	if (unfinished && change.kind !== "suspend-tenant") {
		return refused({ rule: "onboarding-unfinished", operation: lastOperation });
	}
	switch (change.kind) {
		case "update-tenant":
			return accepted(planUpdate(standing, present, change.set, moment));
		case "suspend-tenant":
			return accepted(planSuspension(standing, present, change, moment));
		case "resume-tenant": {
			const { suspension: _over, ...rest } = tenant;
			return accepted(planIntent(rest, present, "serve", change.reason, moment));
		}
		case "rename-tenant":
			return planRename(standing, present, change, moment);
		case "repair-hostname":
			return planRepair(standing, change, moment);
		case "release-hostname":
			return planRelease(standing, change.hostname, moment);
	}
}

function planUpdate(
	{ tenant }: Standing,
	present: Claim,
	set: Extract<TenantChange, { kind: "update-tenant" }>["set"],
	moment: Moment,
): PlannedChange {
	return updating({ ...tenant, ...set }, present, renewedClaim(present, {}, moment), moment);
}

/** Suspending must not wait for records that do not stand: then it takes the route away, and is done without a probe. */
function planSuspension(
	{ tenant }: Standing,
	present: Claim,
	{ reason, requestedBy }: { reason: string; requestedBy: string },
	moment: Moment,
): PlannedChange {
	const suspension = { reason, since: tenant.suspension?.since ?? moment.now, requestedBy };
	const plan = planIntent({ ...tenant, suspension }, present, "suspend", reason, moment);
	return plan.steps.includes("SyncRecords") ? { ...plan, steps: updateSteps({ records: false, probe: false }) } : plan;
}

/** The edge does not know of the new intent yet, so nothing may say that it does. */
function planIntent(
	tenant: Tenant,
	present: Claim,
	intent: "serve" | "suspend",
	reason: string | undefined,
	moment: Moment,
): PlannedChange {
	const conditions = reopened(present.conditions, ["RoutePublished", "Serving"], moment.now);
	const after = renewedClaim(present, { intent, conditions }, moment);
	return { ...updating(tenant, present, after, moment), reason };
}

function planRepair(
	{ tenant, claims }: Standing,
	{ hostname, reason }: { hostname: string; reason: string },
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	const before = claims.get(hostname);
	if (!before || before.tenantId !== tenant.tenantId) return refused({ rule: "claim-missing", hostname });
	const { intent, redirectUntil } = before;
	if (intent === "remove" || intent === "released") return refused({ rule: "leaving" });
	const conditions = reopened(before.conditions, ["RecordsInSync", "RoutePublished"], moment.now);
	const change = redirectUntil === undefined ? { intent, conditions } : { intent, conditions, redirectUntil };
	const after = renewedClaim(before, change, moment);
	return accepted({
		...updating(tenant, before, after, moment),
		steps: updateSteps({ records: true, probe: true }),
		reason,
	});
}

/** A former name that has redirected for long enough is taken down by itself; the tenant goes on. */
function planRelease(
	{ tenant, claims, lastOperation }: Standing,
	hostname: string,
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	const before = claims.get(hostname);
	// `remove`: a release before has failed, and a newer change has taken over from it.
	const isFormer = before?.intent === "redirect" || before?.intent === "remove";
	if (!isFormer || before.tenantId !== tenant.tenantId) return refused({ rule: "claim-missing", hostname });
	// After a rename that has failed the former name may be the only one that is served.
	const present = claims.get(tenant.hostname);
	const isReached = present?.intent !== "serve" || present.conditions.Serving.status === "true";
	if (!isReached && lastOperation) return refused({ rule: "name-unreached", operation: lastOperation });
	const after = renewedClaim(before, { intent: "remove" }, moment);
	return accepted({ ...takingDown(tenant, [{ before, after }], moment), claim: after });
}

function planLeaving({ tenant, claims }: Standing, reason: string | undefined, moment: Moment): PlannedChange {
	return { ...takingDown(tenant, claimsToTakeDown(tenant, claims, moment), moment), reason };
}
