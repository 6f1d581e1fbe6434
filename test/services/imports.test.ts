import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { importOfRequest, keepChunk, keepImport, readChunk, readChunks } from "../../services/imports.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aNewTenant } from "../builders/entities.ts";
import { aKeptLine, holdImport } from "../functions/an-import.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

describe("the parts of an import", () => {
	it("come back as they were kept, whatever numbers and depths a config holds", async () => {
		const config = { large: 1e300, small: 5e-324, exact: 12_345_678_901_234_568, deep: deep(60), text: "漢\u0001" };
		const lines = [aKeptLine(1, { request: aNewTenant({ config }) })];
		await keepChunk({ importId: "imp_1", chunk: 0, lines });
		expect((await readChunk("imp_1", 0))?.lines).toEqual(lines);
	});

	it("come in order, beyond what one answer of DynamoDB holds", async () => {
		// 60 rows of some 48 kB are three answers of 1 MB.
		const lines = Array.from({ length: 3 }, (_, at) =>
			aKeptLine(at + 1, { request: aNewTenant({ config: { text: "x".repeat(16_000) } }) }),
		);
		for (let chunk = 0; chunk < 60; chunk++) await keepChunk({ importId: "imp_1", chunk, lines });
		expect((await readChunks("imp_1")).map(({ chunk }) => chunk)).toEqual(Array.from({ length: 60 }, (_, at) => at));
	});

	it("are not there when nobody kept them", async () => {
		expect([await readChunk("imp_1", 0), await readChunks("imp_1")]).toEqual([undefined, []]);
	});
});

describe("an import", () => {
	it("is known by the key of its request, once", async () => {
		const made = await holdImport({}, [aKeptLine(1)]);
		expect(await importOfRequest(made.importId)).toEqual(made);
		const other = { ...made, importId: "imp_other" };
		expect(await keepImport(other, made.importId)).toBe(false);
		expect(await importOfRequest(made.importId)).toEqual(made);
		expect(await importOfRequest("another")).toBeUndefined();
	});

	it("never takes the place of another with its id", async () => {
		const made = await holdImport({}, [aKeptLine(1)]);
		await expect(keepImport({ ...made, requestedBy: "another" }, "another")).rejects.toThrow(/ConditionalCheckFailed/);
		expect(await importOfRequest(made.importId)).toEqual(made);
	});
});

function deep(levels: number): unknown {
	return levels === 0 ? null : [deep(levels - 1)];
}
