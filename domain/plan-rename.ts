import { type Claim, claimability, newClaim, renewedClaim } from "./claim.ts";
import { nextGeneration } from "./generation.ts";
import { limits } from "./limits.ts";
import { reopened, updating } from "./planned-change.ts";
import { accepted, type Result, refused } from "./result.ts";
import type { Tenant } from "./tenant.ts";
import type { ChangeRefusal, ClaimChange, Moment, PlannedChange, Standing, TenantChange } from "./tenant-change.ts";

/**
 * A tenant takes a new name, or one of its own back; the present one becomes a former name that redirects. The registry changes at
 * once, the edge when the new name has been probed: until then the present name goes on serving.
 */
export function planRename(
	{ tenant, claims }: Standing,
	present: Claim,
	{ slug, hostname, standing }: Extract<TenantChange, { kind: "rename-tenant" }>,
	moment: Moment,
): Result<PlannedChange, ChangeRefusal> {
	if (hostname === tenant.hostname) return refused({ rule: "same-name" });
	const found = claimability(standing, moment.now, tenant.tenantId);
	if (found.state === "taken") return refused({ rule: "taken" });
	if (found.state === "quarantined") return refused({ rule: "quarantined", until: found.until });
	const formers = tenant.formerHostnames.filter((name) => name !== hostname);
	if (formers.length >= limits.formerHostnames.value) return refused({ rule: "too-many-names" });
	const redirectUntil = daysAfter(moment.now, limits.renameRedirect.value);
	const former = renewedClaim(present, { intent: "redirect", redirectUntil }, moment);
	// Their entries name the present hostname, so they change too: a writer of before must not win over the new one.
	const others = formers.flatMap((name) => renewedFormer(claims.get(name), tenant, moment));
	const after = takenName(standing, tenant, present, hostname, moment);
	const renamed = { ...tenant, slug, hostname, formerHostnames: [tenant.hostname, ...formers] };
	const plan = updating(renamed, standing, after, moment);
	return accepted({
		...plan,
		claims: [...plan.claims, { before: present, after: former }, ...others],
		formerHostname: tenant.hostname,
	});
}

function renewedFormer(before: Claim | undefined, { tenantId }: Tenant, moment: Moment): ClaimChange[] {
	if (!before || before.tenantId !== tenantId || before.redirectUntil === undefined) return [];
	const { intent, redirectUntil } = before;
	return [{ before, after: renewedClaim(before, { intent, redirectUntil }, moment) }];
}

/** A former name still has its records; one from quarantine, or a new one, comes to life like any other. */
function takenName(
	standing: Claim | undefined,
	{ tenantId }: Tenant,
	{ intent }: Claim,
	hostname: string,
	moment: Moment,
): Claim {
	if (standing?.intent === "redirect") {
		const conditions = reopened(standing.conditions, ["RoutePublished", "Serving"], moment.now);
		return renewedClaim(standing, { intent, conditions }, moment);
	}
	const generation = nextGeneration(standing?.generation, moment.epoch);
	return { ...newClaim({ hostname, tenantId, generation, predecessor: standing }, moment.now), intent };
}

function daysAfter(now: string, days: number): string {
	return new Date(Date.parse(now) + days * 86_400_000).toISOString();
}
