import {
	BatchGetItemCommand,
	DescribeTableCommand,
	DynamoDBClient,
	ReplicaStatus,
	ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { inRegion, markersOf, replicasOf, sampleOf } from "../../services/map-replicas.ts";

const dynamodb = mockClient(DynamoDBClient);
const credentials = { accessKeyId: "LOCAL1", secretAccessKey: "local" };
const client = new DynamoDBClient({ region: "us-east-1", credentials });
const table = "hostmaster-prod-tenant-map";
const marker = { hostname: "acme.app.example.com", generation: 2, updatedAt: "2026-06-01T00:00:00.000Z" };
beforeEach(() => dynamodb.reset());

describe("a table's replicas", () => {
	it("are those in other regions than its own, with their states", async () => {
		dynamodb.on(DescribeTableCommand, { TableName: table }).resolves({
			Table: {
				Replicas: [
					{ RegionName: "us-east-1", ReplicaStatus: ReplicaStatus.ACTIVE },
					{ RegionName: "eu-central-1", ReplicaStatus: ReplicaStatus.CREATING },
					{ RegionName: "eu-west-1" },
				],
			},
		});
		expect(await replicasOf(client, table)).toEqual([
			{ region: "eu-central-1", status: "CREATING" },
			{ region: "eu-west-1", status: "unknown" },
		]);
	});

	it("are none of a table that has none", async () => {
		dynamodb.on(DescribeTableCommand).resolvesOnce({ Table: {} }).resolves({});
		expect(await replicasOf(client, table)).toEqual([]);
		expect(await replicasOf(client, table)).toEqual([]);
	});

	it("are asked as the same account, and where it is reached", async () => {
		const { config } = inRegion(client, "eu-central-1");
		expect([await config.region(), await config.credentials(), config.endpoint]).toEqual([
			"eu-central-1",
			expect.objectContaining(credentials),
			undefined,
		]);
		const endpoint = "http://127.0.0.1:1/";
		const local = inRegion(new DynamoDBClient({ region: "us-east-1", credentials, endpoint }), "eu-central-1");
		expect(await local.config.endpoint?.()).toMatchObject({ hostname: "127.0.0.1", port: 1 });
	});
});

describe("a sample of the tenant map", () => {
	it("has what tells an old entry from a new one", async () => {
		dynamodb
			.on(ScanCommand, { TableName: table, Limit: 100, ConsistentRead: true })
			.resolvesOnce({ Items: [marshall({ ...marker, status: "active" })] })
			.resolves({});
		expect(await sampleOf(client, table)).toEqual([marker]);
		expect(await sampleOf(client, table)).toEqual([]);
	});

	it("is looked up by its hostnames, and what is not there is left out", async () => {
		dynamodb
			.on(BatchGetItemCommand)
			.resolvesOnce({ Responses: { [table]: [marshall(marker)] } })
			.resolves({});
		expect(await markersOf(client, table, ["acme.app.example.com", "b.app.example.com"])).toEqual([marker]);
		const [call] = dynamodb.commandCalls(BatchGetItemCommand);
		expect(call?.args[0].input.RequestItems?.[table]?.Keys).toHaveLength(2);
		expect(await markersOf(client, table, ["b.app.example.com"])).toEqual([]);
	});

	it("asks nothing of nothing, and does not call missing what was not read", async () => {
		expect(await markersOf(client, table, [])).toEqual([]);
		expect(dynamodb.calls()).toEqual([]);
		const Keys = [{ hostname: { S: "a" } }];
		dynamodb.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: { [table]: { Keys } } });
		await expect(markersOf(client, table, ["a"])).rejects.toThrow("did not read all");
	});
});
