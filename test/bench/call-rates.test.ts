import { describe, expect, it } from "vitest";
import { peaksOf, type Sample } from "../../bench/call-rates.ts";

const at = (atMs: number, calls: Record<string, number>, route53Calls: Record<string, number> = {}): Sample => ({
	...{ atMs, calls, route53Calls },
});

describe("the busiest second of each operation", () => {
	it("is the steepest interval between two samples, however long it was", () => {
		const samples = [0, 4, 24, 26].map((calls, index) => at(index * 2_000, { "acm.DescribeCertificate": calls }));
		expect(peaksOf(samples)).toEqual([
			{ call: "acm.DescribeCertificate", perSecond: 10, quotaPerSecond: 10, isWithin: true },
		]);
	});

	it("is too much beyond what AWS publishes", () => {
		const samples = [at(0, { "acm.RequestCertificate": 2 }), at(1_000, { "acm.RequestCertificate": 8 })];
		expect(peaksOf(samples)).toMatchObject([{ perSecond: 6, quotaPerSecond: 5, isWithin: false }]);
	});

	it("counts all of Route 53's together, since they share one limit", () => {
		const samples = [at(0, {}), at(1_000, {}, { GetChange: 4, ListResourceRecordSets: 7 })];
		expect(peaksOf(samples)).toMatchObject([{ call: "route53.*", perSecond: 11, isWithin: false }]);
	});

	it("leaves out what was never called, what has no published rate, and a single sample", () => {
		const samples = [at(0, { "dynamodb.GetItem": 0 }), at(1_000, { "dynamodb.GetItem": 9_000 })];
		expect(peaksOf(samples)).toEqual([]);
		expect(peaksOf([at(0, { "acm.DescribeCertificate": 500 })])).toEqual([]);
	});
});
