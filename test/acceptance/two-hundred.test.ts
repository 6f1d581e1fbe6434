import { beforeAll, describe, expect, it } from "vitest";
import { benchOnboardings, type OnboardingsReport } from "../../bench/onboardings.ts";

const count = 200;

describe("two hundred tenants that are asked for at once", () => {
	let report: OnboardingsReport;

	// It rejects unless all of them are active. How long that takes is the machine's affair: docs/performance.md has figures.
	beforeAll(async () => {
		report = await benchOnboardings({ count, insyncMs: 2_000 });
		console.log(`Two hundred onboardings: ${JSON.stringify(report)}`);
	}, 400_000);

	it("share at most a dozen writes to Route 53", () => {
		expect(report.route53Calls["ChangeResourceRecordSets"]).toBeLessThanOrEqual(12);
	});

	it("are looked after once for each batch and look, and not once for each tenant", () => {
		expect(report.route53Calls["GetChange"]).toBeLessThanOrEqual(count / 5);
	});

	it("take no more state transitions than the states that they visit", () => {
		expect(report.transitionsPerOperation).toBe(5);
	});

	it("keep the process below 500 MB", () => {
		expect(report.peakRssMegabytes).toBeLessThan(500);
	});
});
