import { ulid } from "ulid";
import { testEvent } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { changeWebhook } from "../../services/webhook-registry.ts";
import { beginDelivery } from "../begin-delivery.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.testWebhook, async ({ path: { webhookId }, caller, correlationId }) => {
	const webhook = await knownWebhook(webhookId);
	const now = isoNow();
	if (webhook.status === "disabled") {
		const enabled = { status: "enabled", disabledBecause: undefined, failingSince: undefined, updatedAt: now } as const;
		await changeWebhook(webhookId, enabled);
	}
	const deliveryId = `evt_test-${ulid(Date.parse(now))}`;
	const data = { version: 1, eventId: deliveryId, occurredAt: now, requestedBy: caller, correlationId };
	return { body: await beginDelivery({ webhookId, deliveryId, type: testEvent, createdAt: now, data }) };
});
