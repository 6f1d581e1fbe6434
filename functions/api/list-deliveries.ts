import { listDeliveries } from "../../services/webhook-deliveries.ts";
import { deliveryCursor, deliveryKey } from "./delivery-cursor.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listDeliveries, async ({ path: { webhookId }, query: { cursor, limit } }) => {
	await knownWebhook(webhookId);
	const { items, next } = await listDeliveries(webhookId, { after: deliveryKey(cursor, webhookId), limit });
	return { body: { deliveries: items, next: deliveryCursor(next) } };
});
