import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { aDatabase } from "./a-database.ts";

const page = z.object({
	Items: z.array(z.object({ pk: z.object({ S: z.string() }) })),
	LastEvaluatedKey: z.unknown().optional(),
});

/** How many parts of each transaction there are. */
async function partsOf(db: Awaited<ReturnType<typeof aDatabase>>, scan: object): Promise<Map<string, number>> {
	const parts = new Map<string, number>();
	let ExclusiveStartKey: unknown;
	do {
		const { Items, LastEvaluatedKey } = page.parse(await db.call("Scan", { ...scan, ExclusiveStartKey }));
		for (const { pk } of Items) parts.set(pk.S, (parts.get(pk.S) ?? 0) + 1);
		ExclusiveStartKey = LastEvaluatedKey;
	} while (ExclusiveStartKey);
	return parts;
}

let path: string;
beforeEach(() => {
	path = mkdtempSync(join(tmpdir(), "dynamodb-kill-"));
});
afterEach(() => rmSync(path, { recursive: true }));

it("kill -9 in the middle of transactions leaves each whole or not there, and loses none that was acknowledged", async () => {
	const acknowledged: string[] = [];
	for (const fraction of [0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99]) {
		const child = spawn(process.execPath, [
			join(import.meta.dirname, "transacting-process.ts"),
			path,
			`at${fraction}`,
			`${fraction}`,
		]);
		const ended = once(child, "exit");
		for await (const line of createInterface({ input: child.stdout })) acknowledged.push(line);
		expect(await ended).toEqual([null, "SIGKILL"]);
	}
	expect(acknowledged.length).toBeGreaterThanOrEqual(14);
	const db = await aDatabase(path);
	for (const index of [{}, { IndexName: "byKind" }]) {
		const parts = await partsOf(db, { TableName: "registry", ...index });
		expect(new Set(parts.values())).toEqual(new Set([100]));
		for (const n of acknowledged) expect(parts.has(n)).toBe(true);
	}
	await db.dynamodb.close();
});
