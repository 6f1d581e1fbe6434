import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/queue/apply-imports.ts";
import { keepChunk, readChunk } from "../../../services/imports.ts";
import { writePause } from "../../../services/pause.ts";
import { claimRow } from "../../../services/registry.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, longAgo, platformDomain } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";
import { aKeptLine, apply, holdImport, importRows } from "../an-import.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const hostname = (line: number) => `t-${line}.${platformDomain}`;
const operations = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "OPERATION");
const several = (count: number) => Array.from({ length: count }, (_, at) => aKeptLine(at + 1));
const backToTheQueue = ["message-0"];

describe("a part of an import", () => {
	it("becomes tenants, each by an operation in the importer's name, and its lines say which", async () => {
		const { importId } = await holdImport({ requestedBy: "support" }, several(12));
		expect(await apply(importId)).toEqual([]);
		const begun = await operations();
		expect(begun).toHaveLength(12);
		for (const operation of begun) expect(operation).toMatchObject({ requestedBy: "support", correlationId: importId });
		const chunk = await readChunk(importId, 0);
		expect(chunk?.appliedAt).toBeDefined();
		expect(chunk?.lines.map(({ operationId }) => operationId).sort()).toEqual(
			begun.map(({ operationId }) => operationId).sort(),
		);
		expect(chunk?.lines.every(({ request, tenantId }) => request === undefined && tenantId !== undefined)).toBe(true);
		expect((await importRows(cloud)).due).toEqual([]);
		expect(cloud.sent("operations")).toHaveLength(12);
	});

	it("leaves alone what is not new", async () => {
		const problem = { field: "slug", rule: "unique", detail: "It is taken." };
		const lines = [
			{ line: 1, state: "same", slug: "t-1" } as const,
			{ line: 2, state: "conflict", slug: "t-2", problem } as const,
			aKeptLine(3),
		];
		const { importId } = await holdImport({}, lines);
		await apply(importId);
		expect(await operations()).toHaveLength(1);
		expect((await readChunk(importId, 0))?.lines.slice(0, 2)).toEqual(lines.slice(0, 2));
	});

	it("has nothing written for names whose records stand, and only for those", async () => {
		const { importId } = await holdImport({}, [aKeptLine(1, { adopted: true }), aKeptLine(2)]);
		await apply(importId);
		const condition = async (line: number) => (await cloud.claim(hostname(line)))?.["conditions"].RecordsInSync;
		expect(await condition(1)).toMatchObject({ status: "true", reason: "Adopted" });
		expect(await condition(2)).toMatchObject({ status: "unknown" });
	});

	it("is applied once, however often it is asked for, also when what became of it was lost", async () => {
		const lines = several(3);
		const { importId } = await holdImport({}, lines);
		cloud.losingAnswer("TransactWriteItems");
		await apply(importId);
		const before = (await readChunk(importId, 0))?.lines;
		expect(await apply(importId)).toEqual([]);
		// As after a crash just before its lines were kept.
		await keepChunk({ importId, chunk: 0, lines, dueAt: longAgo });
		expect(await apply(importId)).toEqual([]);
		expect((await readChunk(importId, 0))?.lines).toEqual(before);
		expect(await operations()).toHaveLength(3);
	});

	it("says of a line why it could not be accepted any more, and applies the others", async () => {
		await cloud.hold({ claim: aClaim({ hostname: hostname(1) }) });
		const { importId } = await holdImport({}, several(2));
		expect(await apply(importId)).toEqual([]);
		expect((await readChunk(importId, 0))?.lines).toMatchObject([
			{ line: 1, state: "new", problem: { field: "slug", rule: "unique" } },
			{ line: 2, operationId: expect.any(String) },
		]);
	});

	it("waits while new work is paused: it is asked for again in a minute", async () => {
		const { importId } = await holdImport({}, several(2));
		await writePause({ reason: "a drill", by: "operator", since: longAgo });
		expect(await apply(importId)).toEqual([]);
		expect(await operations()).toEqual([]);
		expect(cloud.sent("imports")).toEqual([{ version: 1, importId, chunk: 0, delaySeconds: 60 }]);
		await writePause(undefined);
		await apply(importId);
		expect(await operations()).toHaveLength(2);
	});

	it("goes back to the queue with one line that cannot be applied, and keeps what became of the others", async () => {
		const broken = { ...claimRow(aClaim({ hostname: hostname(2) })), generation: "seven" };
		await cloud.put("registry", broken);
		const { importId } = await holdImport({}, several(7));
		expect(await apply(importId)).toEqual(backToTheQueue);
		const chunk = await readChunk(importId, 0);
		expect(chunk?.appliedAt).toBeUndefined();
		expect(chunk?.lines.filter(({ operationId }) => operationId !== undefined)).toHaveLength(6);
		expect((await importRows(cloud)).due).toHaveLength(1);
		await cloud.put("registry", claimRow(aClaim({ hostname: hostname(2) })));
		expect(await apply(importId)).toEqual([]);
		expect((await readChunk(importId, 0))?.lines[1]).toMatchObject({ problem: { rule: "unique" } });
		expect(await operations()).toHaveLength(6);
	});

	it("goes back to the queue while the registry does not answer", async () => {
		const { importId } = await holdImport({}, several(1));
		cloud.failing("TransactWriteItems");
		expect(await apply(importId)).toEqual(backToTheQueue);
		expect(await operations()).toEqual([]);
	});
});

describe("a message about imports", () => {
	it("about a part that is not there is done with", async () => {
		expect(await apply("imp_unknown")).toEqual([]);
		expect(await cloud.rows("imports")).toEqual([]);
	});

	it("that says nothing we know goes back to the queue", async () => {
		expect(await handler(sqsEvent("{}"))).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
	});
});
