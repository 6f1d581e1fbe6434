import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Webhook, webhookSchema } from "../domain/webhook.ts";
import { create } from "./acceptance.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows, transact } from "./dynamodb.ts";
import { setting } from "./settings.ts";

/** Where webhooks lie: all in one partition, since every event is compared with every one of them; see limits.webhooks. */
const webhookKey = (webhookId: string) => ({ pk: "WEBHOOKS", sk: webhookId });
const requestKey = (caller: string, key: string) => ({ pk: `REQUEST#${caller}#${key}`, sk: "REQUEST" });

/** By which a repeated registration is known; the secret is derived again, so that none is kept. */
export interface RegistrationKey {
	caller: string;
	key: string;
	requestDigest: string;
	/** Epoch seconds. */
	expiresAt: number;
}

export type Registration =
	| { outcome: "registered" }
	| { outcome: "repeated"; webhookId: string }
	| { outcome: "key-reused" };

const requestSchema = z.object({ webhookId: z.string(), requestDigest: z.string() });

/** Registers a webhook, once for each key. */
export async function registerWebhook(webhook: Webhook, request: RegistrationKey): Promise<Registration> {
	const { webhookId } = webhook;
	const { caller, key, requestDigest, expiresAt } = request;
	const inTable = (row: Record<string, unknown>) => {
		const item = create(row);
		return { Put: { ...item.Put, TableName: setting("WEBHOOKS_TABLE"), Item: row } };
	};
	const reasons = await transact([
		inTable({ ...requestKey(caller, key), webhookId, requestDigest, expiresAt }),
		inTable({ ...webhookKey(webhookId), ...webhook }),
	]);
	if (!reasons) return { outcome: "registered" };
	const earlier = requestSchema.parse(reasons[0]?.item);
	if (earlier.requestDigest !== requestDigest) return { outcome: "key-reused" };
	return { outcome: "repeated", webhookId: earlier.webhookId };
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

/** All webhooks, in order of registration (strongly consistent); there are few (limits.webhooks). */
export async function readWebhooks(): Promise<Webhook[]> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				KeyConditionExpression: "pk = :pk",
				ExpressionAttributeValues: { ":pk": "WEBHOOKS" },
				ConsistentRead: true,
				Limit: limits.webhooks.value * 2,
			}),
		),
	);
	return parseRows(webhookSchema, Items);
}

/** Changes members of a webhook; undefined takes one away. False when there is no such webhook (any more). */
export function changeWebhook(
	webhookId: string,
	change: Partial<Omit<Webhook, "webhookId" | "createdAt">> & { updatedAt: string },
	/** Only while the secret is still of this version. */
	seenSecretVersion?: number,
): Promise<boolean> {
	const members = Object.entries(change);
	const set = members.filter(([, value]) => value !== undefined);
	const remove = members.filter(([, value]) => value === undefined);
	const names = Object.fromEntries(members.map(([name]) => [`#${name}`, name]));
	const values = Object.fromEntries(set.map(([name, value]) => [`:${name}`, value]));
	const removal = remove.length > 0 ? ` REMOVE ${remove.map(([name]) => `#${name}`).join(", ")}` : "";
	return conditionally(() =>
		documents.send(
			new UpdateCommand({
				TableName: setting("WEBHOOKS_TABLE"),
				Key: webhookKey(webhookId),
				UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(", ")}${removal}`,
				ConditionExpression:
					seenSecretVersion === undefined ? "attribute_exists(pk)" : "attribute_exists(pk) AND secretVersion = :seen",
				ExpressionAttributeNames: names,
				ExpressionAttributeValues: {
					...values,
					...(seenSecretVersion !== undefined && { ":seen": seenSecretVersion }),
				},
			}),
		),
	);
}

/** Takes a webhook away. What is on its way to it ends as failed. Safe to repeat. */
export async function deleteWebhook(webhookId: string): Promise<void> {
	const { TableName, Key } = { TableName: setting("WEBHOOKS_TABLE"), Key: webhookKey(webhookId) };
	await transact([{ Delete: { TableName, Key } }]);
}

async function conditionally(write: () => Promise<unknown>): Promise<boolean> {
	try {
		await calling("DynamoDB", write);
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}
