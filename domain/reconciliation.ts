import { canonicalJson } from "./canonical-json.ts";
import { type Claim, statusOf } from "./claim.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { nextGeneration } from "./generation.ts";
import { isBelow } from "./hostname.ts";
import { limits } from "./limits.ts";
import { canonicalRecordName as canonical, type StandingRecord } from "./standing-records.ts";
import type { Tenant } from "./tenant.ts";
import { mapEntryOf, type TenantMapEntry } from "./tenant-map.ts";
import { recordsOf } from "./zone-plan.ts";

/** The registry on one side, zone and map on the other. Read the registry first: then a change meanwhile shows in its rows. */
export interface World {
	/** One a hostname. */
	claims: readonly Claim[];
	tenants: ReadonlyMap<string, Tenant>;
	/** Ids of tenants with an operation that has not ended: it is still bringing things about. */
	underWay: ReadonlySet<string>;
	records: readonly StandingRecord[];
	entries: readonly TenantMapEntry[];
	platformDomain: string;
	distributionDomain: string;
	/** ISO time. */
	now: string;
	/** What generations begin with (R3). */
	epoch: number;
}

/**
 * What differs, at most one finding of a kind for a hostname:
 *
 * | claim                            | zone: A and AAAA of its name            | map: entry of its name                     |
 * | -------------------------------- | --------------------------------------- | ------------------------------------------ |
 * | serve, suspend                   | aliases to the distribution, else       | as `mapEntryOf` says, else route-missing,  |
 * |                                  | record-missing, record-differs          | route-differs, route-newer                 |
 * | redirect                         | the same                                | the same, once its target is reached (R7)  |
 * | redirect, its time is over       | redirect-over                           |                                            |
 * | released                         | none to the distribution, else          | none or `removing`, else                   |
 * |                                  | released-but-recorded                   | released-but-routed                        |
 * | remove                           | not looked at: its operation goes on, or has failed and is retried                   |
 * | no claim, below our domain       | none to the distribution: record-orphan | none: route-orphan                         |
 *
 * A tenant with an operation under way is left out, and so is what a claim's own conditions do not call true yet (or call false: a
 * failure is shown there, and repairing it again every hour would not help). Whatever else is in the zone is none of our business.
 */
export function planRepairs(world: World): Finding[] {
	const actual = actualOf(world);
	const known = new Map(world.claims.map((claim) => [claim.hostname, claim]));
	return [
		...world.claims.flatMap((claim) => findingsOf(claim, known, world, actual)),
		...orphans(known, world, actual),
	];
}

/** The hostnames whose state counts: a name that is leaving or has left says nothing of how far a plan goes. */
export function lookedAt(claims: readonly Claim[]): number {
	return claims.filter(({ intent }) => intent !== "remove" && intent !== "released").length;
}

/**
 * True for a plan that would repair so many of the hostnames that the reading, and not the world, is likely to be wrong. The end of a
 * redirect is the calendar's doing, and does not count.
 */
export function isUnsafe(findings: readonly Finding[], hostnames: number): boolean {
	const repaired = new Set<string>();
	for (const { hostname, kind, repair } of findings) if (repair && kind !== "redirect-over") repaired.add(hostname);
	const share = (hostnames * limits.reconciliationSafeShare.value) / 100;
	return repaired.size > Math.max(limits.reconciliationSafeCount.value, share);
}

interface Actual {
	/** By canonical name; addresses, and the one type that keeps them out. */
	records: ReadonlyMap<string, StandingRecord[]>;
	entries: ReadonlyMap<string, TenantMapEntry>;
	distribution: string;
}

const looked = new Set(["A", "AAAA", "CNAME"]);

function actualOf({ records, entries, distributionDomain }: World): Actual {
	const byName = new Map<string, StandingRecord[]>();
	for (const record of records) {
		if (!looked.has(record.type)) continue;
		const name = canonical(record.name);
		byName.set(name, [...(byName.get(name) ?? []), record]);
	}
	return {
		records: byName,
		entries: new Map(entries.map((entry) => [canonical(entry.hostname), entry])),
		distribution: canonical(distributionDomain),
	};
}

