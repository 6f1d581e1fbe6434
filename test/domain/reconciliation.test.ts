import { describe, expect, it } from "vitest";
import type { Claim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { Finding } from "../../domain/finding.ts";
import { planRepairs, type World } from "../../domain/reconciliation.ts";
import type { StandingRecord } from "../../domain/standing-records.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { mapEntryOf, type TenantMapEntry } from "../../domain/tenant-map.ts";
import { aClaim, aTenant, longAgo, platformDomain, withTrue } from "../builders/entities.ts";
import { aWorld, distributionDomain, standing } from "./a-world.ts";

const hostname = `acme.${platformDomain}`;
const former = `old.${platformDomain}`;
const now = "2026-06-01T00:00:00.000Z";
const claimOf = (more: Partial<Claim> = {}) => withTrue(aClaim(more), ...conditionTypes);
const entryOf = (claim: Claim, more: Partial<TenantMapEntry> = {}, tenant: Tenant = aTenant()) => ({
	...mapEntryOf(claim, tenant, longAgo),
	...more,
});
const released = claimOf({ intent: "released", quarantinedUntil: "2026-07-01T00:00:00.000Z" });
const redirecting = claimOf({ hostname: former, intent: "redirect", redirectUntil: "2026-07-01T00:00:00.000Z" });
const named = (name: string, ...types: string[]): StandingRecord[] =>
	standing(name).filter(({ type }) => types.length === 0 || types.includes(type));
const plain = (name: string, type: string): StandingRecord => ({ name, type, values: ["192.0.2.1"] });
const alias = (name: string, type: string, aliasTarget: string) => ({ name, type, aliasTarget, values: [] });
const kindsOf = (findings: readonly Finding[]) => findings.map(({ kind }) => kind);

/** A world of one served hostname in which everything stands right, but for what is given. */
function world(more: Partial<World> = {}): World {
	return aWorld({ claims: [claimOf()], records: named(hostname), entries: [entryOf(claimOf())], now, ...more });
}

describe("a world in which everything stands", () => {
	it.each(["serve", "suspend"] as const)("has nothing to repair, for a hostname that is meant to %s", (intent) => {
		const claim = claimOf({ intent });
		expect(planRepairs(world({ claims: [claim], entries: [entryOf(claim)] }))).toEqual([]);
	});

	it("has nothing to repair in a former name that redirects, and in one that was given back", () => {
		const gone = { ...released, hostname: `gone.${platformDomain}` };
		const entries = [entryOf(claimOf()), entryOf(redirecting), entryOf(gone)];
		const claims = [claimOf(), redirecting, gone];
		expect(planRepairs(world({ claims, entries, records: [...named(hostname), ...named(former)] }))).toEqual([]);
	});

	it("is told by Route 53's spelling of names as well as by ours", () => {
		const spelt = named(hostname).map(({ type }) => {
			return alias("ACME.app.example.com.", type, `${distributionDomain.toUpperCase()}.`);
		});
		expect(planRepairs(world({ records: spelt, distributionDomain: distributionDomain.toUpperCase() }))).toEqual([]);
	});

	it("may hold whatever else is nobody's claim and not our distribution's", () => {
		const others: StandingRecord[] = [
			plain(platformDomain, "SOA"),
			plain(platformDomain, "NS"),
			...named(platformDomain),
			...named("acme.example.org"),
			plain(`_validation.${platformDomain}`, "CNAME"),
			alias(`status.${platformDomain}`, "A", "d9.cloudfront.net"),
			plain(`mail.${platformDomain}`, "A"),
			plain(hostname, "TXT"),
		];
		expect(planRepairs(world({ records: [...named(hostname), ...others] }))).toEqual([]);
	});
});

describe("a claimed hostname", () => {
	it.each<[string, Partial<World>, string[], RegExp]>([
		["without any record", { records: [] }, ["record-missing"], /no A record and no AAAA record/],
		["with one of two records", { records: named(hostname, "A") }, ["record-missing"], /no AAAA record\./],
		[
			"with an alias elsewhere, spelt as Route 53 does",
			{ records: [...named(hostname, "A"), alias(hostname, "AAAA", "D9.cloudfront.net.")] },
			["record-differs"],
			/an AAAA alias to d9\.cloudfront\.net\./,
		],
		[
			"with an address that is no alias, and nothing else",
			{ records: [plain(hostname, "A")] },
			["record-missing", "record-differs"],
			/no AAAA record/,
		],
		["without an entry", { entries: [] }, ["route-missing"], /no readable entry/],
		[
			"with another's entry",
			{ entries: [entryOf(claimOf(), { tenantId: "ten_2" })] },
			["route-differs"],
			/in tenantId/,
		],
		[
			"with an entry of another status and slug",
			{ entries: [entryOf(claimOf(), { status: "suspended", slug: "other" })] },
			["route-differs"],
			/differs in slug, status\./,
		],
		[
			"with another origin and a redirect",
			{ entries: [entryOf(claimOf(), { redirectTo: "x.test", origin: { ...aTenant().origin, port: 444 } })] },
			["route-differs"],
			/differs in origin, redirectTo\./,
		],
		[
			"with other routes, and an end that nobody set",
			{ entries: [entryOf(claimOf(), { routes: [{ prefix: "/ai", origin: aTenant().origin }], expiresAt: 1 })] },
			["route-differs"],
			/differs in routes, expiresAt\./,
		],
		[
			"with an entry of before",
			{ entries: [entryOf(claimOf(), { generation: 6 })] },
			["route-differs"],
			/generation 6/,
		],
		[
			"with a newer entry",
			{ entries: [entryOf(claimOf(), { generation: 9 })] },
			["route-newer"],
			/9, the claim is of 7/,
		],
		[
			"with a newer entry, and records that are gone",
			{ records: [], entries: [entryOf(claimOf(), { generation: 9 })] },
			["record-missing", "route-newer"],
			/no A record/,
		],
	])("%s is found, and is repaired by an operation", (_, more, kinds, message) => {
		const found = planRepairs(world(more));
		expect(kindsOf(found)).toEqual(kinds);
		for (const finding of found) {
			expect(finding).toMatchObject({ hostname, actor: "hostmaster", repair: "repair-hostname" });
			expect(finding.fix).toBeUndefined();
		}
		expect(found[0]?.message).toMatch(message);
	});

	it.each<[string, Partial<World>, RegExp]>([
		["a CNAME, which no UPSERT replaces", { records: [plain(hostname, "CNAME")] }, /has a CNAME/],
		[
			"a record with a routing policy",
			{ records: named(hostname).map((record) => ({ ...record, setIdentifier: "eu" })) },
			/an A record with a routing policy/,
		],
		[
			"an entry whose generation the epoch does not reach",
			{ entries: [entryOf(claimOf(), { generation: 2_000_000_009 })] },
			/2000000009, the claim is of 7/,
		],
		[
			"an entry whose generation the next one would be, and no records",
			{ records: [], entries: [entryOf(claimOf(), { generation: 1_000_000_001 })] },
			/1000000001, the claim is of 7/,
		],
	])("with %s waits for a person", (_, more, message) => {
		const [found, ...others] = planRepairs(world(more));
		expect(others).toEqual([]);
		expect(found).toMatchObject({ actor: "operator", message: expect.stringMatching(message) });
		expect(found?.fix).toMatch(/next run repairs/);
		expect(found?.repair).toBeUndefined();
	});

	it("is compared by its own conditions only: what is not true yet is still being brought about, or has failed", () => {
		const nothing = { records: [], entries: [] };
		const kindsWith = (...types: Parameters<typeof withTrue>[1][]) =>
			kindsOf(planRepairs(world({ ...nothing, claims: [withTrue(aClaim(), ...types)] })));
		expect(kindsWith()).toEqual([]);
		expect(kindsWith("RecordsInSync")).toEqual(["record-missing"]);
		expect(kindsWith("RoutePublished")).toEqual(["route-missing"]);
	});

	it("is left out while an operation of its tenant is under way, or takes it down", () => {
		const nothing = { records: [], entries: [] };
		expect(planRepairs(world({ ...nothing, underWay: new Set([claimOf().tenantId]) }))).toEqual([]);
		expect(planRepairs(world({ claims: [claimOf({ intent: "remove" })] }))).toEqual([]);
	});

	it("without its tenant's row is an operator's, since nobody can say where it goes", () => {
		const [found] = planRepairs(world({ tenants: new Map(), entries: [] }));
		expect(found).toMatchObject({ kind: "tenant-missing", actor: "operator" });
		expect(found?.repair).toBeUndefined();
	});
});

describe("a former name", () => {
	const records = [...named(hostname), ...named(former)];
	const { redirectTo: _target, ...serving } = entryOf(redirecting, { status: "active" });
	const kindsFor = (target: Claim[]) =>
		kindsOf(planRepairs(world({ claims: [...target, redirecting], records, entries: [entryOf(claimOf()), serving] })));

	it("redirects to the present one", () => {
		expect(kindsFor([claimOf()])).toEqual(["route-differs"]);
		expect(entryOf(redirecting)).toMatchObject({ status: "moved", redirectTo: hostname });
	});

	it("goes on as it is while the present one cannot be reached, or has no claim", () => {
		expect(kindsFor([withTrue(aClaim(), "RecordsInSync", "RoutePublished")])).toEqual([]);
		expect(kindsFor([])).toEqual(["record-orphan", "route-orphan"]);
	});

	it("keeps its records all the same", () => {
		const found = planRepairs(world({ claims: [claimOf(), redirecting], entries: [entryOf(claimOf()), serving] }));
		expect(kindsOf(found)).toEqual(["record-missing", "route-differs"]);
	});

	it("is given back when its time is over, whatever else is wrong with it", () => {
		const over = { ...redirecting, redirectUntil: now };
		const found = planRepairs(world({ claims: [claimOf(), over] }));
		expect(found).toMatchObject([{ hostname: former, kind: "redirect-over", repair: "release-hostname" }]);
		expect(kindsOf(planRepairs(world({ claims: [claimOf(), { ...over, redirectUntil: undefined }] })))).toEqual([
			"record-missing",
			"route-missing",
		]);
	});
});

describe("a name that was given back", () => {
	it("has no alias to our distribution and no entry that serves", () => {
		const found = planRepairs(world({ claims: [released], entries: [entryOf(released, { status: "active" })] }));
		expect(found).toMatchObject([
			{ kind: "released-but-recorded", actor: "operator", message: expect.stringMatching(/A and AAAA/) },
			{ kind: "released-but-routed", actor: "operator", message: expect.stringMatching(/active/) },
		]);
	});

	it("may have no entry, and records of somebody else's", () => {
		const elsewhere = alias(hostname, "A", "d9.cloudfront.net");
		expect(planRepairs(world({ claims: [released], entries: [], records: [elsewhere] }))).toEqual([]);
	});
});

describe("what nobody claims", () => {
	it("is shown to an operator and never deleted", () => {
		const found = planRepairs(world({ claims: [] }));
		expect(kindsOf(found)).toEqual(["record-orphan", "route-orphan"]);
		for (const finding of found) {
			expect(finding).toMatchObject({ hostname, actor: "operator", fix: expect.stringMatching(/delete it/) });
			expect(finding.repair).toBeUndefined();
		}
	});
});
