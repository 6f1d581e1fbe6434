import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import { type BatchCost, costOf, fillBatch, halves, recordsOf, type ZoneChange } from "../../domain/zone-plan.ts";

function aChange(hostname: string, pairs = 1): ZoneChange {
	const records = Array.from({ length: pairs }, () => recordsOf(hostname, "d1.cloudfront.net")).flat();
	return { hostname, generation: 1, records };
}

const changes = fc
	.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 })
	.map((sizes) => sizes.map((pairs, at) => aChange(`t${at}.app.example.com`, pairs)));
const limit = fc.record({
	elements: fc.integer({ min: 1, max: 60 }),
	characters: fc.integer({ min: 1, max: 1_000 }),
	tokens: fc.integer({ min: 1, max: 60 }),
});

function total(batch: readonly ZoneChange[]): BatchCost {
	const sum = { elements: 0, characters: 0, tokens: 0 };
	for (const cost of batch.map(costOf)) {
		sum.elements += cost.elements;
		sum.characters += cost.characters;
		sum.tokens += cost.tokens;
	}
	return sum;
}

const fits = (cost: BatchCost, limit: BatchCost) =>
	cost.elements <= limit.elements && cost.characters <= limit.characters && cost.tokens <= limit.tokens;

describe("the records of a hostname", () => {
	it("are an A and an AAAA alias to the distribution", () => {
		expect(recordsOf("acme.app.example.com", "d1.cloudfront.net")).toEqual([
			{ name: "acme.app.example.com", type: "A", aliasTarget: "d1.cloudfront.net" },
			{ name: "acme.app.example.com", type: "AAAA", aliasTarget: "d1.cloudfront.net" },
		]);
	});

	it("count double, as UPSERTs do", () => {
		expect(costOf(aChange("acme.app.example.com"))).toEqual({ elements: 4, characters: 4 * 17, tokens: 4 });
	});
});

describe("filling a batch", () => {
	it("stays within every limit, or holds one change alone", () => {
		fc.assert(
			fc.property(changes, limit, (changes, limit) => {
				const batch = fillBatch(changes, limit);
				expect(batch.length === 1 || fits(total(batch), limit)).toBe(true);
			}),
		);
	});

	it("takes from the front, in order, and leaves no change behind that would have fitted", () => {
		fc.assert(
			fc.property(changes, limit, (changes, limit) => {
				const batch = fillBatch(changes, limit);
				expect(batch).toEqual(changes.slice(0, batch.length));
				const next = changes[batch.length];
				if (next) expect(fits(total([...batch, next]), limit)).toBe(false);
			}),
		);
	});

	it("comes to an end batch by batch, losing and repeating nothing", () => {
		fc.assert(
			fc.property(changes, limit, (changes, limit) => {
				const written: ZoneChange[] = [];
				while (written.length < changes.length) {
					const batch = fillBatch(changes.slice(written.length), limit);
					expect(batch.length).toBeGreaterThan(0);
					written.push(...batch);
				}
				expect(written).toEqual(changes);
			}),
		);
	});

	it("takes 250 hostnames at Route 53's published limits", () => {
		const many = Array.from({ length: 500 }, (_, at) => aChange(`t${at}.app.example.com`));
		const published = {
			elements: limits.route53BatchElements.value,
			characters: limits.route53BatchCharacters.value,
			tokens: limits.route53ChangeBurst.value,
		};
		expect(fillBatch(many, published)).toHaveLength(250);
	});

	it("is empty for nothing", () => {
		expect(fillBatch([], { elements: 1, characters: 1, tokens: 1 })).toEqual([]);
	});
});

describe("halving a refused batch", () => {
	it("keeps all changes in order, with none of the halves empty", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(), { minLength: 2, maxLength: 300 }), (batch) => {
				const [left, right] = halves(batch);
				expect([...left, ...right]).toEqual(batch);
				expect(Math.min(left.length, right.length)).toBeGreaterThan(0);
			}),
		);
	});

	it("isolates every culprit, and lets all others through, in few calls", () => {
		const culprits = fc.uniqueArray(fc.nat({ max: 249 }), { maxLength: 5 });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 250 }), culprits, (size, culprits) => {
				const [through, refused]: [number[], number[]] = [[], []];
				let calls = 0;
				const write = (batch: readonly number[]): void => {
					calls++;
					if (!batch.some((change) => culprits.includes(change))) through.push(...batch);
					else if (batch.length === 1) refused.push(...batch);
					else for (const half of halves(batch)) write(half);
				};
				const batch = Array.from({ length: size }, (_, at) => at);
				write(batch);
				expect(refused).toEqual(batch.filter((change) => culprits.includes(change)));
				expect(through).toEqual(batch.filter((change) => !culprits.includes(change)));
				expect(calls).toBeLessThanOrEqual(1 + 2 * refused.length * Math.ceil(Math.log2(size) + 1));
			}),
		);
	});
});
