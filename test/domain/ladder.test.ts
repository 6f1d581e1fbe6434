import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ladders, nextLookAt } from "../../domain/ladder.ts";
import { limits } from "../../domain/limits.ts";

const startMs = Date.UTC(2027, 0, 1);
const kinds = Object.entries(ladders).filter(([, { deadlineSeconds }]) => Number.isFinite(deadlineSeconds));

/** The moments of all looks, each `lateMs` after it was due. */
function looksOf(ladder: (typeof ladders)[keyof typeof ladders], lateMs: () => number): number[] {
	const looks: number[] = [];
	for (let nowMs = startMs; looks.length < 10_000; ) {
		const next = nextLookAt(ladder, startMs, looks.length, nowMs);
		if (next === undefined) return looks;
		nowMs = next + lateMs();
		looks.push(nowMs);
	}
	return looks;
}

describe.each(kinds)("the ladder of a %s", (_, ladder) => {
	const deadlineMs = startMs + ladder.deadlineSeconds * 1000;

	it("looks last at its deadline, exactly, when every look is on time", () => {
		expect(looksOf(ladder, () => 0).at(-1)).toBe(deadlineMs);
	});

	it("costs a bounded number of looks: its steps, then the last one repeated", () => {
		const last = ladder.steps[ladder.steps.length - 1] ?? 0;
		const bound = ladder.steps.length + Math.ceil(ladder.deadlineSeconds / last);
		expect(looksOf(ladder, () => 0).length).toBeLessThanOrEqual(bound);
		expect(bound).toBeLessThan(100);
	});

	it("climbs at its steps", () => {
		const looks = looksOf(ladder, () => 0);
		const waited = looks.slice(0, ladder.steps.length).map((at, look) => (at - (looks[look - 1] ?? startMs)) / 1000);
		expect(waited).toEqual([...ladder.steps]);
	});

	it("always ends, with a last look at or after its deadline, however late the looks are", () => {
		fc.assert(
			fc.property(fc.infiniteStream(fc.nat({ max: 600_000 })), (late) => {
				const looks = looksOf(ladder, () => late.next().value);
				expect(looks.length).toBeLessThan(100);
				expect(looks.at(-1)).toBeGreaterThanOrEqual(deadlineMs);
				for (const before of looks.slice(0, -1)) expect(before).toBeLessThan(deadlineMs);
			}),
			{ numRuns: 50 },
		);
	});
});

describe.each(["domain-ownership", "domain-traffic"] as const)("a wait for a customer, as %s,", (kind) => {
	const looks = looksOf(ladders[kind], () => 0).map((at) => (at - startMs) / 1000);

	it("costs 75 looks in seven days, and fewer when they are late", () => {
		expect(looks).toHaveLength(75);
		expect(looks.at(-1)).toBe(7 * 86_400);
		expect(looksOf(ladders[kind], () => 30_000).length).toBeLessThanOrEqual(75);
	});

	it("looks ten times in the first 20 minutes, and then ever more seldom, up to every four hours", () => {
		expect(looks.filter((at) => at <= 20 * 60).length).toBeGreaterThanOrEqual(10);
		const waited = looks.map((at, look) => at - (looks[look - 1] ?? 0));
		for (const [look, seconds] of waited.slice(0, -1).entries()) {
			expect(seconds).toBeGreaterThanOrEqual(waited[look - 1] ?? 0);
			expect(seconds).toBeLessThanOrEqual(4 * 3_600);
		}
	});
});

describe("the watch of an active domain", () => {
	it("looks daily and never ends", () => {
		const tenYearsMs = 3_650 * 86_400_000;
		expect(nextLookAt(ladders["domain-watch"], startMs, 3_650, startMs + tenYearsMs)).toBe(
			startMs + tenYearsMs + 86_400_000,
		);
	});
});

describe("a wait for AWS", () => {
	it("for a certificate outlasts ACM's own patience, so that its last word is heard", () => {
		const { deadlineSeconds } = ladders["domain-certificate"];
		expect(deadlineSeconds).toBeGreaterThan(limits.certificateValidation.value * 3_600);
	});

	it("for the edge looks often while a deployment takes its minutes", () => {
		const looks = looksOf(ladders["domain-edge"], () => 0).filter((at) => at <= startMs + 600_000);
		expect(looks.length).toBeGreaterThanOrEqual(10);
	});
});

describe("the next look", () => {
	it("is none from the deadline on", () => {
		const ladder = { steps: [5], deadlineSeconds: 60 } as const;
		expect(nextLookAt(ladder, 0, 3, 59_999)).toBe(60_000);
		expect(nextLookAt(ladder, 0, 3, 60_000)).toBeUndefined();
		expect(nextLookAt(ladder, 0, 3, 90_000)).toBeUndefined();
	});

	it("is on the first step for a count that no row can have", () => {
		expect(nextLookAt({ steps: [5, 9], deadlineSeconds: 60 }, 0, -1, 0)).toBe(5_000);
	});
});
