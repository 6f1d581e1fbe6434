import { describe, expect, it } from "vitest";
import { releasedClaim } from "../../domain/claim.ts";
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
			tenantRevision: 1,
			status: "active",
			updatedAt: longAgo,
		});
	});

	it("of a former name is moved, to the tenant's present one", () => {
		const former = aClaim({ hostname: "old.app.example.com", intent: "redirect" });
		const { hostname } = aTenant();
		const entry = mapEntryOf(former, aTenant(), longAgo);
		expect(entry).toMatchObject({ hostname: "old.app.example.com", status: "moved", redirectTo: hostname });
	});

	it("of a released name stays `removing`, as a fence, until its quarantine ends", () => {
		const released = releasedClaim(aClaim(), longAgo);
		const entry = mapEntryOf(released, aTenant(), longAgo);
		expect(entry).toMatchObject({ status: "removing", generation: 7 });
		expect(entry.expiresAt).toBe(Date.parse("2026-04-01T00:00:00.000Z") / 1000);
	});

	it.each(["serve", "suspend", "remove"] as const)("of a claim to %s neither moves nor expires", (intent) => {
		const entry = mapEntryOf(aClaim({ intent }), aTenant(), longAgo);
		expect(entry).not.toHaveProperty("redirectTo");
		expect(entry).not.toHaveProperty("expiresAt");
	});
});
