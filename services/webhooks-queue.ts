import { limits } from "../domain/limits.ts";
import type { DeliveryMessage } from "../domain/messages.ts";
import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";
import type { DeliveryKey } from "./webhook-deliveries.ts";

/**
 * Asks for a delivery's next attempt in `delaySeconds`. A longer wait than limits.deliveryDelay is left to the sweeper, which finds it in
 * the index of due ones. Throws Throttled, ServiceUnavailable.
 */
export async function sendDelivery({ webhookId, deliveryId }: DeliveryKey, delaySeconds: number): Promise<void> {
	if (delaySeconds > limits.deliveryDelay.value) return;
	const message: DeliveryMessage = { version: 1, webhookId, deliveryId };
	await sendMessage(setting("WEBHOOKS_QUEUE_URL"), message, Math.max(0, Math.ceil(delaySeconds)));
}
