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
	const planned = decide(standing, change, moment);
	return planned.ok ? accepted(withFence(standing, planned.value, moment)) : planned;
}

/**
 * The plan, with a new generation for the hostname of an operation that is given up, if the change itself does not touch it: that
 * operation's execution can be redriven for days, and must find that it is over (R3).
 */
function withFence({ tenant, claims, lastOperation }: Standing, plan: PlannedChange, moment: Moment): PlannedChange {
	if (lastOperation?.status !== "failed") return plan;
	const before = claims.get(lastOperation.hostname);
	const isTouched = plan.claims.some(({ after }) => after.hostname === lastOperation.hostname);
	if (isTouched || before?.tenantId !== tenant.tenantId || before.intent === "released") return plan;
	const { intent, redirectUntil } = before;
	const kept = redirectUntil === undefined ? { intent } : { intent, redirectUntil };
	return { ...plan, claims: [...plan.claims, { before, after: renewedClaim(before, kept, moment) }] };
}

function decide(standing: Standing, change: TenantChange, moment: Moment): Result<PlannedChange, ChangeRefusal> {
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
		case "change-primary":
			return planPrimary(standing, present, change.hostname, moment);
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

/**
 * Suspending must not wait for a name that could not be served before, nor let a former one be served meanwhile: then it takes the
 * routes away, and is done without a probe.
 */
function planSuspension(
	{ tenant }: Standing,
	present: Claim,
	{ reason, requestedBy }: { reason: string; requestedBy: string },
	moment: Moment,
): PlannedChange {
	const suspension = { reason, since: tenant.suspension?.since ?? moment.now, requestedBy };
	const plan = planIntent({ ...tenant, suspension }, present, "suspend", reason, moment);
	const stood = !plan.steps.includes("SyncRecords") && (present.intent !== "serve" || isReached(present));
	return stood ? plan : { ...plan, steps: updateSteps({ records: false, probe: false }) };
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

/** A former name redirects only to one that is reached; and what failed of the present name must stay the one to be retried. */
function refusedForPresent({ tenant, claims, lastOperation }: Standing, hostname: string): ChangeRefusal | undefined {
	if (!lastOperation || hostname === tenant.hostname) return undefined;
	const present = claims.get(tenant.hostname);
	const isUnreached = present?.intent === "serve" && !isReached(present);
	const hasFailed = lastOperation.status === "failed" && lastOperation.hostname === tenant.hostname;
	return isUnreached || hasFailed ? { rule: "present-first", operation: lastOperation } : undefined;
}

/** Only what is served may be the name that all others lead to. */
function planPrimary(
	{ tenant, claims }: Standing,
	present: Claim,
	hostname: string,
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	const { primaryHostname: _before, ...rest } = tenant;
	if (hostname === tenant.hostname) return accepted(updating(rest, present, renewedClaim(present, {}, moment), moment));
	const claim = claims.get(hostname);
	const isOwn = claim?.tenantId === tenant.tenantId && claim.custom && claim.intent === "serve";
	if (!isOwn || !isReached(claim) || claim.custom?.redirectTo !== undefined || hostname.startsWith("*.")) {
		return refused({ rule: "not-active", hostname });
	}
	const after = renewedClaim(present, {}, moment);
	return accepted(updating({ ...rest, primaryHostname: hostname }, present, after, moment));
}

function isReached({ conditions }: Claim): boolean {
	return conditions.Serving.status === "true";
}

function planRepair(
	standing: Standing,
	{ hostname, reason }: { hostname: string; reason: string },
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	const { tenant, claims } = standing;
	const before = claims.get(hostname);
	if (!before || before.tenantId !== tenant.tenantId) return refused({ rule: "claim-missing", hostname });
	const { intent, redirectUntil } = before;
	if (intent === "remove" || intent === "released") return refused({ rule: "leaving" });
	const refusal = refusedForPresent(standing, hostname);
	if (refusal) return refused(refusal);
	const conditions = reopened(
		before.conditions,
		before.custom ? ["RoutePublished"] : ["RecordsInSync", "RoutePublished"],
		moment.now,
	);
	const change = redirectUntil === undefined ? { intent, conditions } : { intent, conditions, redirectUntil };
	const after = renewedClaim(before, change, moment);
	return accepted({
		...updating(tenant, before, after, moment),
		// A custom domain has no records of ours.
		steps: updateSteps({ records: before.custom === undefined, probe: true }),
		reason,
	});
}

/** A former name that has redirected for long enough is taken down by itself; the tenant goes on. */
function planRelease(standing: Standing, hostname: string, moment: Moment): Result<PlannedChange, ChangeRefusal> {
	const { tenant, claims } = standing;
	const before = claims.get(hostname);
	// `remove`: a release before has failed, and a newer change has taken over from it.
	const isFormer = before?.intent === "redirect" || before?.intent === "remove";
	if (!isFormer || before.tenantId !== tenant.tenantId) return refused({ rule: "claim-missing", hostname });
	// After a rename that has failed the former name may be the only one that is served.
	const refusal = refusedForPresent(standing, hostname);
	if (refusal) return refused(refusal);
	const after = renewedClaim(before, { intent: "remove" }, moment);
	return accepted({ ...takingDown(tenant, [{ before, after }], moment), claim: after });
}

function planLeaving({ tenant, claims }: Standing, reason: string | undefined, moment: Moment): PlannedChange {
	return { ...takingDown(tenant, claimsToTakeDown(tenant, claims, moment), moment), reason };
}
