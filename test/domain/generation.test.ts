import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextGeneration } from "../../domain/generation.ts";

const epoch = fc.integer({ min: 1, max: 1_000 });
const generation = fc.option(fc.integer({ min: 1, max: 1_000_000_000_000 }), { nil: undefined });

describe("the generation of a hostname", () => {
	it("begins above everything that an older epoch gave out", () => {
		expect(nextGeneration(undefined, 1)).toBe(1_000_000_001);
		expect(nextGeneration(1_000_000_001, 1)).toBe(1_000_000_002);
		expect(nextGeneration(1_000_000_002, 2)).toBe(2_000_000_001);
	});

	it("grows with every change, in every epoch", () => {
		fc.assert(
			fc.property(generation, epoch, (before, epoch) => {
				const after = nextGeneration(before, epoch);
				expect(after).toBeGreaterThan(before ?? 0);
				expect(Number.isSafeInteger(after)).toBe(true);
			}),
		);
	});

	it("is lifted by a raised epoch above all that were handed out before a restore, also the forgotten ones", () => {
		fc.assert(
			fc.property(epoch, fc.nat({ max: 20 }), (epoch, changes) => {
				let handedOut = 0;
				for (let change = 0; change <= changes; change++) handedOut = nextGeneration(handedOut, epoch);
				// The restored row is older than the last one that was handed out, or is not there at all.
				expect(nextGeneration(undefined, epoch + 1)).toBeGreaterThan(handedOut);
			}),
		);
	});

	it("does not fall when the epoch is lowered by mistake", () => {
		expect(nextGeneration(5_000_000_007, 1)).toBe(5_000_000_008);
	});
});
