import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { KeptLine } from "../../../domain/import.ts";
import type { OperationStatus } from "../../../domain/operation.ts";
import { handler as createImport } from "../../../functions/api/create-import.ts";
import { handler as listImportLines } from "../../../functions/api/list-import-lines.ts";
import { handler as listImports } from "../../../functions/api/list-imports.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showImport } from "../../../functions/api/show-import.ts";
import { documents } from "../../../services/dynamodb.ts";
import { keepChunk, readChunk } from "../../../services/imports.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { anOperation, longAgo } from "../../builders/entities.ts";
import { holdZone } from "../a-fleet.ts";
import { aKeptLine, aLineOf, holdImport } from "../an-import.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	holdZone(cloud, []);
});
afterAll(() => cloud.close());

const refusal = { field: "slug", rule: "unique", detail: "It is taken." };
const begun = (line: number, more: Partial<KeptLine> = {}): KeptLine => {
	const { request: _request, ...rest } = aKeptLine(line);
	return { ...rest, operationId: `op_${line}`, ...more };
};
const holdOperation = (line: number, status: OperationStatus) =>
	cloud.hold({ operation: anOperation({ operationId: `op_${line}`, status }) });

const post = (body: string, query: Record<string, string> = {}, key = "file-1") =>
	({ method: "POST", route: "/v1/imports", query, body, headers: { "idempotency-key": key } }) as const;
const of = (importId: string, route = "/v1/imports/{importId}", query: Record<string, string> = {}) =>
	({ method: "GET", route, pathParameters: { importId }, query }) as const;
const linesOf = async (importId: string, query: Record<string, string> = {}) =>
	routes.listImportLines.reply.schema.parse(
		(await ask(listImportLines, of(importId, "/v1/imports/{importId}/lines", query))).body,
	);
const shown = async (importId: string) =>
	routes.showImport.reply.schema.parse((await ask(showImport, of(importId))).body);

describe("POST /v1/imports", () => {
	it("answers with the plan, and with what is not new of it", async () => {
		const { status, headers, body } = await ask(createImport, post([aLineOf("acme"), "{"].join("\n")));
		const plan = routes.createImport.reply.schema.parse(body);
		expect(status).toBe(202);
		expect(plan).toMatchObject({ planned: { new: 1, invalid: 1 }, estimatedSeconds: 60, lines: [{ line: 2 }] });
		expect(headers).toMatchObject({ location: `/v1/imports/${plan.importId}` });
		expect(await shown(String(plan.importId))).toMatchObject({ status: "applying", progress: { waiting: 1 } });
	});

	it("shows the first 1,000 of them", async () => {
		const { body } = await ask(createImport, post("{\n".repeat(1_001)));
		const { importId, lines, planned } = routes.createImport.reply.schema.parse(body);
		expect([planned.invalid, lines.length, lines.at(-1)?.line]).toEqual([1_001, 1_000, 1_000]);
		expect(await shown(String(importId))).toMatchObject({ status: "done", estimatedSeconds: 0 });
	});

	it("keeps nothing of a dry run", async () => {
		const { headers, body } = await ask(createImport, post(aLineOf("acme"), { dryRun: "true" }));
		expect(body).toMatchObject({ importId: null, planned: { new: 1 } });
		expect(headers).not.toHaveProperty("location");
		expect(await cloud.rows("imports")).toEqual([]);
	});

	it.each([
		["dryRun", { dryRun: "yes" }, "one-of"],
		["dryrun", { dryrun: "true" }, "unknown"],
	])("refuses a query whose %s it does not know, so that nobody applies by mistake", async (field, query, rule) => {
		expect(await problem(createImport, post(aLineOf("acme"), query))).toMatchObject({ status: 400, field, rule });
	});

	it("refuses a body that is too large, and a request without a key", async () => {
		const large = await problem(createImport, post("x".repeat(4_000_001)));
		expect(large).toMatchObject({ status: 400, field: "body", rule: "maximum" });
		const { headers: _headers, ...keyless } = post(aLineOf("acme"));
		expect(await problem(createImport, keyless)).toMatchObject({ status: 400, field: "idempotency-key" });
	});
});

