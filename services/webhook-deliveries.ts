import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Attempt, type Delivery, deliverySchema } from "../domain/webhook.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows } from "./dynamodb.ts";
import type { Page } from "./lists.ts";
import { setting } from "./settings.ts";

/** A delivery with what is sent, word for word in every attempt. */
const keptSchema = deliverySchema.extend({ body: z.string(), sk: z.string() });
export type KeptDelivery = z.infer<typeof keptSchema>;

const partitionOf = (webhookId: string) => `WEBHOOK#${webhookId}`;

/** Of equal events the key is equal, so that one that comes twice is delivered once; keys are in order of time. */
const keyOf = ({ webhookId, deliveryId, createdAt }: Pick<Delivery, "webhookId" | "deliveryId" | "createdAt">) => ({
	pk: partitionOf(webhookId),
	sk: `DELIVERY#${createdAt}#${deliveryId}`,
});

/** Where a delivery lies; what its message carries. */
export interface DeliveryKey {
	webhookId: string;
	sk: string;
}

/** Keeps a delivery that is to be tried now. An equal one that is there already stays as it is. Safe to repeat. */
export async function keepDelivery(delivery: Delivery, body: string): Promise<DeliveryKey> {
	const key = keyOf(delivery);
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new PutCommand({
					TableName: setting("WEBHOOKS_TABLE"),
					Item: { ...key, ...delivery, body, duePk: "DUE", expiresAt: expiry(delivery.createdAt) },
					ConditionExpression: "attribute_not_exists(pk)",
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
	return { webhookId: delivery.webhookId, sk: key.sk };
}

export async function readDelivery({ webhookId, sk }: DeliveryKey): Promise<KeptDelivery | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				Key: { pk: partitionOf(webhookId), sk },
				ConsistentRead: true,
			}),
		),
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

/** Records an attempt and what follows: another one, or the end. */
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
	{ webhookId, sk }: KeptDelivery,
	change: Omit<ConstructorParameters<typeof UpdateCommand>[0], "TableName" | "Key">,
): Promise<boolean> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: { pk: partitionOf(webhookId), sk }, ...change }),
			),
		);
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}

/** A page of a webhook's deliveries, newest first (strongly consistent). */
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

/** Up to 200 deliveries whose attempt is due at `now`, the longest overdue first. Eventually consistent. */
export async function dueDeliveries(now: string): Promise<DeliveryKey[]> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				IndexName: "due",
				KeyConditionExpression: "duePk = :due AND nextAttemptAt <= :now",
				ExpressionAttributeValues: { ":due": "DUE", ":now": now },
				Limit: 200,
			}),
		),
	);
	return parseRows(keptSchema.pick({ webhookId: true, sk: true }), Items);
}

function expiry(createdAt: string): number {
	return Math.floor(Date.parse(createdAt) / 1000) + limits.deliveryKeep.value * 86_400;
}
