import type { Delivery } from "../domain/webhook.ts";
import { keepDelivery } from "../services/webhook-deliveries.ts";
import { sendDelivery } from "../services/webhooks-queue.ts";

interface Begun extends Pick<Delivery, "webhookId" | "deliveryId" | "type" | "createdAt"> {
	data: unknown;
}

/** Keeps a delivery and asks for its first attempt. Safe to repeat: an equal one is kept once. */
export async function beginDelivery({ data, ...event }: Begun): Promise<Delivery> {
	const delivery: Delivery = { ...event, status: "pending", attempts: [], nextAttemptAt: event.createdAt };
	// The same words in every attempt: the signature covers them.
	const body = JSON.stringify({ type: event.type, timestamp: event.createdAt, data });
	const key = await keepDelivery(delivery, body);
	// Crash here? It is due, and the sweeper finds it within a minute.
	await sendDelivery(key, 0);
	return delivery;
}
