import { describe, expect, it } from "vitest";
import { releasedClaim } from "../../domain/claim.ts";
import { conditionTypes, withCondition } from "../../domain/conditions.ts";
import { domainView, domainViewSchema, recordsOf } from "../../domain/domain-view.ts";
import type { Check } from "../../domain/wait.ts";
import { aDomainClaim, attaching, notAfter, shop, validationRecord } from "../builders/a-custom-domain.ts";
import { token } from "../builders/an-expected-domain.ts";
import { aClaim, aTenant, longAgo, platformDomain, tenantId, withTrue } from "../builders/entities.ts";

const place = { platformDomain, check: undefined };
const active = withTrue(aDomainClaim(), ...conditionTypes);
const view = (claim = aDomainClaim(), tenant = aTenant(), check?: Check) =>
	domainViewSchema.parse(domainView(claim, tenant, { platformDomain, check }));
const suspended = aTenant({ suspension: { reason: "Unpaid.", since: longAgo, requestedBy: "billing" } });
const wrong = {
	status: "false",
	reason: "CnameWrongTarget",
	message: "It leads elsewhere.",
	actor: "customer",
} as const;

describe("a domain as callers see it", () => {
	it("has what its customer sets, how it stands, and who acts next", () => {
		expect(view()).toMatchObject({
			...{ hostname: shop, tenantId, status: "pending", primary: false, validation: "http", attempt: 1 },
			...{ redirectTo: null, nextActor: "customer", waiting: null, certificateEndsAt: null, imitates: [] },
			...{ operationId: attaching, generation: 7, createdAt: longAgo, updatedAt: longAgo },
			records: [{ name: shop, type: "CNAME", value: `${token}.edge.${platformDomain}` }],
		});
		expect(view().conditions.map(({ type }) => type)).toEqual([...conditionTypes]);
	});

	it("has all that is known of it", () => {
		const more = { redirectTo: "www.acme.com", certificateEndsAt: notAfter, imitates: ["acne.com"] };
		const { lastOperationId: _none, ...claim } = aDomainClaim(more);
		expect(view(claim, aTenant({ primaryHostname: shop }))).toMatchObject({
			...more,
			primary: true,
			operationId: null,
		});
	});

	it("says what is waited for, and when the next look is", () => {
		const check: Check = {
			...{ kind: "domain-ownership", subject: `${shop}#7`, opening: "1", startedAt: longAgo, looks: 3 },
			nextCheckAt: notAfter,
		};
		const waiting = { kind: "domain-ownership", since: longAgo, lastSeen: null, nextCheckAt: notAfter };
		expect(view(aDomainClaim(), aTenant(), check).waiting).toEqual(waiting);
		const seen = { ...check, lastSeen: "txt-missing: none" };
		expect(view(aDomainClaim(), aTenant(), seen).waiting).toEqual({ ...waiting, lastSeen: "txt-missing: none" });
	});

	it.each([
		["is active", active, aTenant(), "active", null, null],
		["is active, of a tenant that is suspended", active, suspended, "suspended", "operator", /resume/],
		["is pending, of a tenant that is suspended", aDomainClaim(), suspended, "pending", "customer", /./],
		["was given back", releasedClaim(active, longAgo), aTenant(), "released", null, null],
		["is taken down", { ...active, intent: "remove" as const }, aTenant(), "removing", "hostmaster", /taken down/],
	] as const)("that %s says who has to act", (_, claim, tenant, status, nextActor, fix) => {
		const found = view(claim, tenant);
		expect(found).toMatchObject({ status, nextActor });
		if (fix === null) expect(found.fix).toBeNull();
		else expect(found.fix).toMatch(fix);
	});

	it("says what mends it, or what is so where nobody wrote how to mend it", () => {
		const found = (fix?: string) => {
			const change = fix === undefined ? wrong : { ...wrong, fix };
			const conditions = withCondition(aDomainClaim().conditions, "OwnershipVerified", change, longAgo);
			return view(aDomainClaim({}, { conditions })).fix;
		};
		expect(found("Set the CNAME.")).toBe("Set the CNAME.");
		expect(found()).toBe("It leads elsewhere.");
	});

	it("is none of a platform subdomain", () => {
		expect(() => domainView(aClaim(), aTenant(), place)).toThrow("no custom domain");
	});
});

describe("the records of a domain", () => {
	it("are none for what is going, or gone, or ours", () => {
		for (const claim of [{ ...active, intent: "remove" as const }, releasedClaim(active, longAgo), aClaim()]) {
			expect(recordsOf(claim, place)).toEqual([]);
		}
	});

	it.each([
		["an apex", { hostname: "acme.com" }, ["TXT", "ALIAS"]],
		["a wildcard", { hostname: "*.acme.com" }, ["TXT", "CNAME", "CNAME"]],
	])("are those of %s", (_, more, types) => {
		const how = more.hostname.startsWith("*.") ? ({ validation: "dns", validationRecord } as const) : {};
		const claim = aDomainClaim({ proofs: ["txt"], ...how }, more);
		const records = recordsOf(claim, place);
		expect(records.map(({ type }) => type)).toEqual(types);
		expect(records[0]).toMatchObject({ name: "_hostmaster.acme.com", value: `hostmaster-verification=${token}` });
	});
});
