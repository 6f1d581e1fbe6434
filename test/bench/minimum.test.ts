import { describe, expect, it } from "vitest";
import { hostnamesPerBatch, leastSeconds } from "../../bench/minimum.ts";

describe("the least time for onboardings", () => {
	it("counts 250 hostnames to a batch: two aliases each, both doubled by UPSERT, of 1,000 elements", () => {
		expect(hostnamesPerBatch).toBe(250);
	});

	it("is one INSYNC as long as the full buckets last", () => {
		expect(leastSeconds(1, 60)).toBe(60);
		expect(leastSeconds(200, 60)).toBe(60);
		expect(leastSeconds(375, 2)).toBe(2);
	});

	it("grows by four change tokens an onboarding, at a hundred a second, once their 1,500 are gone", () => {
		expect(leastSeconds(376, 0)).toBeCloseTo(0.04);
		expect(leastSeconds(1_000, 60)).toBeCloseTo(60 + 25);
	});

	it("is bound by the changes bucket, and not by requests or starts, however many there are", () => {
		for (const count of [10_000, 100_000]) expect(leastSeconds(count, 0)).toBeCloseTo((count * 4 - 1_500) / 100);
	});
});
