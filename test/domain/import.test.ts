import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunksOf, countLines, estimateSeconds, isRefused, type KeptLine } from "../../domain/import.ts";
import { limits } from "../../domain/limits.ts";
import { aNewTenant } from "../builders/entities.ts";

const problem = { field: "slug", rule: "unique", detail: "It is taken." };
const aLine = (line: number, more: Partial<KeptLine> = {}): KeptLine => ({
	...{ line, state: "new", slug: `t-${line}`, request: aNewTenant({ slug: `t-${line}` }) },
	...more,
});

describe("the counts of an import", () => {
	it("are those of its lines' states, and of the adopted ones among the new", () => {
		const states = ["new", "new", "same", "conflict", "conflict", "conflict", "invalid"] as const;
		const lines = states.map((state, at) => aLine(at + 1, { state }));
		expect(countLines([aLine(8, { adopted: true }), ...lines])).toEqual({
			...{ new: 3, same: 1, conflict: 3, invalid: 1, adopted: 1 },
		});
	});

	it.each<[what: string, line: Partial<KeptLine>, refused: boolean]>([
		["waits", {}, false],
		["was accepted", { operationId: "op_1" }, false],
		["could not be accepted", { problem }, true],
		["was a conflict from the start", { state: "conflict", problem }, false],
	])("take a line that %s for refused: %#", (_, more, refused) => {
		expect(isRefused(aLine(1, more))).toBe(refused);
	});
});

describe("the estimate", () => {
	it.each([
		[0, 0],
		[1, 60],
		// 1,500 change tokens lie ready, and a hostname takes four.
		[375, 60],
		[400, 61],
		[1_000, 85],
		[10_000, 445],
	])("for %i hostnames whose records have to be written is %i s", (hostnames, seconds) => {
		expect(estimateSeconds(hostnames)).toBe(seconds);
	});
});

describe("the parts of an import", () => {
	it("hold up to 100 lines each, in their order", () => {
		const lines = Array.from({ length: 250 }, (_, at) => aLine(at + 1));
		const chunks = chunksOf(lines);
		expect(chunks.map(({ length }) => length)).toEqual([100, 100, 50]);
		expect(chunks.flat()).toEqual(lines);
		expect(chunksOf([])).toEqual([]);
	});

	it("fit a row of DynamoDB, also when all of the text takes three bytes a character", () => {
		const config = { text: "漢".repeat(16_000) };
		const lines = Array.from({ length: 40 }, (_, at) => aLine(at + 1, { request: aNewTenant({ config }) }));
		const chunks = chunksOf(lines);
		expect(chunks.flat()).toEqual(lines);
		for (const chunk of chunks)
			expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(limits.dynamodbItem.value);
	});

	it("lose no line, and are over their size only where one line alone is", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 200 })), fc.integer({ min: 100, max: 2_000 }), (lengths, most) => {
				const lines = lengths.map(
					(length, at): KeptLine => ({ line: at + 1, state: "same", slug: "x".repeat(length) }),
				);
				const chunks = chunksOf(lines, most);
				expect(chunks.flat()).toEqual(lines);
				for (const chunk of chunks) {
					const size = chunk.reduce((sum, line) => sum + JSON.stringify(line).length, 0);
					expect(chunk.length === 1 || size <= most).toBe(true);
				}
			}),
		);
	});
});
