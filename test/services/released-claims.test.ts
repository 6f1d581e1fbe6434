import { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { releasedClaims } from "../../services/released-claims.ts";
import { aClaim } from "../builders/entities.ts";

const dynamodb = mockClient(DynamoDBClient);
const client = new DynamoDBClient({});
const table = "hostmaster-prod-registry";
const claim = { ...aClaim(), intent: "released" as const, quarantinedUntil: "2026-08-30T00:00:00.000Z" };
const next = { pk: { S: "a" } };
beforeEach(() => dynamodb.reset());

describe("the names that were given back", () => {
	it("are those of all pages, without what cannot be read", async () => {
		dynamodb
			.on(QueryCommand)
			.resolvesOnce({ Items: [marshall(claim), { hostname: { S: "a" } }], LastEvaluatedKey: next })
			.resolves({});
		expect(await releasedClaims(client, table)).toEqual([claim]);
		const asked = dynamodb.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toMatchObject([
			{ TableName: table, IndexName: "byStatus", ExpressionAttributeValues: { ":status": { S: "CLAIM#released" } } },
			{ ExclusiveStartKey: next },
		]);
	});

	it("are not read without end", async () => {
		dynamodb.on(QueryCommand).resolves({ LastEvaluatedKey: next });
		await expect(releasedClaims(client, table)).rejects.toThrow("More names were given back than 40 pages hold.");
	});
});
