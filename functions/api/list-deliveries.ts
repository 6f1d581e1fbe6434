import { listDeliveries } from "../../services/webhook-deliveries.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";
import { sortCursor, sortKey } from "./sort-cursor.ts";

export const handler = defineRoute(routes.listDeliveries, async ({ path: { webhookId }, query: { cursor, limit } }) => {
	const after = sortKey(cursor, `WEBHOOK#${webhookId}`, "DELIVERY#");
	await knownWebhook(webhookId);
	const { items, next } = await listDeliveries(webhookId, { after, limit });
	return { body: { deliveries: items, next: sortCursor(next) } };
});
