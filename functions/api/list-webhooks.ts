import { readWebhooks } from "../../services/webhook-registry.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listWebhooks, async () => ({ body: { webhooks: await readWebhooks() } }));
