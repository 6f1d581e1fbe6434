import fc from "fast-check";
import { type Claim, renewedClaim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { Finding } from "../../domain/finding.ts";
import type { World } from "../../domain/reconciliation.ts";
import type { StandingRecord } from "../../domain/standing-records.ts";
import { mapEntryOf, type TenantMapEntry } from "../../domain/tenant-map.ts";
import { recordsOf } from "../../domain/zone-plan.ts";
import { aClaim, aTenant, longAgo, platformDomain, tenantId, withTrue } from "../builders/entities.ts";

export const distributionDomain = "d1.cloudfront.net";
const now = "2026-06-01T00:00:00.000Z";

/** The records of a hostname as they are to stand. */
export function standing(hostname: string): StandingRecord[] {
	return recordsOf(hostname, distributionDomain).map((record) => ({ ...record, values: [] }));
}

/** A world of acme's, empty unless given. */
export function aWorld(more: Partial<World>): World {
	return {
		claims: [],
		tenants: new Map([[tenantId, aTenant()]]),
		underWay: new Set(),
		records: [],
		entries: [],
		...{ platformDomain, distributionDomain, now, epoch: 1 },
		...more,
	};
}

/** What the operations that a finding asks for make of the world. */
export function afterRepair(world: World, { hostname, repair }: Finding): World {
	const { epoch } = world;
	const at = world.claims.find((claim) => claim.hostname === hostname);
	if (!at) throw new Error(`${hostname} has no claim to repair.`);
	const releasing = repair === "release-hostname";
	const { intent, redirectUntil } = at;
	const change = releasing ? ({ intent: "released" } as const) : { intent, ...(redirectUntil && { redirectUntil }) };
	const claim = renewedClaim(at, change, { now, epoch });
	const entry = mapEntryOf(claim, aTenant(), now);
	const kept = (record: StandingRecord) => record.name !== hostname || !["A", "AAAA"].includes(record.type);
	return {
		...world,
		claims: world.claims.map((other) => (other === at ? claim : other)),
		records: [...world.records.filter(kept), ...(releasing ? [] : standing(hostname))],
		entries: [...world.entries.filter((other) => other.hostname !== hostname), entry],
	};
}

const names = ["acme", "old", "older", "gone"].map((label) => `${label}.${platformDomain}`);

const claimIn = (hostname: string): fc.Arbitrary<Claim> =>
	fc
		.record({
			intent: fc.constantFrom("serve", "suspend", "redirect", "remove", "released"),
			generation: fc.integer({ min: 1, max: 12 }),
			redirectUntil: fc.constantFrom(longAgo, "2027-01-01T00:00:00.000Z"),
			conditions: fc.subarray([...conditionTypes], { minLength: 5 }),
		})
		.map(({ redirectUntil, conditions, ...more }) => {
			const claim = aClaim({ hostname, ...more, ...(more.intent === "redirect" && { redirectUntil }) });
			return withTrue(claim, ...conditions);
		});

const recordIn = (name: string): fc.Arbitrary<StandingRecord> =>
	fc.record({
		name: fc.constant(name),
		type: fc.constantFrom("A", "AAAA", "CNAME", "TXT"),
		aliasTarget: fc.constantFrom(distributionDomain, "d9.cloudfront.net", undefined),
		setIdentifier: fc.constantFrom(undefined, undefined, undefined, "eu"),
		values: fc.constant([]),
	});

const entryIn = (hostname: string): fc.Arbitrary<TenantMapEntry> =>
	fc
		.record({
			generation: fc.constantFrom(1, 6, 7, 13, 3_000_000_000),
			status: fc.constantFrom("active", "suspended", "removing", "moved"),
			slug: fc.constantFrom("acme", "other"),
		})
		.map((more) => ({ ...mapEntryOf(aClaim({ hostname }), aTenant(), longAgo), ...more }));

const some = <T>(of: (name: string) => fc.Arbitrary<T>) =>
	fc.tuple(...names.map((name) => fc.option(of(name), { nil: undefined }))).map((all) => all.filter(isThere));

function isThere<T>(value: T | undefined): value is T {
	return value !== undefined;
}

/** Any world of four names of one tenant, however it came about. */
export const worlds: fc.Arbitrary<World> = fc
	.record({
		claims: some(claimIn),
		records: some((name) => fc.array(recordIn(name), { maxLength: 2 })).map((all) => all.flat()),
		entries: some(entryIn),
	})
	.map(aWorld);
