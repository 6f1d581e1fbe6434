import { type AttributeValue, type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type Claim, claimSchema } from "../domain/claim.ts";
import { calling } from "./aws-errors.ts";

/** Each is 1 MB at most, which is some 500 claims. */
const mostPages = 40;

/**
 * The hostnames that a registry's table has given back; rows that do not parse are left out. For operators' tools: functions know their
 * own table. Throws when there are more than can be read in a reasonable time, and ResourceNotFoundException without such a table.
 */
export async function releasedClaims(client: DynamoDBClient, table: string): Promise<Claim[]> {
	const found: Claim[] = [];
	let after: Record<string, AttributeValue> | undefined;
	for (let page = 1; page <= mostPages; page++) {
		const { Items = [], LastEvaluatedKey } = await calling("DynamoDB", () =>
			client.send(
				new QueryCommand({
					...{ TableName: table, IndexName: "byStatus", KeyConditionExpression: "statusPk = :status" },
					ExpressionAttributeValues: { ":status": { S: "CLAIM#released" } },
					ExclusiveStartKey: after,
				}),
			),
		);
		for (const item of Items) {
			const claim = claimSchema.safeParse(unmarshall(item)).data;
			if (claim) found.push(claim);
		}
		if (!LastEvaluatedKey) return found;
		after = LastEvaluatedKey;
	}
	throw new Error(`More names were given back than ${mostPages} pages hold.`);
}
