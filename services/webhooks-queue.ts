import { limits } from "../domain/limits.ts";
import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";
import type { DeliveryKey } from "./webhook-deliveries.ts";

/**
 * Asks for a delivery's next attempt in `delaySeconds`. What SQS cannot delay for so long is left to the sweeper, which finds it in the
 * index of due ones. Throws Throttled, ServiceUnavailable.
 */
export async function sendDelivery({ webhookId, sk }: DeliveryKey, delaySeconds: number): Promise<void> {
	if (delaySeconds > limits.sqsDelay.value) return;
	await sendMessage(setting("WEBHOOKS_QUEUE_URL"), { version: 1, webhookId, sk }, Math.max(0, Math.ceil(delaySeconds)));
}
