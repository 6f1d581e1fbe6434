import { ulid } from "ulid";
import { testEvent } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { beginDelivery } from "../begin-delivery.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.testWebhook, async ({ path: { webhookId }, caller, correlationId }) => {
	await knownWebhook(webhookId);
	const occurredAt = isoNow();
	const eventId = `evt_test-${ulid(Date.parse(occurredAt))}`;
	const data = { version: 1, eventId, occurredAt, requestedBy: caller, correlationId };
	return { body: await beginDelivery({ webhookId, eventId, type: testEvent, occurredAt, data }) };
});
