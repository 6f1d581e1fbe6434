import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type ReconciliationSummary, summarySchema } from "../domain/finding.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRow } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

/** The last run that was no dry run; undefined before the first. */
export async function readSummary(): Promise<ReconciliationSummary | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: registryTable(), Key: keys.reconciliation, ConsistentRead: true })),
	);
	return Item && parseRow(summarySchema, Item);
}

/** Keeps a run in place of the one before. */
export async function writeSummary(summary: ReconciliationSummary): Promise<void> {
	await calling("DynamoDB", () =>
		documents.send(new PutCommand({ TableName: registryTable(), Item: { ...keys.reconciliation, ...summary } })),
	);
}
