import { describe, expect, it } from "vitest";
import { type Claim, releasedClaim } from "../../domain/claim.ts";
import { conditionTypes, withCondition } from "../../domain/conditions.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { tenantView, tenantViewSchema } from "../../domain/tenant-view.ts";
import { aClaim, aTenant, longAgo, tenantId, withTrue } from "../builders/entities.ts";

const active = withTrue(aClaim(), ...conditionTypes);
const suspended: Claim = { ...active, intent: "suspend" };
const broken = { status: "false", reason: "No", message: "No.", actor: "operator", fix: "Mend it." } as const;
const failing = (claim: Claim): Claim => ({
	...claim,
	conditions: withCondition(claim.conditions, "RoutePublished", broken, longAgo),
});
const opening = (claim: Claim): Claim => ({
	...claim,
	conditions: withCondition(
		claim.conditions,
		"RoutePublished",
		{ status: "unknown", reason: "Changing", message: "A change is under way.", actor: "hostmaster" },
		longAgo,
	),
});
const resume = `POST /v1/tenants/${tenantId}/resume brings it back.`;
const gone = { nextActor: null, fix: null };

const cases: [string, Claim | undefined, object][] = [
	["suspended: support brings it back", suspended, { status: "suspended", nextActor: "operator", fix: resume }],
	[
		"about to be suspended",
		opening(suspended),
		{ status: "provisioning", nextActor: "hostmaster", fix: "Nothing to do: A change is under way." },
	],
	[
		"not suspended, since that failed",
		failing(suspended),
		{ status: "failed", nextActor: "operator", fix: "Mend it." },
	],
	[
		"being taken down",
		{ ...active, intent: "remove" },
		{ status: "removing", nextActor: "hostmaster", fix: "Nothing to do: it is being taken down." },
	],
	[
		"stuck while it is taken down",
		failing({ ...active, intent: "remove" }),
		{ status: "removing", nextActor: "operator", fix: "Mend it." },
	],
	["redirecting", { ...active, intent: "redirect" }, { status: "redirecting", ...gone }],
	["released", releasedClaim(active, longAgo), { status: "released", generation: 7, ...gone }],
	["released long ago", undefined, { status: "released", generation: 0, conditions: [], ...gone }],
	[
		"released, and its name is somebody else's by now",
		{ ...active, tenantId: "ten_other" },
		{ status: "released", generation: 0, conditions: [], ...gone },
	],
];

describe("a tenant as callers see it", () => {
	it.each(cases)("is %s", (_, claim, expected) => {
		const view = tenantView(aTenant(), claim);
		expect(view).toMatchObject(expected);
		expect(tenantViewSchema.parse(view)).toEqual(view);
	});

	it("shows why it is suspended, which names redirect, and which state the next PATCH changes", () => {
		const shown: Partial<Tenant> = {
			suspension: { reason: "Unpaid.", since: longAgo, requestedBy: "billing" },
			formerHostnames: ["old.app.example.com"],
			revision: 7,
			releasedAt: longAgo,
		};
		expect(tenantView(aTenant(shown), suspended)).toMatchObject(shown);
	});

	it("never shows what is kept for ourselves", () => {
		const tenant = aTenant({ lastOperationId: "op_1", heard: { plan: longAgo } });
		for (const [, claim] of cases) {
			const keys = Object.keys(tenantView(tenant, claim));
			expect(keys).not.toContain("lastOperationId");
			expect(keys).not.toContain("heard");
		}
		expect(Object.keys(tenantViewSchema.shape)).not.toContain("lastOperationId");
		expect(Object.keys(tenantViewSchema.shape)).not.toContain("heard");
	});
});
