import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { calling } from "./aws-errors.ts";
import { documents, parseRow, type TransactItem } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

const answerSchema = z.object({ location: z.string(), body: z.string(), etag: z.string().optional() });
/** What the caller was told, kept for its repetition. */
export type Answer = z.infer<typeof answerSchema>;

/** Who asks, under which Idempotency-Key, for what (a digest of the request), and how long that is remembered. */
export interface Idempotency {
	caller: string;
	key: string;
	requestDigest: string;
	/** Epoch seconds. */
	expiresAt: number;
}

/** What a request that came before is told. */
export type Repetition =
	/** The same request: this is what it was told. */
	{ outcome: "repeated"; answer: Answer } | { outcome: "key-reused" };

/** The answer that this Idempotency-Key was given before, if it was used and is not forgotten at `now`. */
export async function earlierAnswer(idempotency: Idempotency, now: string): Promise<Repetition | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({
				TableName: registryTable(),
				Key: keys.idempotency(idempotency.caller, idempotency.key),
				ConsistentRead: true,
			}),
		),
	);
	if (!Item || parseRow(recordSchema, Item).expiresAt <= epochSeconds(now)) return undefined;
	return repetition(idempotency, Item);
}

const recordSchema = z.object({ requestDigest: z.string(), expiresAt: z.number(), answer: answerSchema });

/** What the row of a key says to a request that meets it. */
export function repetition(idempotency: Idempotency, row: Record<string, unknown> | undefined): Repetition {
	const record = recordSchema.parse(row);
	if (record.requestDigest !== idempotency.requestDigest) return { outcome: "key-reused" };
	return { outcome: "repeated", answer: record.answer } as const;
}

/** The write that remembers an answer; refused when the key was used and is not forgotten at `now`. */
// TTL deletes late (within days), so an expired record may still stand and is written over.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
export function idempotencyPut(idempotency: Idempotency, answer: Answer, now: string): TransactItem {
	const { caller, key, requestDigest, expiresAt } = idempotency;
	return {
		Put: {
			TableName: registryTable(),
			Item: { ...keys.idempotency(caller, key), requestDigest, expiresAt, answer },
			ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
			ExpressionAttributeValues: { ":now": epochSeconds(now) },
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		},
	};
}

function epochSeconds(iso: string): number {
	return Math.floor(Date.parse(iso) / 1000);
}
