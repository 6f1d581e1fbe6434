import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Attempt, type Delivery, deliverySchema } from "../domain/webhook.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows, transact } from "./dynamodb.ts";
import type { Page } from "./lists.ts";
import { setting } from "./settings.ts";

/** A delivery with what is sent, word for word in every attempt. */
const keptSchema = deliverySchema.extend({ body: z.string() });
export type KeptDelivery = z.infer<typeof keptSchema>;

/** What a delivery is known by; what its message carries. */
const keySchema = deliverySchema.pick({ webhookId: true, deliveryId: true });
export type DeliveryKey = z.infer<typeof keySchema>;

const partitionOf = (webhookId: string) => `WEBHOOK#${webhookId}`;
/** Ids begin with their time, so that a webhook's deliveries lie in its order. */
const rowKey = ({ webhookId, deliveryId }: DeliveryKey) => ({
	pk: partitionOf(webhookId),
	sk: `DELIVERY#${deliveryId}`,
});
/** The row that makes one delivery of one event; it is there from the first time on. */
const eventKey = ({ webhookId, eventId }: Delivery) => ({ pk: partitionOf(webhookId), sk: `EVENT#${eventId}` });

/** Keeps a delivery that is to be tried now; answers its key, or that of the one which the event has already. Safe to repeat. */
export async function keepDelivery(delivery: Delivery, body: string): Promise<DeliveryKey> {
	const { webhookId, deliveryId, createdAt } = delivery;
	const TableName = setting("WEBHOOKS_TABLE");
	const expiresAt = Math.floor(Date.parse(createdAt) / 1000) + limits.deliveryKeep.value * 86_400;
	const reasons = await transact([
		{
			Put: {
				TableName,
				Item: { ...eventKey(delivery), webhookId, deliveryId, expiresAt },
				ConditionExpression: "attribute_not_exists(pk)",
				ReturnValuesOnConditionCheckFailure: "ALL_OLD",
			},
		},
		{ Put: { TableName, Item: { ...rowKey(delivery), ...delivery, body, duePk: "DUE", expiresAt } } },
	]);
	return reasons ? keySchema.parse(reasons[0]?.item) : { webhookId, deliveryId };
}

/** The delivery (strongly consistent), or undefined when it was kept for long enough. */
export async function readDelivery(key: DeliveryKey): Promise<KeptDelivery | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: rowKey(key), ConsistentRead: true })),
	);
	return Item && parseRow(keptSchema, Item);
}

/** Takes an attempt for `untilIso`: false when another has it, or it was made. Not over by then? It is due again. */
export function takeAttempt(delivery: KeptDelivery, now: string, untilIso: string): Promise<boolean> {
	return update(delivery, {
		UpdateExpression: "SET nextAttemptAt = :until, takenUntil = :until",
		ConditionExpression:
			"#status = :pending AND size(attempts) = :made AND (attribute_not_exists(takenUntil) OR takenUntil <= :now)",
		ExpressionAttributeNames: { "#status": "status" },
		ExpressionAttributeValues: {
			":until": untilIso,
			":now": now,
			":pending": "pending",
			":made": delivery.attempts.length,
		},
	});
}

/** Records an attempt and what follows: another one, or the end. False when it was recorded by another. */
export function noteAttempt(
	delivery: KeptDelivery,
	attempt: Attempt,
	then: { status: Delivery["status"]; nextAttemptAt: string | undefined },
): Promise<boolean> {
	const isOpen = then.nextAttemptAt !== undefined;
	return update(delivery, {
		UpdateExpression: `SET attempts = list_append(attempts, :attempt), #status = :status${
			isOpen ? ", nextAttemptAt = :next REMOVE takenUntil" : " REMOVE takenUntil, nextAttemptAt, duePk"
		}`,
		ConditionExpression: "#status = :pending AND size(attempts) = :made",
		ExpressionAttributeNames: { "#status": "status" },
		ExpressionAttributeValues: {
			":attempt": [attempt],
			":status": then.status,
			":pending": "pending",
			":made": delivery.attempts.length,
			...(isOpen && { ":next": then.nextAttemptAt }),
		},
	});
}

async function update(
	delivery: KeptDelivery,
	change: Omit<ConstructorParameters<typeof UpdateCommand>[0], "TableName" | "Key">,
): Promise<boolean> {
	try {
		await calling("DynamoDB", () =>
			documents.send(new UpdateCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: rowKey(delivery), ...change })),
		);
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}

/** A page of a webhook's deliveries, newest first (strongly consistent), and where the next one begins. */
export async function listDeliveries(
	webhookId: string,
	{ after, limit }: Page,
): Promise<{ items: Delivery[]; next: Record<string, unknown> | undefined }> {
	const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				KeyConditionExpression: "pk = :pk AND begins_with(sk, :delivery)",
				ExpressionAttributeValues: { ":pk": partitionOf(webhookId), ":delivery": "DELIVERY#" },
				ConsistentRead: true,
				ScanIndexForward: false,
				ExclusiveStartKey: after,
				Limit: limit,
			}),
		),
	);
	return { items: parseRows(deliverySchema, Items), next: LastEvaluatedKey };
}

/** A page of the deliveries whose attempt was due at `before`, the longest overdue first. Eventually consistent. */
export async function dueDeliveries(
	before: string,
	{ after, limit }: Page,
): Promise<{ items: DeliveryKey[]; next: Record<string, unknown> | undefined }> {
	const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				IndexName: "due",
				KeyConditionExpression: "duePk = :due AND nextAttemptAt <= :before",
				ExpressionAttributeValues: { ":due": "DUE", ":before": before },
				ExclusiveStartKey: after,
				Limit: limit,
			}),
		),
	);
	return { items: parseRows(keySchema, Items), next: LastEvaluatedKey };
}
