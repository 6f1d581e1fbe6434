import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullBucket, refilled, spent, waitForMs } from "../../domain/token-bucket.ts";

const limit = { burst: 50, perSecond: 10 };
const tokens = fc.double({ min: -100, max: 50, noNaN: true });

describe("a token bucket", () => {
	it("gives its burst at once, and nothing more before it is refilled", () => {
		const empty = spent(fullBucket(limit, 0), 50);
		expect(empty).toEqual({ tokens: 0, atMs: 0 });
		expect(waitForMs(empty, limit, 1)).toBe(100);
		expect(refilled(empty, limit, 100)).toEqual({ tokens: 1, atMs: 100 });
	});

	it("lets a cost pass as soon as it is there", () => {
		expect(waitForMs({ tokens: 4, atMs: 0 }, limit, 4)).toBe(0);
		expect(waitForMs({ tokens: 3.5, atMs: 0 }, limit, 4)).toBe(50);
	});

	it("never holds more than its burst, and never loses what it has", () => {
		fc.assert(
			fc.property(tokens, fc.nat({ max: 100_000 }), (tokens, elapsedMs) => {
				const after = refilled({ tokens, atMs: 1_000 }, limit, 1_000 + elapsedMs);
				expect(after.tokens).toBeLessThanOrEqual(limit.burst);
				expect(after.tokens).toBeGreaterThanOrEqual(tokens);
			}),
		);
	});

	it("gives nothing for a clock that runs backwards", () => {
		expect(refilled({ tokens: 3, atMs: 5_000 }, limit, 1_000)).toEqual({ tokens: 3, atMs: 5_000 });
	});

	it("holds enough after exactly the wait that it named, and not a tick too late", () => {
		fc.assert(
			fc.property(tokens, fc.integer({ min: 1, max: 200 }), (tokens, cost) => {
				const bucket = { tokens, atMs: 0 };
				const ms = waitForMs(bucket, limit, cost);
				const wanted = Math.min(cost, limit.burst);
				// Sums of fractions are off by less than a millionth of a token.
				expect(refilled(bucket, limit, ms).tokens).toBeGreaterThanOrEqual(wanted - 1e-6);
				if (ms > 1) expect(refilled(bucket, limit, ms - 1).tokens).toBeLessThan(wanted);
			}),
		);
	});

	it("never lets more through in a stretch of time than its burst and its rate", () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat({ max: 2_000 }), fc.integer({ min: 1, max: 50 })), { maxLength: 60 }),
				(asked) => {
					let bucket = fullBucket(limit, 0);
					let [nowMs, through] = [0, 0];
					for (const [pauseMs, cost] of asked) {
						nowMs += pauseMs;
						bucket = refilled(bucket, limit, nowMs);
						if (waitForMs(bucket, limit, cost) > 0) continue;
						bucket = spent(bucket, cost);
						through += cost;
					}
					expect(through).toBeLessThanOrEqual(limit.burst + (nowMs / 1000) * limit.perSecond + 1e-6);
				},
			),
		);
	});
});
