import { describe, expect, it } from "vitest";
import type { Claim } from "../../domain/claim.ts";
import { conditionTypes, customConditions, deriveStatus, firstObstacle } from "../../domain/conditions.ts";
import { planRepairs } from "../../domain/reconciliation.ts";
import type { Standing, TenantChange } from "../../domain/tenant-change.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { aDomainClaim, shop } from "../builders/a-custom-domain.ts";
import { aClaim, aTenant, longAgo, tenantId, withTrue } from "../builders/entities.ts";
import { active, decided, former, formerName, hostname, leave, next, plan, standing } from "./a-standing.ts";
import { aWorld, standing as recordsOf } from "./a-world.ts";

const domain = withTrue(aDomainClaim(), ...conditionTypes);
const tenant = aTenant({ formerHostnames: [formerName], customHostnames: [shop] });
const withDomain = (claim: Claim = domain, more: Partial<Standing> = {}): Standing => {
	const held = standing({ tenant, ...more });
	return { ...held, claims: new Map([...held.claims, [claim.hostname, claim]]) };
};

describe("a tenant that leaves", () => {
	it("takes its custom domains along, in one operation that detaches them from the edge", () => {
		const planned = plan(leave, withDomain());
		expect(planned.claims.map(({ after }) => [after.hostname, after.intent])).toEqual(
			[hostname, formerName, shop].map((name) => [name, "remove"]),
		);
		expect(planned.hostnames).toContainEqual({ hostname: shop, generation: next });
		expect(planned.steps).toEqual([
			"CancelRunning",
			"WithdrawRoutes",
			"RemoveRecords",
			"DetachEdge",
			"ReleaseHostnames",
		]);
	});

	it.each([
		["was given back", { ...domain, intent: "released" as const }],
		["is another tenant's by now", { ...domain, tenantId: "ten_other" }],
	])("leaves a domain alone that %s, and has nothing to detach then", (_, claim) => {
		const planned = plan(leave, withDomain(claim));
		expect(planned.claims.map(({ after }) => after.hostname)).toEqual([hostname, formerName]);
		expect(planned.steps).not.toContain("DetachEdge");
	});
});

describe("a primary name", () => {
	const primary = (name: string): TenantChange => ({ kind: "change-primary", hostname: name });

	it("is a domain that is served: the present name's new generation tells all others", () => {
		const planned = plan(primary(shop), withDomain());
		expect(planned.tenant).toMatchObject({ primaryHostname: shop });
		expect(planned.claims).toEqual([
			{ before: active, after: { ...active, generation: next, revision: 2, updatedAt: expect.any(String) } },
		]);
		expect(planned.steps).toEqual(["PublishRoute", "ProbeRoute", "CompleteUpdate"]);
	});

	it("is undone by the platform subdomain", () => {
		const planned = plan(primary(hostname), withDomain(domain, { tenant: { ...tenant, primaryHostname: shop } }));
		expect(planned.tenant).not.toHaveProperty("primaryHostname");
	});

	it.each<[string, Claim]>([
		["is another tenant's", { ...domain, tenantId: "ten_other" }],
		["is a platform subdomain of before", { ...former, intent: "serve" }],
		["is not served yet", aDomainClaim()],
		["is going", { ...domain, intent: "remove" }],
		["redirects itself", withTrue(aDomainClaim({ redirectTo: hostname }), ...conditionTypes)],
		["is a wildcard", withTrue(aDomainClaim({}, { hostname: "*.acme.com" }), ...conditionTypes)],
	])("is none that %s", (_, claim) => {
		expect(decided(withDomain(claim), primary(claim.hostname))).toBe("not-active");
	});

	it("is none that nobody has", () => {
		expect(decided(withDomain(), primary("www.acme.com"))).toBe("not-active");
	});
});

describe("repairing a custom domain", () => {
	it("publishes its route again, and leaves its records to its customer", () => {
		const planned = plan({ kind: "repair-hostname", hostname: shop, reason: "Its route is gone." }, withDomain());
		expect(planned.steps).toEqual(["PublishRoute", "ProbeRoute", "CompleteUpdate"]);
		expect(planned.claim.conditions).toMatchObject({
			...{ RoutePublished: { status: "unknown" }, RecordsInSync: { status: "true" }, EdgeAttached: { status: "true" } },
		});
	});
});

describe("reconciling a custom domain", () => {
	const present = withTrue(aClaim(), ...conditionTypes);
	const entries = (...claims: Claim[]) => claims.map((claim) => mapEntryOf(claim, tenant, longAgo));
	const world = (more: Parameters<typeof aWorld>[0]) =>
		aWorld({
			claims: [present, domain],
			tenants: new Map([[tenantId, tenant]]),
			records: recordsOf(present.hostname),
			...more,
		});

	it("looks for no records of ours: they are its customer's", () => {
		expect(planRepairs(world({ entries: entries(present, domain) }))).toEqual([]);
	});

	it("finds that its route is missing, or is not the tenant's any more", () => {
		expect(planRepairs(world({ entries: entries(present) }))).toMatchObject([
			{ hostname: shop, kind: "route-missing", repair: "repair-hostname" },
		]);
		const suspended = { ...tenant, suspension: { reason: "Unpaid.", since: longAgo, requestedBy: "billing" } };
		const found = planRepairs(world({ entries: entries(present, domain), tenants: new Map([[tenantId, suspended]]) }));
		expect(found).toMatchObject([{ hostname: shop, kind: "route-differs" }]);
	});
});

describe("the map's entry of a custom domain", () => {
	const suspension = { reason: "Unpaid.", since: longAgo, requestedBy: "billing" };
	it.each<[string, Claim, Partial<typeof tenant>, object]>([
		["follows its tenant into suspension", domain, { suspension }, { status: "suspended" }],
		["is taken down also then", { ...domain, intent: "remove" }, { suspension }, { status: "removing" }],
		[
			"redirects where its tenant says",
			aDomainClaim({ redirectTo: "www.acme.com" }),
			{},
			{ redirectTo: "www.acme.com" },
		],
		["redirects to the primary name", domain, { primaryHostname: "www.acme.com" }, { redirectTo: "www.acme.com" }],
		[
			"redirects where its tenant says, whatever is primary",
			aDomainClaim({ redirectTo: hostname }),
			{ primaryHostname: "www.acme.com" },
			{ redirectTo: hostname },
		],
	])("%s", (_, claim, more, entry) => {
		expect(mapEntryOf(claim, { ...tenant, ...more }, longAgo)).toMatchObject(entry);
	});

	it("that is the primary one redirects nowhere, and the platform subdomain to it", () => {
		const how = { ...tenant, primaryHostname: shop };
		expect(mapEntryOf(domain, how, longAgo)).not.toHaveProperty("redirectTo");
		expect(mapEntryOf(active, how, longAgo)).toMatchObject({ status: "active", redirectTo: shop });
		expect(mapEntryOf(former, how, longAgo)).toMatchObject({ status: "moved", redirectTo: shop });
	});
});

describe("the conditions of a fresh custom domain", () => {
	it("are its tenant's name and nothing else: its customer acts next", () => {
		const conditions = customConditions(longAgo);
		expect(conditionTypes.filter((type) => conditions[type].status === "true")).toEqual(["Claimed"]);
		expect(deriveStatus("serve", conditions)).toBe("pending");
		expect(firstObstacle(conditions)).toMatchObject({ type: "OwnershipVerified", actor: "customer" });
	});
});
