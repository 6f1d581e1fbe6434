import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { z } from "zod";
import type { HostnameStatus } from "../domain/conditions.ts";
import type { OperationStatus } from "../domain/operation.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRows } from "./dynamodb.ts";
import { registryTable } from "./registry.ts";

/** One partition of one of the registry's indexes; its rows come in order of creation. */
export interface List {
	index: "byKind" | "byStatus" | "byTenant";
	partition: "kindPk" | "statusPk" | "tenantPk";
	sort: "kindSk" | "statusSk" | "tenantSk";
	value: string;
	/** Only rows whose sort key begins so. */
	prefix?: string;
}

const ofKind = (value: string): List => ({ index: "byKind", partition: "kindPk", sort: "kindSk", value });
const ofStatus = (value: string): List => ({ index: "byStatus", partition: "statusPk", sort: "statusSk", value });

export const lists = {
	tenants: ofKind("TENANTS"),
	operations: ofKind("OPERATIONS"),
	/** Claims by their hostname's derived status. */
	claims: (status: HostnameStatus) => ofStatus(`CLAIM#${status}`),
	operationsIn: (status: OperationStatus) => ofStatus(`OPERATION#${status}`),
	operationsOf: (tenantId: string): List => ({
		index: "byTenant",
		partition: "tenantPk",
		sort: "tenantSk",
		value: `TENANT#${tenantId}`,
		prefix: "OPERATION#",
	}),
	pendingEvents: ofStatus("EVENT#pending"),
};

/** Where a list goes on (DynamoDB's key of the last row that was given), and how many rows to read. */
export interface Page {
	after: Record<string, unknown> | undefined;
	limit: number;
}

/** A page of a list, and where the next one begins. Eventually consistent: the indexes lag behind the rows. */
export async function readPage<T>(
	list: List,
	schema: z.ZodType<T>,
	{ after, limit }: Page,
): Promise<{ items: T[]; next: Record<string, unknown> | undefined }> {
	const { partition, sort, value, prefix } = list;
	const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: registryTable(),
				IndexName: list.index,
				KeyConditionExpression: `${partition} = :value${prefix === undefined ? "" : ` AND begins_with(${sort}, :prefix)`}`,
				ExpressionAttributeValues: { ":value": value, ...(prefix !== undefined && { ":prefix": prefix }) },
				ExclusiveStartKey: after,
				Limit: limit,
			}),
		),
	);
	return { items: parseRows(schema, Items), next: LastEvaluatedKey };
}
