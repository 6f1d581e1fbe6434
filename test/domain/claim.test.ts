import { describe, expect, it } from "vitest";
import { claimability, claimSchema, newClaim, statusOf } from "../../domain/claim.ts";
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
