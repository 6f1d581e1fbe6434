import { BatchGetItemCommand, DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { z } from "zod";
import type { MapMarker, MapReplica } from "../domain/map-replicas.ts";
import { calling } from "./aws-errors.ts";

/** The replicas of a table in other regions than the client's. For operators' tools, as all of this file. */
export async function replicasOf(client: DynamoDBClient, table: string): Promise<MapReplica[]> {
	const home = await client.config.region();
	const { Table } = await calling("DynamoDB", () => client.send(new DescribeTableCommand({ TableName: table })));
	return (Table?.Replicas ?? []).flatMap(({ RegionName: region = "", ReplicaStatus: status = "unknown" }) =>
		region === home ? [] : [{ region, status }],
	);
}

/** The same account's DynamoDB in another region. */
export function inRegion({ config }: DynamoDBClient, region: string): DynamoDBClient {
	const { credentials, endpoint } = config;
	return new DynamoDBClient({ region, credentials, ...(endpoint && { endpoint }) });
}

const markerSchema = z.object({ hostname: z.string(), generation: z.number(), updatedAt: z.string() });
const markerOf = {
	ProjectionExpression: "hostname, generation, updatedAt",
} as const;

/** A BatchGetItem takes 100 keys: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const sampleSize = 100;

/** Some entries of the tenant map, as they are now. */
export async function sampleOf(client: DynamoDBClient, table: string): Promise<MapMarker[]> {
	const { Items = [] } = await calling("DynamoDB", () =>
		client.send(new ScanCommand({ TableName: table, Limit: sampleSize, ConsistentRead: true, ...markerOf })),
	);
	return Items.map((item) => markerSchema.parse(unmarshall(item)));
}

/** The entries of these hostnames. Throws when DynamoDB did not read them all: what it left out is not missing. */
export async function markersOf(
	client: DynamoDBClient,
	table: string,
	hostnames: readonly string[],
): Promise<MapMarker[]> {
	if (hostnames.length === 0) return [];
	const Keys = hostnames.map((hostname) => ({ hostname: { S: hostname } }));
	const { Responses, UnprocessedKeys = {} } = await calling("DynamoDB", () =>
		client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true, ...markerOf } } })),
	);
	if (Object.keys(UnprocessedKeys).length > 0) throw new Error("DynamoDB did not read all entries of the sample.");
	return (Responses?.[table] ?? []).map((item) => markerSchema.parse(unmarshall(item)));
}
