import { HostmasterError } from "../../domain/errors.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { readWebhook } from "../../services/webhook-registry.ts";

/** The webhook of that id. Throws WebhookNotFound. */
export async function knownWebhook(webhookId: string): Promise<Webhook> {
	const webhook = await readWebhook(webhookId);
	if (webhook) return webhook;
	throw new HostmasterError("WebhookNotFound", `There is no webhook '${webhookId}'.`);
}
