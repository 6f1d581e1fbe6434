import { z } from "zod";
import { isWanted } from "../../domain/webhook.ts";
import { readWebhooks } from "../../services/webhook-registry.ts";
import { beginDelivery } from "../begin-delivery.ts";
import { settleAll } from "../settle-all.ts";

const eventSchema = z.object({
	"detail-type": z.string(),
	detail: z.looseObject({ eventId: z.string(), occurredAt: z.string() }),
});

/** An event of ours on the bus: one delivery for each webhook that wants it. The same event again finds its deliveries begun. */
export async function handler(event: unknown): Promise<void> {
	const { "detail-type": type, detail } = eventSchema.parse(event);
	const wanting = (await readWebhooks()).filter((webhook) => isWanted(webhook, type));
	await settleAll(wanting, 10, async ({ webhookId }) => {
		await beginDelivery({ webhookId, deliveryId: detail.eventId, type, createdAt: detail.occurredAt, data: detail });
	});
}
