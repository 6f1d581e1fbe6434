import { type DynamoDBClient, ResourceNotFoundException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Pause } from "../domain/pause.ts";
import { calling } from "./aws-errors.ts";
import { isConditionFailure } from "./dynamodb.ts";
import { keys } from "./registry.ts";

// `by` is a reserved word: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
const names = { "#pause": "pause" };

/**
 * Stops all new work of a registry's table, as `POST /v1/operations:pause` does; a pause of somebody's stays as it is. Safe to repeat.
 * For operators' tools: functions know their own table. Answers who has paused, undefined where there is no such table.
 */
export async function pauseRegistry(
	client: DynamoDBClient,
	table: string,
	pause: Pause,
): Promise<"paused" | "somebody-has" | undefined> {
	return await unlessMissing<"paused" | "somebody-has">(async () => {
		await calling("DynamoDB", () =>
			client.send(
				new UpdateItemCommand({
					...{ TableName: table, Key: marshall(keys.pause()), UpdateExpression: "SET #pause = :pause" },
					ConditionExpression: "attribute_not_exists(#pause) OR #pause.#by = :by",
					ExpressionAttributeNames: { ...names, "#by": "by" },
					ExpressionAttributeValues: marshall({ ":pause": pause, ":by": pause.by }),
				}),
			),
		);
		return "paused";
	}, "somebody-has");
}

/** Lets new work begin again, if it was `by` that paused it; answers whether it was. Safe to repeat. */
export async function resumeRegistry(client: DynamoDBClient, table: string, by: string): Promise<boolean> {
	const resumed = await unlessMissing(async () => {
		await calling("DynamoDB", () =>
			client.send(
				new UpdateItemCommand({
					...{ TableName: table, Key: marshall(keys.pause()), UpdateExpression: "REMOVE #pause" },
					ConditionExpression: "#pause.#by = :by",
					ExpressionAttributeNames: { ...names, "#by": "by" },
					ExpressionAttributeValues: marshall({ ":by": by }),
				}),
			),
		);
		return true;
	}, false);
	return resumed ?? false;
}

/** `refused`: what it means that the condition does not hold. */
async function unlessMissing<T>(act: () => Promise<T>, refused: T): Promise<T | undefined> {
	try {
		return await act();
	} catch (error) {
		if (error instanceof ResourceNotFoundException) return undefined;
		if (isConditionFailure(error)) return refused;
		throw error;
	}
}
