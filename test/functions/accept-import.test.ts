import { createHash } from "node:crypto";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { acceptImport, planOnly } from "../../functions/accept-import.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { holdZone } from "./a-fleet.ts";
import { aLineOf, apply, asking, importRows } from "./an-import.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	holdZone(cloud, []);
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const file = [aLineOf("acme"), aLineOf("globex"), "{"].join("\n");
const operations = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "OPERATION");

describe("an import", () => {
	it("is kept with its plan, part by part, and each part is told to the queue", async () => {
		const lines = Array.from({ length: 150 }, (_, at) => aLineOf(`t-${at}`)).join("\n");
		const { made } = await acceptImport(lines, asking());
		const { importId } = made;
		expect(made).toMatchObject({ planned: { new: 150, conflict: 0, invalid: 0 }, chunks: 2, requestedBy: "billing" });
		expect(await importRows(cloud)).toMatchObject({ imports: [made], due: [{ chunk: 0 }, { chunk: 1 }] });
		expect(cloud.sent("imports")).toEqual([0, 1].map((chunk) => ({ version: 1, importId, chunk, delaySeconds: 0 })));
	});

	it("has nothing to apply where no line is new, and expires after 90 days", async () => {
		await acceptImport("{", asking());
		const { due, parts } = await importRows(cloud);
		expect(due).toEqual([]);
		expect(parts).toMatchObject([{ appliedAt: expect.any(String) }]);
		const in90Days = Date.now() / 1000 + 90 * 86_400;
		for (const { expiresAt } of await cloud.rows("imports")) expect(expiresAt).toBeCloseTo(in90Days, -2);
	});

	it("is answered with the plan of before when it comes again, and is not told again", async () => {
		const first = await acceptImport(file, asking());
		expect(await acceptImport(file, asking())).toEqual(first);
		expect(cloud.sent("imports")).toHaveLength(1);
		expect((await importRows(cloud)).imports).toHaveLength(1);
	});

	it("is kept also when lines are invalid by members far longer than a row", async () => {
		const name = "k".repeat(500_000);
		const lines = [{ [name]: 1 }, { slug: name }, { config: { [name]: "\ud800" } }].map((more) => JSON.stringify(more));
		const { made } = await acceptImport(lines.join("\n"), asking());
		expect(made.planned).toMatchObject({ invalid: 3 });
	});

	it("is another one under another key, or of another caller", async () => {
		await acceptImport(file, asking());
		await acceptImport(file, asking({ idempotencyKey: "file-2" }));
		await acceptImport(file, asking({ caller: "support" }));
		expect((await importRows(cloud)).imports).toHaveLength(3);
	});

	it("is refused when its key came with another body", async () => {
		await acceptImport(file, asking());
		const refused = { name: "IdempotencyKeyReused", field: "Idempotency-Key", rule: "one-request" };
		await expect(acceptImport(`${file}\n{}`, asking())).rejects.toMatchObject(refused);
	});

	it("may have its key again once it is over, though its rows still stand", async () => {
		const { made } = await acceptImport(file, asking());
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 91 * 86_400_000 });
		const again = await acceptImport(`${file}\n{}`, asking());
		expect(again.made.importId).not.toBe(made.importId);
		expect((await acceptImport(`${file}\n{}`, asking())).made).toEqual(again.made);
	});

	it("is accepted when the queue is down: its parts are due, and the sweeper sends them", async () => {
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		const { made } = await acceptImport(file, asking());
		expect(await importRows(cloud)).toMatchObject({ imports: [made], due: [{ chunk: 0 }] });
	});

	it("is not accepted when it cannot be kept, and what it left is never applied", async () => {
		cloud.failing("TransactWriteItems");
		await expect(acceptImport(file, asking())).rejects.toMatchObject({ name: "ServiceUnavailable" });
		const { imports, due } = await importRows(cloud);
		expect([imports, due.length, cloud.sent("imports")]).toEqual([[], 1, []]);
		expect(await apply(String(due[0]?.["importId"]))).toEqual([]);
		expect(await operations()).toEqual([]);
		expect((await importRows(cloud)).due).toEqual([]);
	});
});

describe("two requests with one key at once", () => {
	it("are one import: the later one is told the earlier one's plan, and takes nothing of what was applied", async () => {
		let winner: Awaited<ReturnType<typeof acceptImport>> | undefined;
		cloud.overtake(async () => {
			if (winner) return;
			cloud.overtake(() => {});
			winner = await acceptImport(file, asking());
			await apply(winner.made.importId);
		});
		const loser = await acceptImport(file, asking());
		expect(loser.made).toEqual(winner?.made);
		expect(loser.lines.map(({ operationId }) => operationId !== undefined)).toEqual([true, true, false]);
		const { imports, due } = await importRows(cloud);
		expect(imports).toHaveLength(1);
		expect(due).toHaveLength(1);
		expect(await apply(String(due[0]?.["importId"]))).toEqual([]);
		expect(await operations()).toHaveLength(2);
	});

	it("with different bodies: the later one is refused", async () => {
		cloud.overtake(async () => {
			cloud.overtake(() => {});
			await acceptImport(file, asking());
		});
		await expect(acceptImport(aLineOf("other"), asking())).rejects.toMatchObject({ name: "IdempotencyKeyReused" });
	});
});

describe("an import whose key is taken by one that is not there", () => {
	it("is to be asked for again", async () => {
		const requestKey = createHash("sha256").update("billing file-1").digest("hex");
		const expiresAt = Math.floor(Date.now() / 1000) + 60;
		await cloud.put("imports", { pk: `REQUEST#${requestKey}`, sk: "REQUEST", importId: "imp_gone", expiresAt });
		await expect(acceptImport(file, asking())).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(cloud.sent("imports")).toEqual([]);
	});
});

describe("a dry run", () => {
	it("plans the same, and keeps and tells nothing", async () => {
		const { lines, made } = await planOnly(file, asking());
		expect(await importRows(cloud)).toEqual({ imports: [], parts: [], due: [] });
		expect(cloud.sent("imports")).toEqual([]);
		const applied = await acceptImport(file, asking());
		expect(lines).toEqual(applied.lines);
		expect(made.planned).toEqual(applied.made.planned);
	});
});
