import { describe, expect, it } from "vitest";
import { claimability, claimSchema, statusOf } from "../../domain/claim.ts";
import { aClaim, longAgo } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";

describe("a new claim", () => {
	it("is a valid row, meant to be served, in its first revision", () => {
		const claim = aClaim();
		expect(claimSchema.parse(claim)).toEqual(claim);
		expect(claim).toMatchObject({ intent: "serve", revision: 1, generation: 7, createdAt: longAgo });
		expect(statusOf(claim)).toBe("pending");
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

	it.each([now, longAgo, undefined])("is available again after a quarantine until %s", (quarantinedUntil) => {
		expect(claimability(aClaim({ intent: "released", quarantinedUntil }), now)).toEqual({ state: "available" });
	});
});
