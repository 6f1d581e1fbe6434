import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { type Pause, pauseSchema } from "../domain/pause.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRow } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

const rowSchema = z.object({ pause: pauseSchema.optional() });

/** The operator's stop for all new work, while there is one (strongly consistent). */
export async function readPause(): Promise<Pause | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: registryTable(), Key: keys.pause(), ConsistentRead: true })),
	);
	return Item && parseRow(rowSchema, Item).pause;
}

/** Stops new work, or lets it begin again (undefined). Safe to repeat. */
export async function writePause(pause: Pause | undefined): Promise<void> {
	await calling("DynamoDB", () =>
		documents.send(new PutCommand({ TableName: registryTable(), Item: { ...keys.pause(), pause } })),
	);
}
