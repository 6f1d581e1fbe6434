import { ulid } from "ulid";
import type { Delivery } from "../domain/webhook.ts";
import { isoNow } from "../services/clock.ts";
import { keepDelivery } from "../services/webhook-deliveries.ts";
import { sendDelivery } from "../services/webhooks-queue.ts";

interface Begun extends Pick<Delivery, "webhookId" | "eventId" | "type"> {
	/** ISO time at which what it tells of came about. */
	occurredAt: string;
	data: unknown;
}

/** Keeps a delivery and asks for its first attempt. Safe to repeat: an event has one delivery to each webhook. */
export async function beginDelivery({ data, occurredAt, ...event }: Begun): Promise<Delivery> {
	const now = isoNow();
	const deliveryId = `dlv_${ulid(Date.parse(now))}`;
	const delivery: Delivery = {
		...event,
		...{ deliveryId, status: "pending", attempts: [], nextAttemptAt: now, createdAt: now },
	};
	// The same words in every attempt: the signature covers them.
	const body = JSON.stringify({ type: event.type, timestamp: occurredAt, data });
	const key = await keepDelivery(delivery, body);
	// Crash here? It is due, and the sweeper finds it within two minutes.
	await sendDelivery(key, 0);
	return delivery;
}
