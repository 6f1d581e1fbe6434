import { deleteWebhook } from "../../services/webhook-registry.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.deleteWebhook, async ({ path: { webhookId } }) => {
	const webhook = await knownWebhook(webhookId);
	await deleteWebhook(webhookId);
	return { body: webhook };
});