describe("GET /v1/imports/{importId}", () => {
	it("counts how far the new ones have come", async () => {
		const refused = aKeptLine(6, { problem: refusal });
		const lines = [begun(1), begun(2), begun(3), begun(4, { adopted: true }), aKeptLine(5), refused];
		const { importId } = await holdImport({}, lines, [{ line: 7, state: "same" }]);
		await holdOperation(1, "succeeded");
		await holdOperation(2, "failed");
		await holdOperation(3, "queued");
		await holdOperation(4, "running");
		const progress = { waiting: 1, open: 2, active: 1, failed: 1, refused: 1 };
		expect(await shown(importId)).toMatchObject({ status: "applying", progress, estimatedSeconds: 60 });
	});

	it("keeps how a part has ended once all of it is active, and asks for its operations no more", async () => {
		const lines = [begun(1), aKeptLine(2, { problem: refusal })];
		const { importId } = await holdImport({}, lines);
		await keepChunk({ importId, chunk: 0, lines, appliedAt: longAgo });
		await holdOperation(1, "succeeded");
		const done = { status: "done", progress: { active: 1, refused: 1, open: 0, waiting: 0, failed: 0 } };
		expect(await shown(importId)).toMatchObject(done);
		expect((await readChunk(importId, 0))?.ended).toEqual({ active: 1, failed: 0 });
		cloud.failing("BatchGetItem");
		expect(await shown(importId)).toMatchObject(done);
	});

	it("looks again at a part in which one failed, since that may be retried", async () => {
		const { importId } = await holdImport({}, [begun(1)]);
		await keepChunk({ importId, chunk: 0, lines: [begun(1)], appliedAt: longAgo });
		await holdOperation(1, "failed");
		expect(await shown(importId)).toMatchObject({ status: "done", progress: { failed: 1 } });
		await holdOperation(1, "succeeded");
		expect(await shown(importId)).toMatchObject({ progress: { failed: 0, active: 1 } });
	});

	it("reads operations as they are, so that one of a moment ago is not taken for a failed one", async () => {
		const { importId } = await holdImport({}, [begun(1)]);
		await holdOperation(1, "queued");
		const sent = vi.spyOn(documents, "send");
		expect(await shown(importId)).toMatchObject({ status: "applying", progress: { open: 1, failed: 0 } });
		const requests = sent.mock.calls.flatMap(([command]) =>
			command instanceof BatchGetCommand ? Object.values(command.input.RequestItems ?? {}) : [],
		);
		sent.mockRestore();
		expect(requests).toMatchObject([{ ConsistentRead: true }]);
	});

	it("is a 404 for an import that nobody knows, like its lines", async () => {
		const nobody = of("imp_01JZZZZZZZZZZZZZZZZZZZZZZZ");
		for (const handler of [showImport, listImportLines]) {
			expect(await problem(handler, nobody)).toMatchObject({ status: 404, type: "/errors/import-not-found" });
		}
	});
});

describe("GET /v1/imports/{importId}/lines", () => {
	it("shows the lines part by part, in their order, and never the requests", async () => {
		const { importId } = await holdImport({}, [aKeptLine(1), aKeptLine(2)], [aKeptLine(3)]);
		const first = await linesOf(importId);
		const second = await linesOf(importId, { cursor: String(first.next) });
		expect([...first.lines, ...second.lines].map(({ line }) => line)).toEqual([1, 2, 3]);
		expect(second.next).toBeNull();
		expect(JSON.stringify([first, second])).not.toContain("origin");
	});

	it("shows only those in a state, or those that were refused", async () => {
		const conflict: KeptLine = { line: 2, state: "conflict", problem: refusal };
		const refused = aKeptLine(3, { problem: refusal });
		const { importId } = await holdImport({}, [aKeptLine(1), conflict, refused], [aKeptLine(4)]);
		const numbers = async (state: string) => (await linesOf(importId, { state })).lines.map(({ line }) => line);
		expect(await numbers("conflict")).toEqual([2]);
		expect(await numbers("new")).toEqual([1, 3]);
		expect(await numbers("refused")).toEqual([3]);
		expect((await linesOf(importId, { state: "same" })).next).not.toBeNull();
	});

	it("ends where there is no such part any more", async () => {
		const { importId } = await holdImport({}, [aKeptLine(1)]);
		const cursor = Buffer.from("CHUNK#7").toString("base64url");
		expect(await linesOf(importId, { cursor })).toEqual({ lines: [], next: null });
	});

	it.each([
		["of another list", "imp_1"],
		["of no part", "CHUNK#"],
		["of a part that is no number", "CHUNK#seven"],
		["of a part before the first", "CHUNK#-1"],
		["that is no text of ours", "\u0000"],
	])("refuses a cursor %s", async (_, sk) => {
		const { importId } = await holdImport({}, [aKeptLine(1)]);
		const cursor = Buffer.from(sk).toString("base64url");
		expect(await problem(listImportLines, of(importId, "/v1/imports/{importId}/lines", { cursor }))).toMatchObject({
			...{ status: 400, field: "cursor", rule: "format" },
		});
	});
});

describe("GET /v1/imports", () => {
	it("shows the newest first, page by page", async () => {
		const made = [];
		for (const [at, letter] of ["A", "B", "C"].entries()) {
			made.push(await holdImport({ importId: `imp_01JZZZZZZZZZZZZZZZZZZZZZZ${letter}` }, [aKeptLine(at + 1)]));
		}
		const page = async (query: Record<string, string>) =>
			routes.listImports.reply.schema.parse(
				(await ask(listImports, { method: "GET", route: "/v1/imports", query })).body,
			);
		const first = await page({ limit: "2" });
		const second = await page({ limit: "2", cursor: String(first.next) });
		const all = [...first.imports, ...second.imports].map(({ importId }) => importId);
		expect(all).toEqual(made.map(({ importId }) => importId).reverse());
		expect(JSON.stringify(first)).not.toContain("requestDigest");
	});

	it.each(["CHUNK#1", "imp_", "imp_ 1"])("refuses a cursor that it never gave: %s", async (sk) => {
		const cursor = Buffer.from(sk).toString("base64url");
		const asked = { method: "GET", route: "/v1/imports", query: { cursor } } as const;
		expect(await problem(listImports, asked)).toMatchObject({ status: 400, field: "cursor", rule: "format" });
	});
});