function findingsOf(claim: Claim, known: ReadonlyMap<string, Claim>, world: World, actual: Actual): readonly Finding[] {
	const { conditions, intent, redirectUntil, tenantId } = claim;
	if (intent === "remove" || world.underWay.has(tenantId)) return [];
	if (intent === "released") return leftovers(claim, actual);
	if (intent === "redirect" && redirectUntil !== undefined && redirectUntil <= world.now) {
		return [finding(claim, "redirect-over", `It was to redirect until ${redirectUntil}.`, "release-hostname")];
	}
	// A custom domain's records are its customer's.
	const recorded = conditions.RecordsInSync.status === "true" && !claim.custom;
	const findings = recorded ? recordFindings(claim, actual) : [];
	if (conditions.RoutePublished.status !== "true") return findings;
	const tenant = world.tenants.get(tenantId);
	if (!tenant) return [...findings, tenantMissing(claim)];
	// A former name goes on serving until the new one does: to send its viewers there before would send them nowhere.
	const target = known.get(tenant.hostname);
	const reached = target !== undefined && ["active", "suspended"].includes(statusOf(target));
	const route = intent === "redirect" && !reached ? undefined : routeFinding(claim, tenant, world, actual);
	// Until the epoch is raised, a repair of whatever else differs would get a generation that was handed out before, too.
	if (route?.kind === "route-newer" && !route.repair) return [route];
	return route ? [...findings, route] : findings;
}

function recordFindings(claim: Claim, { records, distribution }: Actual): Finding[] {
	const standing = records.get(claim.hostname) ?? [];
	const [odd] = standing.filter(({ type, setIdentifier }) => type === "CNAME" || setIdentifier !== undefined);
	if (odd) {
		const what = odd.type === "CNAME" ? "a CNAME" : `an ${odd.type} record with a routing policy`;
		const message = `The zone has ${what} where aliases to ${distribution} belong.`;
		// An UPSERT does not replace it, and is refused: https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html
		const fix = `Delete it from the platform's hosted zone. The next run repairs the name.`;
		return [byOperator(claim, "record-differs", message, fix)];
	}
	const desired = recordsOf(claim.hostname, distribution);
	const missing = desired.filter(({ type }) => !standing.some((record) => record.type === type));
	const differing = standing.filter((record) => !isAliasTo(distribution, record));
	return [
		...parts(claim, "record-missing", missing, ({ type }) => `no ${type} record`),
		...parts(claim, "record-differs", differing, ({ type, aliasTarget }) =>
			aliasTarget === undefined
				? `an ${type} record that is no alias`
				: `an ${type} alias to ${canonical(aliasTarget)}`,
		),
	];
}

function parts<T>(claim: Claim, kind: FindingKind, found: readonly T[], name: (part: T) => string): Finding[] {
	if (found.length === 0) return [];
	return [finding(claim, kind, `The zone has ${found.map(name).join(" and ")}.`, "repair-hostname")];
}

function isAliasTo(distribution: string, { type, aliasTarget }: StandingRecord): boolean {
	return type !== "CNAME" && aliasTarget !== undefined && canonical(aliasTarget) === distribution;
}

const compared = ["tenantId", "slug", "status", "origin", "routes", "redirectTo", "expiresAt"] as const;

