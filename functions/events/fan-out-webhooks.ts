import { z } from "zod";
import { isWanted } from "../../domain/webhook.ts";
import { readWebhooks } from "../../services/webhook-registry.ts";
import { beginDelivery } from "../begin-delivery.ts";
import { settleAll } from "../settle-all.ts";

/** What all our events have (domain/events.ts); the rest is passed on as it is. */
const eventSchema = z.object({
	"detail-type": z.string(),
	detail: z.looseObject({ eventId: z.string(), occurredAt: z.iso.datetime() }),
});

/** An event of ours on the bus: one delivery for each webhook that wants it. The same event again finds its deliveries begun. */
export async function handler(event: unknown): Promise<void> {
	const { "detail-type": type, detail } = eventSchema.parse(event);
	const { eventId, occurredAt } = detail;
	const wanting = (await readWebhooks()).filter((webhook) => isWanted(webhook, type));
	await settleAll(wanting, 10, async ({ webhookId }) => {
		await beginDelivery({ webhookId, eventId, type, occurredAt, data: detail });
	});
}
