import { ulid } from "ulid";
import { countLines, type Import, importSchema, type KeptLine } from "../../domain/import.ts";
import type { NewTenant } from "../../domain/new-tenant.ts";
import type { acceptImport } from "../../functions/accept-import.ts";
import { handler as applyImports } from "../../functions/queue/apply-imports.ts";
import { keepChunk, keepImport } from "../../services/imports.ts";
import type { Cloud } from "../builders/a-cloud.ts";
import { aNewTenant, longAgo } from "../builders/entities.ts";
import { sqsEvent } from "../builders/lambda-events.ts";

/** A line of a file. */
export function aLineOf(slug: string, more: Partial<NewTenant> = {}): string {
	return JSON.stringify(aNewTenant({ slug, ...more }));
}

/** Who asks for an import. */
export function asking(more: Partial<Parameters<typeof acceptImport>[1]> = {}) {
	return {
		...{ caller: "billing", idempotencyKey: "file-1", rememberedHours: 24 },
		...{ requestedBy: "billing", correlationId: "corr-1" },
		...more,
	};
}

/** A line as it is planned. */
export function aKeptLine(line: number, more: Partial<KeptLine> = {}): KeptLine {
	const slug = `t-${line}`;
	return { line, state: "new", slug, request: aNewTenant({ slug }), ...more };
}

/** Holds an import of these parts, all of them due since long ago. */
export async function holdImport(more: Partial<Import>, ...parts: KeptLine[][]): Promise<Import> {
	const made: Import = {
		...{ importId: `imp_${ulid()}`, requestedBy: "billing", createdAt: new Date().toISOString() },
		...{ planned: countLines(parts.flat()), chunks: parts.length, requestDigest: "0" },
		...more,
	};
	for (const [chunk, lines] of parts.entries()) {
		await keepChunk({ importId: made.importId, chunk, lines, dueAt: longAgo });
	}
	if (!(await keepImport(made, made.importId))) throw new Error("The key is taken.");
	return made;
}

/** Handles the message that asks for a part; answers what goes back to the queue. */
export async function apply(importId: string, chunk = 0): Promise<string[]> {
	const { batchItemFailures } = await applyImports(sqsEvent({ version: 1, importId, chunk }));
	return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** What the imports' table holds: the known imports, and the parts in the index of due ones. */
export async function importRows(cloud: Cloud) {
	const rows = await cloud.rows("imports");
	return {
		imports: rows.filter(({ pk }) => pk === "IMPORTS").map((row) => importSchema.parse(row)),
		parts: rows.filter(({ sk }) => String(sk).startsWith("CHUNK#")),
		due: rows.filter(({ duePk }) => duePk === "DUE"),
	};
}
