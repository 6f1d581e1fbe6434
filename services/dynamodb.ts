import {
	ConditionalCheckFailedException,
	DynamoDBClient,
	TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { z } from "zod";
import { HostmasterError } from "../domain/errors.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { logger } from "./log.ts";

/** The document client that every table shares: one connection pool a process. */
export const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientDefaults), {
	marshallOptions: { removeUndefinedValues: true },
});

/** A row as it was stored, checked: a row that does not parse is a defect or a hand edit, and is never guessed at. */
export function parseRow<T>(schema: z.ZodType<T>, row: Record<string, unknown>): T {
	return schema.parse(row);
}

/** The rows of a list, without those that do not parse: one bad row is logged for the operator and stops nobody else's. */
export function parseRows<T>(schema: z.ZodType<T>, rows: readonly Record<string, unknown>[] | undefined): T[] {
	return (rows ?? []).flatMap((row) => {
		const parsed = schema.safeParse(row);
		if (parsed.success) return [parsed.data];
		logger.error("A row cannot be read; it was left out.", { pk: row["pk"], sk: row["sk"], error: parsed.error });
		return [];
	});
}

export type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** What a cancelled transaction says of one of its items, in their order; `item` is the row that stood in the way. */
export interface Cancellation {
	code: string;
	item: Record<string, unknown> | undefined;
}

/** Writes all or nothing; answers undefined when written, else why each item was refused. Throws Throttled, ServiceUnavailable. */
export async function transact(items: TransactItem[]): Promise<Cancellation[] | undefined> {
	for (let attempt = 1; ; attempt++) {
		const reasons = await transactOnce(items);
		if (reasons?.some(({ code }) => code === "ThrottlingError" || code === "ProvisionedThroughputExceeded")) {
			throw new HostmasterError("Throttled", "DynamoDB throttled a transaction.");
		}
		// Somebody else's transaction was at one of the rows at that moment: neither yes nor no, so ask again.
		if (!reasons?.some(({ code }) => code === "TransactionConflict")) return reasons;
		if (attempt === 8) throw new HostmasterError("ServiceUnavailable", "Other changes kept getting in the way.");
		await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
	}
}

async function transactOnce(items: TransactItem[]): Promise<Cancellation[] | undefined> {
	try {
		await calling("DynamoDB", () => documents.send(new TransactWriteCommand({ TransactItems: items })));
		return undefined;
	} catch (error) {
		if (!(error instanceof TransactionCanceledException)) throw error;
		// The document client leaves the items of an exception as they came.
		return (error.CancellationReasons ?? []).map(({ Code, Item }) => ({
			code: Code ?? "None",
			item: Item && unmarshall(Item),
		}));
	}
}

/** True when a conditional write was refused by its condition. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
	return error instanceof ConditionalCheckFailedException;
}
