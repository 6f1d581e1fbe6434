import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimability, claimSchema, newClaim, releasedClaim, renewedClaim, statusOf } from "../../domain/claim.ts";
import { limits } from "../../domain/limits.ts";
import { aClaim, longAgo } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";

describe("a new claim", () => {
	it("is a valid row, meant to be served, in its first revision", () => {
		const claim = aClaim();
		expect(claimSchema.parse(claim)).toEqual(claim);
		expect(claim).toMatchObject({ intent: "serve", revision: 1, generation: 7, createdAt: longAgo });
		expect(statusOf(claim)).toBe("pending");
	});

	it("over a released one goes on from its revision, so that nobody who read that one can write over it", () => {
		const predecessor = aClaim({ intent: "released", quarantinedUntil: longAgo, revision: 41 });
		const { hostname } = predecessor;
		const claim = newClaim({ hostname, tenantId: "ten_other", generation: 8, predecessor }, now);
		expect(claim).toMatchObject({
			tenantId: "ten_other",
			generation: 8,
			intent: "serve",
			revision: 42,
			createdAt: now,
		});
		expect(claim.quarantinedUntil).toBeUndefined();
	});
});

describe("a name", () => {
	it("is available when nobody has claimed it", () => {
		expect(claimability(undefined, now)).toEqual({ state: "available" });
	});

	it.each(["serve", "suspend", "remove"] as const)("is taken while it is meant to %s", (intent) => {
		expect(claimability(aClaim({ intent }), now)).toEqual({ state: "taken" });
	});

	it("is kept until its quarantine ends", () => {
		const until = "2027-01-01T00:00:00.001Z";
		expect(claimability(aClaim({ intent: "released", quarantinedUntil: until }), now)).toEqual({
			state: "quarantined",
			until,
		});
	});

	it("that was released without a date stays closed until somebody looks", () => {
		const released = aClaim({ intent: "released" });
		expect(claimability(released, "2999-01-01T00:00:00.000Z")).toMatchObject({ state: "quarantined" });
	});

	it.each([now, longAgo])("is available again after a quarantine until %s", (quarantinedUntil) => {
		expect(claimability(aClaim({ intent: "released", quarantinedUntil }), now)).toEqual({ state: "available" });
	});
});

describe("a name that was a tenant's", () => {
	const { tenantId } = aClaim();
	const kept = { intent: "released", quarantinedUntil: "2999-01-01T00:00:00.000Z" } as const;

	it.each([aClaim({ intent: "redirect" }), aClaim(kept), aClaim({ intent: "released" })])(
		"may be taken back by it, and by nobody else: $intent",
		(claim) => {
			expect(claimability(claim, now, tenantId)).toEqual({ state: "available" });
			expect(claimability(claim, now, "ten_other").state).not.toBe("available");
			expect(claimability(claim, now).state).not.toBe("available");
		},
	);

	it.each(["serve", "suspend", "remove"] as const)("is taken even for itself while it is to %s", (intent) => {
		expect(claimability(aClaim({ intent }), now, tenantId)).toEqual({ state: "taken" });
	});
});

describe("a renewed claim", () => {
	const held = aClaim({ intent: "redirect", redirectUntil: now, quarantinedUntil: now, revision: 3 });

	it("has the next generation and revision, what changes, and nothing of a redirect or a quarantine before", () => {
		const claim = renewedClaim(held, { intent: "serve" }, { now, epoch: 1 });
		expect(claim).toEqual({
			...aClaim({ intent: "serve", revision: 4, updatedAt: now }),
			generation: 1_000_000_001,
		});
		expect(renewedClaim(held, { redirectUntil: longAgo }, { now, epoch: 1 }).redirectUntil).toBe(longAgo);
	});

	it("is always ahead of what it was, in every epoch", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 1_000 }), (generation, epoch) => {
				expect(renewedClaim({ ...held, generation }, {}, { now, epoch }).generation).toBeGreaterThan(generation);
			}),
		);
	});
});

describe("a released claim", () => {
	it("keeps its generation, and is kept from others for 90 days", () => {
		const claim = releasedClaim(aClaim({ intent: "remove", revision: 3 }), now);
		expect(claim).toMatchObject({ intent: "released", generation: 7, revision: 4, updatedAt: now });
		expect(Date.parse(claim.quarantinedUntil ?? "") - Date.parse(now)).toBe(limits.quarantine.value * 86_400_000);
		expect(statusOf(claim)).toBe("released");
		expect(claimSchema.parse(claim)).toEqual(claim);
	});
});
