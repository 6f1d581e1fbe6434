import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { calling } from "./aws-errors.ts";
import { documents, parseRow } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

/** A list that the sweeper walks, some pages a minute. */
export type SweepName = "queued" | "running" | "events" | "redirecting" | "removing";

const cursorSchema = z.object({ after: z.record(z.string(), z.unknown()).optional() });

/** Where the sweeper's last round over a list stopped; undefined: begin at its front. */
export async function readCursor(name: SweepName): Promise<Record<string, unknown> | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: registryTable(), Key: keys.sweep(name), ConsistentRead: true })),
	);
	return Item && parseRow(cursorSchema, Item).after;
}

/** Keeps where the next round goes on: a page's `next`, or undefined for the front. */
export async function writeCursor(name: SweepName, after: Record<string, unknown> | undefined): Promise<void> {
	await calling("DynamoDB", () =>
		documents.send(new PutCommand({ TableName: registryTable(), Item: { ...keys.sweep(name), after } })),
	);
}
