import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { type Import, importSchema, keptLineSchema } from "../domain/import.ts";
import { limits } from "../domain/limits.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRow, parseRows, type TransactItem, transact } from "./dynamodb.ts";
import type { Page } from "./lists.ts";
import { setting } from "./settings.ts";

const importKey = (importId: string) => ({ pk: "IMPORTS", sk: importId });
/** `requestKey`: a digest of caller and Idempotency-Key. */
const requestRowKey = (requestKey: string) => ({ pk: `REQUEST#${requestKey}`, sk: "REQUEST" });
const chunkKey = (importId: string, chunk: number) => ({
	pk: `IMPORT#${importId}`,
	sk: `CHUNK#${String(chunk).padStart(5, "0")}`,
});

/** Part of an import's lines; the lines are text, since DynamoDB takes neither every JSON number nor every depth of a config. */
const chunkSchema = z.object({
	importId: z.string(),
	chunk: z.int().nonnegative(),
	lines: z
		.string()
		.transform((text) => JSON.parse(text))
		.pipe(z.array(keptLineSchema)),
	/** ISO time at which every new line had been accepted or refused. */
	appliedAt: z.string().optional(),
	/** How its onboardings ended, once all have. */
	ended: z.object({ active: z.int(), failed: z.int() }).optional(),
	/** ISO time from which the sweeper asks for it again. */
	dueAt: z.string().optional(),
});
export type Chunk = z.infer<typeof chunkSchema>;
export type ChunkKey = Pick<Chunk, "importId" | "chunk">;

/** Keeps a part of an import's lines, whole; the last word counts. */
export async function keepChunk({ lines, ...chunk }: Chunk): Promise<void> {
	const isOpen = chunk.appliedAt === undefined && chunk.dueAt !== undefined;
	await calling("DynamoDB", () =>
		documents.send(
			new PutCommand({
				TableName: setting("IMPORTS_TABLE"),
				Item: {
					...chunkKey(chunk.importId, chunk.chunk),
					...chunk,
					...(isOpen && { duePk: "DUE" }),
					lines: JSON.stringify(lines),
					expiresAt: Math.floor(Date.now() / 1000) + limits.importKeep.value * 86_400,
				},
			}),
		),
	);
}

/**
 * Makes an import known, under the key of the request that asked for it: from here on its parts are applied. False when another one has
 * the key; then nothing was written. Throws Throttled, ServiceUnavailable.
 */
export async function keepImport(made: Import, requestKey: string): Promise<boolean> {
	const createdSeconds = Math.floor(Date.parse(made.createdAt) / 1000);
	const create = (row: Record<string, unknown>): TransactItem => ({
		Put: {
			TableName: setting("IMPORTS_TABLE"),
			Item: { ...row, expiresAt: createdSeconds + limits.importKeep.value * 86_400 },
			// TTL deletes late, so that a row may stand that is over.
			ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
			ExpressionAttributeValues: { ":now": createdSeconds },
		},
	});
	const { importId } = made;
	const reasons = await transact([
		create({ ...requestRowKey(requestKey), importId }),
		create({ ...importKey(importId), ...made }),
	]);
	if (!reasons) return true;
	if (reasons[0]?.code === "ConditionalCheckFailed") return false;
	throw new Error(`The import was cancelled: ${JSON.stringify(reasons.map(({ code }) => code))}`);
}

/** The import that the key of a request has led to, unless that is over. */
export async function importOfRequest(requestKey: string): Promise<Import | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("IMPORTS_TABLE"), Key: requestRowKey(requestKey), ConsistentRead: true }),
		),
	);
	if (!Item) return undefined;
	const { importId, expiresAt } = parseRow(z.object({ importId: z.string(), expiresAt: z.number() }), Item);
	return expiresAt * 1000 > Date.now() ? readImport(importId) : undefined;
}

export async function readImport(importId: string): Promise<Import | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("IMPORTS_TABLE"), Key: importKey(importId), ConsistentRead: true }),
		),
	);
	return Item && parseRow(importSchema, Item);
}

export async function readChunk(importId: string, chunk: number): Promise<Chunk | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("IMPORTS_TABLE"), Key: chunkKey(importId, chunk), ConsistentRead: true }),
		),
	);
	return Item && parseRow(chunkSchema, Item);
}

/** All parts of an import, in order (strongly consistent). */
export async function readChunks(importId: string): Promise<Chunk[]> {
	const chunks: Chunk[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
			documents.send(
				new QueryCommand({
					TableName: setting("IMPORTS_TABLE"),
					KeyConditionExpression: "pk = :pk",
					ExpressionAttributeValues: { ":pk": `IMPORT#${importId}` },
					ConsistentRead: true,
					ExclusiveStartKey: after,
				}),
			),
		);
		chunks.push(...parseRows(chunkSchema, Items));
		after = LastEvaluatedKey;
	} while (after);
	return chunks;
}

/** A page of the imports, newest first (strongly consistent). */
export async function listImports({
	after,
	limit,
}: Page): Promise<{ items: Import[]; next: Record<string, unknown> | undefined }> {
	const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("IMPORTS_TABLE"),
				KeyConditionExpression: "pk = :pk",
				ExpressionAttributeValues: { ":pk": "IMPORTS" },
				ConsistentRead: true,
				ScanIndexForward: false,
				ExclusiveStartKey: after,
				Limit: limit,
			}),
		),
	);
	return { items: parseRows(importSchema, Items), next: LastEvaluatedKey };
}

/** All parts that should have been applied by `before` (ISO), the oldest first. Eventually consistent. */
export async function dueChunks(before: string): Promise<ChunkKey[]> {
	const due: ChunkKey[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
			documents.send(
				new QueryCommand({
					TableName: setting("IMPORTS_TABLE"),
					IndexName: "due",
					KeyConditionExpression: "duePk = :due AND dueAt <= :before",
					ExpressionAttributeValues: { ":due": "DUE", ":before": before },
					ExclusiveStartKey: after,
				}),
			),
		);
		due.push(...parseRows(chunkSchema.pick({ importId: true, chunk: true }), Items));
		after = LastEvaluatedKey;
	} while (after);
	return due;
}
