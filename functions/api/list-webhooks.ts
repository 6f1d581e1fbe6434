import { listWebhooks } from "../../services/webhook-registry.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";
import { sortCursor, sortKey } from "./sort-cursor.ts";

export const handler = defineRoute(routes.listWebhooks, async ({ query: { cursor, limit } }) => {
	const { items, next } = await listWebhooks({ after: sortKey(cursor, "WEBHOOKS", "wh_"), limit });
	return { body: { webhooks: items, next: sortCursor(next) } };
});
