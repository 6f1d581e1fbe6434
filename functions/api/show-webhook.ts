import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showWebhook, async ({ path: { webhookId } }) => ({
	body: await knownWebhook(webhookId),
}));
