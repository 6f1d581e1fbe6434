import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawIn } from "../../domain/json-flaw.ts";
import { limits } from "../../domain/limits.ts";

const nested = (levels: number) => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
const max = limits.jsonDepth.value;

describe("a JSON value that can be kept as it came", () => {
	it("is any that JSON can write, but for a few", () => {
		const texts = fc.json({ maxDepth: 8 }).filter((text) => !text.includes("__proto__"));
		fc.assert(fc.property(texts, (text) => flawIn(JSON.parse(text)) === undefined));
	});

	it("has as many levels as are promised", () => {
		expect(flawIn(nested(max + 1))).toBeUndefined();
	});
});

describe("a JSON value that cannot", () => {
	it.each([
		["nested one level too deep", { a: nested(max + 1) }, ["a"], "depth"],
		["nested deeper than any stack", { a: nested(100_000) }, ["a"], "depth"],
		["with a member that sets prototypes", JSON.parse('{"a":{"__proto__":1}}'), ["a", "__proto__"], "member-name"],
		["with half a character", { a: ["ok", "x\ud800"] }, ["a", "1"], "unicode"],
		["that is half a character", "\udc00", [], "unicode"],
		["with half a character in a name", { "x\ud800": 1 }, ["x\ufffd"], "unicode"],
		["with a number beyond counting", JSON.parse('{"a":-1e400}'), ["a"], "number"],
	])("is told by its first flaw: %s", (_, value, path, rule) => {
		expect(flawIn(value)).toMatchObject({ path, rule, detail: expect.any(String) });
	});
});
