import { type DynamoDBClient, QueryCommand, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { hostnameStatuses } from "../domain/conditions.ts";
import { calling } from "./aws-errors.ts";

/**
 * Some hostname that a registry's table still holds for a tenant, in whatever state but released; undefined when there is none, or no
 * such table. For operators' tools: functions know their own table.
 */
export async function anyLiveClaim(client: DynamoDBClient, table: string): Promise<string | undefined> {
	try {
		for (const status of hostnameStatuses.filter((each) => each !== "released")) {
			const { Items = [] } = await calling("DynamoDB", () =>
				client.send(
					new QueryCommand({
						...{ TableName: table, IndexName: "byStatus", KeyConditionExpression: "statusPk = :status", Limit: 1 },
						ExpressionAttributeValues: { ":status": { S: `CLAIM#${status}` } },
					}),
				),
			);
			const [found] = Items;
			if (found) return found["hostname"]?.S ?? "(unreadable)";
		}
		return undefined;
	} catch (error) {
		if (error instanceof ResourceNotFoundException) return undefined;
		throw error;
	}
}
