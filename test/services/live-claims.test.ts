import { DynamoDBClient, QueryCommand, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { hostnameStatuses } from "../../domain/conditions.ts";
import { anyLiveClaim } from "../../services/live-claims.ts";

const dynamodb = mockClient(DynamoDBClient);
const client = new DynamoDBClient({});
beforeEach(() => {
	dynamodb.reset();
	dynamodb.on(QueryCommand).resolves({ Items: [] });
});

const table = "hostmaster-nonprod-registry";
const of = (status: string) => ({ ExpressionAttributeValues: { ":status": { S: `CLAIM#${status}` } } });
const live = hostnameStatuses.filter((status) => status !== "released");

describe("a live claim", () => {
	it.each(live)("is found when it is %s", async (status) => {
		dynamodb.on(QueryCommand, of(status)).resolves({ Items: [{ hostname: { S: "acme.app.example.com" } }] });
		expect(await anyLiveClaim(client, table)).toBe("acme.app.example.com");
	});

	it("is none that was released, and the index of the table's statuses says so", async () => {
		dynamodb.on(QueryCommand, of("released")).resolves({ Items: [{ hostname: { S: "old.app.example.com" } }] });
		dynamodb.on(QueryCommand, of("failed")).resolves({});
		expect(await anyLiveClaim(client, table)).toBeUndefined();
		const asked = dynamodb.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toEqual(
			live.map((status) => ({
				...{ TableName: table, IndexName: "byStatus", KeyConditionExpression: "statusPk = :status", Limit: 1 },
				...of(status),
			})),
		);
	});

	it.each([[{}], [{ hostname: { N: "1" } }]])("is one also when its name cannot be read: %j", async (item) => {
		dynamodb.on(QueryCommand, of("active")).resolves({ Items: [item as never] });
		expect(await anyLiveClaim(client, table)).toBe("(unreadable)");
	});

	it("is none without a table, and unknown when the table does not answer", async () => {
		dynamodb.on(QueryCommand).rejects(new ResourceNotFoundException({ $metadata: {}, message: "no such table" }));
		expect(await anyLiveClaim(client, table)).toBeUndefined();
		dynamodb.on(QueryCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(anyLiveClaim(client, table)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
