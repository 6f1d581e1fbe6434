import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { waitSchema } from "../domain/wait.ts";
import { zoneActions } from "../domain/zone-plan.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRows, type TransactItem } from "./dynamodb.ts";
import { setting } from "./settings.ts";

/** A change that a hostname wants of its zone, and the parked task to be answered for it. One row a hostname (R8). */
const requestedChangeSchema = z.object({
	hostname: z.string(),
	generation: z.int().positive(),
	/** Rows of before deletes were learnt have none (R12). */
	action: z.enum(zoneActions).default("upsert"),
	records: z.array(z.object({ name: z.string(), type: z.enum(["A", "AAAA"]), aliasTarget: z.string() })),
	wait: waitSchema,
	requestedAt: z.string(),
});
export type RequestedChange = z.infer<typeof requestedChangeSchema>;

const changeKey = (zoneId: string, hostname: string) => ({ pk: `ZONE#${zoneId}`, sk: `CHANGE#${hostname}` });

/**
 * Asks for a change. A newer generation takes the place of what waits, whether that is to write or to delete; an older one, or an older
 * request of the same, is ignored (R3). Safe to repeat.
 */
export async function requestChange(zoneId: string, change: RequestedChange): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({
					TableName: setting("ZONE_CHANGES_TABLE"),
					Key: changeKey(zoneId, change.hostname),
					UpdateExpression:
						"SET hostname = :hostname, generation = :generation, #action = :action, records = :records, #wait = :wait, requestedAt = :at",
					ConditionExpression:
						"attribute_not_exists(pk) OR generation < :generation OR (generation = :generation AND requestedAt <= :at)",
					ExpressionAttributeNames: { "#action": "action", "#wait": "wait" },
					ExpressionAttributeValues: {
						":hostname": change.hostname,
						":generation": change.generation,
						":action": change.action,
						":records": change.records,
						":wait": change.wait,
						":at": change.requestedAt,
					},
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
}

// A zone holds 10,000 records by default, which is 5,000 hostnames with two each.
const mostPending = limits.route53ZoneRecords.value / 2;

/** All of the changes that wait, the longest waiting first (strongly consistent). */
export async function pendingChanges(zoneId: string): Promise<RequestedChange[]> {
	const changes: RequestedChange[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
			documents.send(
				new QueryCommand({
					TableName: setting("ZONE_CHANGES_TABLE"),
					KeyConditionExpression: "pk = :pk AND begins_with(sk, :change)",
					ExpressionAttributeValues: { ":pk": `ZONE#${zoneId}`, ":change": "CHANGE#" },
					ConsistentRead: true,
					ExclusiveStartKey: after,
				}),
			),
		);
		changes.push(...parseRows(requestedChangeSchema, Items));
		after = LastEvaluatedKey;
	} while (after && changes.length < mostPending);
	return changes.sort((left, right) => left.requestedAt.localeCompare(right.requestedAt));
}

/** Whether any change waits, readable or not (strongly consistent). */
export async function hasPendingChanges(zoneId: string): Promise<boolean> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("ZONE_CHANGES_TABLE"),
				KeyConditionExpression: "pk = :pk AND begins_with(sk, :change)",
				ExpressionAttributeValues: { ":pk": `ZONE#${zoneId}`, ":change": "CHANGE#" },
				ConsistentRead: true,
				Limit: 1,
			}),
		),
	);
	return Items !== undefined && Items.length > 0;
}

/** The write that takes a change away once it is dealt with; refused when its task has asked anew meanwhile. */
export function changeDelete(zoneId: string, change: RequestedChange): TransactItem {
	return {
		Delete: {
			TableName: setting("ZONE_CHANGES_TABLE"),
			Key: changeKey(zoneId, change.hostname),
			ConditionExpression: "#wait.taskToken = :token",
			ExpressionAttributeNames: { "#wait": "wait" },
			ExpressionAttributeValues: { ":token": change.wait.taskToken },
		},
	};
}