function routeFinding(claim: Claim, tenant: Tenant, { now, epoch }: World, { entries }: Actual): Finding | undefined {
	const entry = entries.get(claim.hostname);
	if (!entry) return finding(claim, "route-missing", "The tenant map has no readable entry.", "repair-hostname");
	const generations = `The tenant map holds generation ${entry.generation}, the claim is of ${claim.generation}.`;
	if (entry.generation > claim.generation) {
		// An equal one would be current again for whoever holds it since before the restore (R3).
		if (nextGeneration(claim.generation, epoch) > entry.generation) {
			return finding(claim, "route-newer", generations, "repair-hostname");
		}
		const fix =
			"The registry was restored: raise GenerationEpoch in infra/stages.yml and deploy. The next run repairs it.";
		return byOperator(claim, "route-newer", generations, fix);
	}
	if (entry.generation < claim.generation) return finding(claim, "route-differs", generations, "repair-hostname");
	const desired = mapEntryOf(claim, tenant, now);
	const differing = compared.filter((member) => textOf(entry[member]) !== textOf(desired[member]));
	if (differing.length === 0) return undefined;
	return finding(claim, "route-differs", `The map's entry differs in ${differing.join(", ")}.`, "repair-hostname");
}

/** In a list, since JSON has no text for what is not there. */
function textOf(value: unknown): string {
	return canonicalJson([value]);
}

/** No operation of ours takes down what was given back: it has no tenant any more that it would belong to. */
function leftovers(claim: Claim, { records, entries, distribution }: Actual): Finding[] {
	const standing = (records.get(claim.hostname) ?? []).filter((record) => isAliasTo(distribution, record));
	const entry = entries.get(claim.hostname);
	const recorded = `The zone still has its ${standing.map(({ type }) => type).join(" and ")} alias.`;
	const routed = `The tenant map calls it ${entry?.status}.`;
	return [
		...(standing.length > 0
			? [byOperator(claim, "released-but-recorded", recorded, `${unlessLost} delete it from the hosted zone.`)]
			: []),
		...(entry && entry.status !== "removing"
			? [byOperator(claim, "released-but-routed", routed, `${unlessLost} set the map's entry to removing.`)]
			: []),
	];
}

/** After a restore, what looks like a leftover may be all that is left of a tenant. */
const unlessLost = "If no tenant is missing from the registry (as after a restore),";

/** Names without a claim. Nothing here deletes them: somebody may have lost a claim, as by a restore. */
function orphans(
	known: ReadonlyMap<string, Claim>,
	{ platformDomain }: World,
	{ records, entries, distribution }: Actual,
): Finding[] {
	const recorded = [...records].flatMap(([hostname, standing]): Finding[] => {
		const types = standing.filter((record) => isAliasTo(distribution, record)).map(({ type }) => type);
		if (known.has(hostname) || !isBelow(hostname, canonical(platformDomain)) || types.length === 0) return [];
		const message = `The zone has an alias to ${distribution} (${types.join(", ")}), and nobody claims the name.`;
		return [
			{
				hostname,
				kind: "record-orphan",
				message,
				actor: "operator",
				fix: `${unlessLost} delete it from the hosted zone.`,
			},
		];
	});
	const routed = [...entries].flatMap(([hostname, { tenantId, status }]): Finding[] => {
		if (known.has(hostname)) return [];
		const message = `The tenant map says ${status} for ${tenantId}, and nobody claims the name.`;
		return [
			{
				hostname,
				kind: "route-orphan",
				message,
				actor: "operator",
				fix: `${unlessLost} delete it from the tenant map.`,
			},
		];
	});
	return [...recorded, ...routed];
}

function tenantMissing(claim: Claim): Finding {
	const message = `The registry has no readable row of the tenant '${claim.tenantId}'.`;
	return byOperator(claim, "tenant-missing", message, "Read reconcile's log of that time, and mend the row.");
}

function finding(
	{ hostname, tenantId }: Claim,
	kind: FindingKind,
	message: string,
	repair: Finding["repair"],
): Finding {
	return { hostname, tenantId, kind, message, actor: "hostmaster", repair };
}

function byOperator({ hostname, tenantId }: Claim, kind: FindingKind, message: string, fix: string): Finding {
	return { hostname, tenantId, kind, message, actor: "operator", fix };
}
