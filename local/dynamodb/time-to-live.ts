import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { parseRequest, runAction, tableNamed } from "./actions.ts";
import { type Engine, itemPrefix, under } from "./engine.ts";
import type { TableSettings } from "./tables.ts";
import { isRemembered, tokenPrefix } from "./transactions.ts";

/** Items that expired longer ago are left alone (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html). */
const tooOldSeconds = 5 * 365 * 86_400;

const storedItem = z.record(z.string(), z.unknown());
const expiry = z.object({ N: z.coerce.number() });

/** Deletes what has expired at `nowMs`: items by their table's TTL attribute, and the tokens of old transactions. */
export async function sweepExpired(engine: Engine, tables: Map<string, TableSettings>, nowMs: number): Promise<void> {
	for (const [name, { timeToLiveAttribute }] of tables)
		if (timeToLiveAttribute !== undefined) await sweepTable(engine, name, timeToLiveAttribute, nowMs / 1000);
	for (const [key, record] of await engine.store.db.iterator(under(tokenPrefix)).all())
		if (!isRemembered(record, nowMs)) await engine.write(async (draft) => draft.delete(key));
}

async function sweepTable(engine: Engine, name: string, attribute: string, nowSeconds: number): Promise<void> {
	const table = await tableNamed(engine.store, name);
	for (const [, value] of await engine.store.db.iterator(under(itemPrefix(name))).all()) {
		const item = storedItem.parse(value);
		const expires = expiry.safeParse(item[attribute]);
		if (!expires.success || expires.data.N >= nowSeconds || expires.data.N < nowSeconds - tooOldSeconds) continue;
		const request = parseRequest(engine.store, "DeleteItem", {
			TableName: name,
			Key: Object.fromEntries(table.KeySchema.map((key) => [key.AttributeName, item[key.AttributeName]])),
			ConditionExpression: "#expires = :seen", // someone may have prolonged it since it was read
			ExpressionAttributeNames: { "#expires": attribute },
			ExpressionAttributeValues: { ":seen": item[attribute] },
		});
		await engine.write((draft) => runAction(draft.store, "DeleteItem", request)).catch(unlessProlonged);
	}
}

function unlessProlonged(error: unknown): void {
	if (!(error instanceof AwsError) || error.name !== "ConditionalCheckFailedException") throw error;
}
