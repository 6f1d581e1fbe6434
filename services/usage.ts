import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import {
	type Hour,
	monthOf,
	noTraffic,
	type Progress,
	progressSchema,
	sumOf,
	type Traffic,
	trafficSchema,
} from "../domain/usage.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows } from "./dynamodb.ts";
import { setting } from "./settings.ts";

const tableName = () => setting("USAGE_TABLE");
const progressKey = { pk: "PROGRESS", sk: "ACCESS-LOG" };

/** One row for each tenant, hostname and day, with a member for each hour, as `h05`: an hour that is counted again takes its own place. */
const rowSchema = z.object({ pk: z.string(), sk: z.string(), hostname: z.string() }).catchall(trafficSchema);

/**
 * Keeps what one hour of a tenant's hostname came to. Files are only added to an hour, so that the larger sum is the newer one: an older
 * one never overwrites it, whoever is late.
 */
export async function keepHour(tenantId: string, hostname: string, hour: Hour, traffic: Traffic): Promise<void> {
	const [day = "", ofDay = ""] = hour.split("T");
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({
					TableName: tableName(),
					Key: { pk: `TENANT#${tenantId}`, sk: `MONTH#${monthOf(hour)}#${hostname}#${day}` },
					UpdateExpression: "SET hostname = :hostname, #hour = :traffic",
					ConditionExpression: "attribute_not_exists(#hour) OR #hour.requests < :requests",
					ExpressionAttributeNames: { "#hour": `h${ofDay}` },
					ExpressionAttributeValues: { ":hostname": hostname, ":traffic": traffic, ":requests": traffic.requests },
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
}

/** What was counted for a tenant in a month, in parts. */
export async function readUsage(tenantId: string, month: string): Promise<{ hostname: string; traffic: Traffic }[]> {
	const rows: z.infer<typeof rowSchema>[] = [];
	let ExclusiveStartKey: Record<string, unknown> | undefined;
	do {
		const page = await calling("DynamoDB", () =>
			documents.send(
				new QueryCommand({
					TableName: tableName(),
					KeyConditionExpression: "pk = :tenant AND begins_with(sk, :month)",
					ExpressionAttributeValues: { ":tenant": `TENANT#${tenantId}`, ":month": `MONTH#${month}#` },
					ConsistentRead: true,
					...(ExclusiveStartKey && { ExclusiveStartKey }),
				}),
			),
		);
		rows.push(...parseRows(rowSchema, page.Items));
		ExclusiveStartKey = page.LastEvaluatedKey;
	} while (ExclusiveStartKey);
	return rows.map(({ pk: _pk, sk: _sk, hostname, ...hours }) => ({
		hostname,
		traffic: Object.values(hours).reduce(sumOf, noTraffic),
	}));
}

/** How far counting has come. */
export async function readProgress(): Promise<Progress> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: tableName(), Key: progressKey, ConsistentRead: true })),
	);
	return parseRow(progressSchema, Item ?? {});
}

/** Keeps how far counting has come; an earlier state of another run stays where it is. */
export async function keepProgress({ through, counted }: Required<Progress>): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new PutCommand({
					TableName: tableName(),
					Item: { ...progressKey, through, counted },
					ConditionExpression: "attribute_not_exists(pk) OR through <= :through",
					ExpressionAttributeValues: { ":through": through },
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
}
