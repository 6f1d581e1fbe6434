import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Webhook, webhookSchema } from "../domain/webhook.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows, transact } from "./dynamodb.ts";
import type { Idempotency } from "./idempotency.ts";
import type { Page } from "./lists.ts";
import { setting } from "./settings.ts";

/** Where webhooks lie: all in one partition, since every event is compared with every one of them; see limits.webhooks. */
const webhookKey = (webhookId: string) => ({ pk: "WEBHOOKS", sk: webhookId });
const requestKey = ({ caller, key }: Idempotency) => ({ pk: `REQUEST#${caller}#${key}`, sk: "REQUEST" });

export type Registration =
	| { outcome: "registered" }
	/** The same request came before, and registered this; its secret is derived again, so that none is kept. */
	| { outcome: "repeated"; webhook: Webhook }
	| { outcome: "key-reused" };

const requestSchema = z.object({ webhook: webhookSchema, requestDigest: z.string(), expiresAt: z.number() });

/** Registers a webhook, once for each key. */
export async function registerWebhook(webhook: Webhook, request: Idempotency): Promise<Registration> {
	const { requestDigest, expiresAt } = request;
	const TableName = setting("WEBHOOKS_TABLE");
	const reasons = await transact([
		{
			Put: {
				TableName,
				Item: { ...requestKey(request), requestDigest, expiresAt, webhook },
				// TTL deletes late: a key that is over counts as none.
				ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
				ExpressionAttributeValues: { ":now": epochSeconds(webhook.createdAt) },
				ReturnValuesOnConditionCheckFailure: "ALL_OLD",
			},
		},
		{ Put: { TableName, Item: { ...webhookKey(webhook.webhookId), ...webhook } } },
	]);
	return reasons ? repetition(request, reasons[0]?.item) : { outcome: "registered" };
}

/** What a request was answered before, if it came before `now`. */
export async function earlierRegistration(request: Idempotency, now: string): Promise<Registration | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: requestKey(request), ConsistentRead: true }),
		),
	);
	if (!Item || parseRow(requestSchema, Item).expiresAt <= epochSeconds(now)) return undefined;
	return repetition(request, Item);
}

function repetition({ requestDigest }: Idempotency, row: Record<string, unknown> | undefined): Registration {
	const earlier = requestSchema.parse(row);
	if (earlier.requestDigest !== requestDigest) return { outcome: "key-reused" };
	return { outcome: "repeated", webhook: earlier.webhook };
}

/** The webhook (strongly consistent), or undefined. */
export async function readWebhook(webhookId: string): Promise<Webhook | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: webhookKey(webhookId), ConsistentRead: true }),
		),
	);
	return Item && parseRow(webhookSchema, Item);
}

/** All webhooks (strongly consistent); there are few (limits.webhooks). */
export async function readWebhooks(): Promise<Webhook[]> {
	// Requests that race with each other may pass the limit together.
	const { items } = await listWebhooks({ after: undefined, limit: 2 * limits.webhooks.value });
	return items;
}

/** A page of the webhooks, in order of registration (strongly consistent), and where the next one begins. */
export async function listWebhooks({
	after,
	limit,
}: Page): Promise<{ items: Webhook[]; next: Record<string, unknown> | undefined }> {
	const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				KeyConditionExpression: "pk = :pk",
				ExpressionAttributeValues: { ":pk": "WEBHOOKS" },
				ConsistentRead: true,
				ExclusiveStartKey: after,
				Limit: limit,
			}),
		),
	);
	return { items: parseRows(webhookSchema, Items), next: LastEvaluatedKey };
}

/** Changes members of a webhook that still is as `seen`; undefined takes one away. False when it is not, or is no more. */
export async function changeWebhook(
	{ webhookId, secretVersion, status }: Webhook,
	change: Partial<Omit<Webhook, "webhookId" | "createdAt">> & { updatedAt: string },
): Promise<boolean> {
	const members = Object.entries(change);
	const set = members.filter(([, value]) => value !== undefined);
	const remove = members.filter(([, value]) => value === undefined);
	const removal = remove.length > 0 ? ` REMOVE ${remove.map(([name]) => `#${name}`).join(", ")}` : "";
	const seen = { "#secretVersion": "secretVersion", "#status": "status" };
	const command = new UpdateCommand({
		TableName: setting("WEBHOOKS_TABLE"),
		Key: webhookKey(webhookId),
		UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(", ")}${removal}`,
		ConditionExpression: "#secretVersion = :seenSecretVersion AND #status = :seenStatus",
		ExpressionAttributeNames: { ...seen, ...Object.fromEntries(members.map(([name]) => [`#${name}`, name])) },
		ExpressionAttributeValues: {
			...{ ":seenSecretVersion": secretVersion, ":seenStatus": status },
			...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
		},
	});
	try {
		await calling("DynamoDB", () => documents.send(command));
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}

/** Takes a webhook away. What is on its way to it ends as failed. Safe to repeat. */
export async function deleteWebhook(webhookId: string): Promise<void> {
	await calling("DynamoDB", () =>
		documents.send(new DeleteCommand({ TableName: setting("WEBHOOKS_TABLE"), Key: webhookKey(webhookId) })),
	);
}

function epochSeconds(iso: string): number {
	return Math.floor(Date.parse(iso) / 1000);
}
