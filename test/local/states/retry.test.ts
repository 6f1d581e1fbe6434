import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, retryDelayMs } from "../../../local/states/failure.ts";
import type { Retrier } from "../../../local/states/machine.ts";

const plain: Retrier = {
	ErrorEquals: ["States.ALL"],
	IntervalSeconds: 1,
	MaxAttempts: 3,
	BackoffRate: 2,
	JitterStrategy: "NONE",
};

describe("the delay before a retry", () => {
	it("grows by the backoff rate from attempt to attempt", () => {
		const delays = [0, 1, 2, 3].map((spent) =>
			retryDelayMs({ ...plain, IntervalSeconds: 3, BackoffRate: 1.5 }, spent, 0.9),
		);
		expect(delays).toEqual([3000, 4500, 6750, 10_125]);
	});

	it("never grows beyond MaxDelaySeconds", () => {
		const capped = { ...plain, IntervalSeconds: 3, MaxDelaySeconds: 5 };
		expect([0, 1, 2, 9].map((spent) => retryDelayMs(capped, spent, 0.5))).toEqual([3000, 5000, 5000, 5000]);
	});

	it("lies between nothing and the whole delay when the jitter is FULL", () => {
		const retrier = fc.record({
			IntervalSeconds: fc.integer({ min: 1, max: 100 }),
			BackoffRate: fc.double({ min: 1, max: 4, noNaN: true }),
			MaxDelaySeconds: fc.integer({ min: 1, max: 1000 }),
		});
		const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
		fc.assert(
			fc.property(retrier, fc.integer({ min: 0, max: 10 }), random, (given, spent, chance) => {
				const whole = retryDelayMs({ ...plain, ...given }, spent, chance);
				const part = retryDelayMs({ ...plain, ...given, JitterStrategy: "FULL" }, spent, chance);
				expect(part).toBeGreaterThanOrEqual(0);
				expect(part).toBeLessThanOrEqual(whole);
				expect(whole).toBeLessThanOrEqual(given.MaxDelaySeconds * 1000);
			}),
		);
	});
});

describe("what a handler takes", () => {
	it.each([
		[["States.ALL"], { error: "Throttled" }, true],
		[["States.ALL"], { error: "States.Timeout" }, true],
		[["States.ALL"], {}, true],
		[["States.ALL"], { error: "States.Runtime" }, false],
		[["States.ALL"], { error: "States.DataLimitExceeded" }, false],
		[["States.DataLimitExceeded"], { error: "States.DataLimitExceeded" }, true],
		[["States.TaskFailed"], { error: "Throttled" }, true],
		[["States.TaskFailed"], { error: "States.Timeout" }, false],
		[["Throttled", "Superseded"], { error: "Superseded" }, true],
		[["Throttled"], { error: "throttled" }, false],
		[["States.HeartbeatTimeout"], { error: "States.Timeout", alias: "States.HeartbeatTimeout" }, true],
		[["States.HeartbeatTimeout"], { error: "States.Timeout" }, false],
	])("%j takes %j: %s", (names, failure, taken) => {
		expect(matches(names, failure)).toBe(taken);
	});
});
