import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Stage } from "../check.ts";

/** Shaped as the registry's table is: rows by pk and sk, and a sparse index by `listed`. */
export async function aTable({ clients, arrange }: Stage) {
	const { dynamodb } = clients;
	const TableName = await arrange.table({
		AttributeDefinitions: ["pk", "sk", "listed"].map((AttributeName) => ({
			AttributeName,
			AttributeType: "S" as const,
		})),
		KeySchema: [
			{ AttributeName: "pk", KeyType: "HASH" },
			{ AttributeName: "sk", KeyType: "RANGE" },
		],
		GlobalSecondaryIndexes: [
			{
				IndexName: "listed",
				KeySchema: [
					{ AttributeName: "listed", KeyType: "HASH" },
					{ AttributeName: "sk", KeyType: "RANGE" },
				],
				Projection: { ProjectionType: "ALL" },
			},
		],
	});
	const keyOf = (pk: string, sk = "row") => marshall({ pk, sk });
	return {
		TableName,
		keyOf,
		put: (item: Record<string, unknown>, more: Partial<PutItemCommand["input"]> = {}) =>
			dynamodb.send(new PutItemCommand({ TableName, Item: marshall({ sk: "row", ...item }), ...more })),
		update: (pk: string, more: Partial<UpdateItemCommand["input"]>) =>
			dynamodb.send(new UpdateItemCommand({ TableName, Key: keyOf(pk), ...more })),
		remove: (pk: string, more: Partial<DeleteItemCommand["input"]> = {}) =>
			dynamodb.send(new DeleteItemCommand({ TableName, Key: keyOf(pk), ...more })),
		async get(pk: string, sk?: string) {
			const asked = new GetItemCommand({ TableName, Key: keyOf(pk, sk), ConsistentRead: true });
			const { Item } = await dynamodb.send(asked);
			return Item && unmarshall(Item);
		},
	};
}
