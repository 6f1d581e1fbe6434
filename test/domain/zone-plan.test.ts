import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import {
	type BatchCost,
	costOf,
	fillBatch,
	halves,
	isWanted,
	namesOf,
	recordsOf,
	type ZoneAction,
	type ZoneChange,
	zoneActions,
} from "../../domain/zone-plan.ts";
import { aClaim } from "../builders/entities.ts";

function aChange(hostname: string, pairs = 1, action: ZoneAction = "upsert"): ZoneChange {
	const records = Array.from({ length: pairs }, () => recordsOf(hostname, "d1.cloudfront.net")).flat();
	return { hostname, generation: 1, action, records };
}

const changes = fc
	.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(...zoneActions)), { maxLength: 40 })
	.map((sizes) => sizes.map(([pairs, action], at) => aChange(`t${at}.app.example.com`, pairs, action)));
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

	it("count double when they are written, as UPSERTs do, and once when they are deleted", () => {
		const once = { elements: 2, characters: 2 * 17, tokens: 2 };
		expect(costOf(aChange("acme.app.example.com"))).toEqual({ elements: 4, characters: 4 * 17, tokens: 4 });
		expect(costOf(aChange("acme.app.example.com", 1, "delete"))).toEqual(once);
	});
});

describe("whether a change is still wanted", () => {
	const [acme, old] = ["acme.app.example.com", "old.app.example.com"];
	const two = [...recordsOf(acme, "d1.cloudfront.net"), ...recordsOf(old, "d1.cloudfront.net")];
	const upsert: ZoneChange = { ...aChange(acme), generation: 7 };
	const leave: ZoneChange = { hostname: acme, generation: 7, action: "delete", records: two };
	const isSo = (change: ZoneChange, ...claims: ReturnType<typeof aClaim>[]) =>
		isWanted(change, new Map(claims.map((claim) => [claim.hostname, claim])));

	it.each([
		["serve", true, false],
		["suspend", true, false],
		["redirect", true, false],
		["remove", false, true],
		["released", false, false],
	] as const)("of a claim to %s: to write %s, to delete %s", (intent, written, deleted) => {
		const own = aClaim({ hostname: acme, intent });
		expect(isSo(upsert, own)).toBe(written);
		expect(isSo(leave, own, aClaim({ hostname: old, intent: "remove", generation: 3 }))).toBe(deleted);
	});

	it("says no to every generation but the claim's, and without a claim", () => {
		for (const generation of [6, 8]) {
			expect(isSo({ ...upsert, generation }, aClaim({ hostname: acme }))).toBe(false);
			const leaving = [acme, old].map((hostname) => aClaim({ hostname, intent: "remove" }));
			expect(isSo({ ...leave, generation }, ...leaving)).toBe(false);
		}
		expect(isSo(upsert)).toBe(false);
	});

	it("says no to deleting a name that stays, is another tenant's or has no claim, though the fence says yes", () => {
		const fence = aClaim({ hostname: acme, intent: "remove" });
		for (const intent of ["serve", "suspend", "redirect", "released"] as const) {
			expect(isSo(leave, fence, aClaim({ hostname: old, intent }))).toBe(false);
		}
		expect(isSo(leave, fence, aClaim({ hostname: old, intent: "remove", tenantId: "ten_2" }))).toBe(false);
		expect(isSo(leave, fence)).toBe(false);
		expect(namesOf(leave)).toEqual([acme, old]);
	});

	it("never deletes a fence that stays itself, when only other names leave", () => {
		const others = { ...leave, records: recordsOf(old, "d1.cloudfront.net") };
		expect(isSo(others, aClaim({ hostname: acme }), aClaim({ hostname: old, intent: "remove" }))).toBe(false);
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

	it.each([
		["upsert", 250],
		["delete", 500],
	] as const)("takes as many hostnames to %s as Route 53's published limits allow: %i", (action, most) => {
		const many = Array.from({ length: 600 }, (_, at) => aChange(`t${at}.app.example.com`, 1, action));
		const published = {
			elements: limits.route53BatchElements.value,
			characters: limits.route53BatchCharacters.value,
			tokens: limits.route53ChangeBurst.value,
		};
		expect(fillBatch(many, published)).toHaveLength(most);
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
