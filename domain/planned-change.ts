import { type Claim, renewedClaim } from "./claim.ts";
import { type Conditions, withCondition } from "./conditions.ts";
import { offboardingSteps, updateSteps } from "./operation-kinds.ts";
import type { Tenant } from "./tenant.ts";
import type { ClaimChange, Moment, PlannedChange, Standing } from "./tenant-change.ts";

/** An operation that brings the edge to what `after` says. */
export function updating(tenant: Tenant, before: Claim | undefined, after: Claim, { now }: Moment): PlannedChange {
	const { CertificateIssued, RecordsInSync } = after.conditions;
	const stands = CertificateIssued.status === "true" && RecordsInSync.status === "true";
	return {
		tenant: { ...tenant, updatedAt: now },
		claims: [{ before, after }],
		claim: after,
		steps: updateSteps({ records: !stands, probe: true }),
		hostnames: [],
	};
}

/** An operation that takes all of `claims` down; the first fences it. */
export function takingDown(tenant: Tenant, claims: ClaimChange[], { now }: Moment): PlannedChange {
	const [first] = claims;
	if (!first) throw new Error(`'${tenant.hostname}' has no claim to take down.`);
	return {
		tenant: { ...tenant, updatedAt: now },
		claims,
		claim: first.after,
		steps: offboardingSteps({ domains: claims.some(({ after }) => after.custom) }),
		hostnames: claims.map(({ after: { hostname, generation } }) => ({ hostname, generation })),
	};
}

/** The conditions with some of them open: nothing may say of them what was true before the change. */
export function reopened(conditions: Conditions, types: readonly (keyof Conditions)[], now: string): Conditions {
	const message = "A change is under way.";
	return types.reduce(
		(all, type) =>
			withCondition(all, type, { status: "unknown", reason: "Changing", message, actor: "hostmaster" }, now),
		conditions,
	);
}

/** The claims of all of a tenant's names, to be removed; names that it has given back are not among them. */
export function claimsToTakeDown(tenant: Tenant, claims: Standing["claims"], moment: Moment): ClaimChange[] {
	return [tenant.hostname, ...tenant.formerHostnames, ...tenant.customHostnames].flatMap((name): ClaimChange[] => {
		const before = claims.get(name);
		if (!before || before.tenantId !== tenant.tenantId || before.intent === "released") return [];
		return [{ before, after: renewedClaim(before, { intent: "remove" }, moment) }];
	});
}
