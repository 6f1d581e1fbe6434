import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { ulid } from "ulid";
import { deliveryMessageSchema } from "../../domain/messages.ts";
import { type Delivery, deliverySchema, type Webhook, webhookSchema } from "../../domain/webhook.ts";
import { handler as deliverWebhooks } from "../../functions/queue/deliver-webhooks.ts";
import type { Cloud } from "../builders/a-cloud.ts";
import { sqsEvent } from "../builders/lambda-events.ts";

export const webhookId = "wh_01JZZZZZZZZZZZZZZZZZZZZZZZ";
export const longSince = "2026-01-01T00:00:00.000Z";
export const activated = { version: 1, eventId: "evt_1", occurredAt: longSince, slug: "acme" } as const;

/** A Secrets Manager with the master in it. */
export function secretsManager() {
	return mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: "the master" });
}

export function aWebhook(more: Partial<Webhook> = {}): Webhook {
	return {
		...{ webhookId, url: "https://localhost:1/", status: "enabled", secretVersion: 1, formerSecrets: [] },
		...{ createdAt: longSince, updatedAt: longSince },
		...more,
	};
}

/** Holds a webhook as it was registered. */
export async function hold(cloud: Cloud, webhook: Webhook): Promise<void> {
	await cloud.put("webhooks", { pk: "WEBHOOKS", sk: webhook.webhookId, ...webhook });
}

/** A delivery's row as it stands. */
export function aDelivery(more: Partial<Delivery> = {}): Delivery {
	return {
		...{ deliveryId: `dlv_${ulid()}`, webhookId, eventId: "evt_1", type: "TenantActivated" },
		...{ status: "pending", attempts: [], nextAttemptAt: longSince, createdAt: longSince },
		...more,
	};
}
export async function holdDelivery(cloud: Cloud, delivery: Delivery): Promise<Delivery> {
	const key = { pk: `WEBHOOK#${delivery.webhookId}`, sk: `DELIVERY#${delivery.deliveryId}` };
	const isDue = delivery.nextAttemptAt !== undefined;
	await cloud.put("webhooks", { ...key, ...delivery, body: "{}", ...(isDue && { duePk: "DUE" }) });
	return delivery;
}

/** The webhook and the deliveries that the table holds now, in order of their ids. */
export async function standing(cloud: Cloud) {
	const rows = await cloud.rows("webhooks");
	const webhooks = rows.filter(({ pk }) => pk === "WEBHOOKS").map((row) => webhookSchema.parse(row));
	const deliveries = rows
		.filter(({ sk }) => String(sk).startsWith("DELIVERY#"))
		.map((row) => deliverySchema.parse(row))
		.sort((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
	return { webhook: webhooks[0], webhooks, deliveries, delivery: deliveries[0] };
}

/** Handles the message that asks for a delivery's attempt; answers what goes back to the queue. */
export async function deliver({ webhookId, deliveryId }: Delivery) {
	const message = deliveryMessageSchema.parse({ version: 1, webhookId, deliveryId });
	return (await deliverWebhooks(sqsEvent(message))).batchItemFailures;
}
