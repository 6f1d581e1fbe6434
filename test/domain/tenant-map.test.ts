import { describe, expect, it } from "vitest";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { aClaim, aTenant, longAgo } from "../builders/entities.ts";

describe("the map's entry", () => {
	it.each([
		["serve", "active"],
		["suspend", "suspended"],
		["remove", "removing"],
	] as const)("of a claim that is meant to %s is %s", (intent, status) => {
		expect(mapEntryOf(aClaim({ intent }), aTenant(), longAgo)).toMatchObject({ status, generation: 7 });
	});

	it("has the tenant's origin and routes, and the claim's name and generation", () => {
		const routes = [{ prefix: "/ai", origin: { ...aTenant().origin, host: "ai.origins.example.net" } }];
		const { hostname, tenantId, slug, origin } = aTenant();
		expect(mapEntryOf(aClaim(), aTenant({ routes }), longAgo)).toEqual({
			v: 1,
			hostname,
			tenantId,
			slug,
			origin,
			routes,
			generation: 7,
			status: "active",
			updatedAt: longAgo,
		});
	});

	it("does not exist for a released name", () => {
		expect(mapEntryOf(aClaim({ intent: "released" }), aTenant(), longAgo)).toBeUndefined();
	});
});
