import { z } from "zod";

// What our queues carry. Messages outlive releases: a reader accepts the former versions for 30 days (R12).

/** "Start this attempt." */
export const startMessageSchema = z.object({
	version: z.literal(1),
	operationId: z.string(),
	attempt: z.int().positive(),
});
export type StartMessage = z.infer<typeof startMessageSchema>;

/** A doorbell: changes may wait for this zone's writer. */
export const zoneMessageSchema = z.object({ version: z.literal(1), zoneId: z.string() });
export type ZoneMessage = z.infer<typeof zoneMessageSchema>;

/** "Look whether this has come." */
export const checkMessageSchema = z.object({ version: z.literal(1), kind: z.string(), subject: z.string() });
export type CheckMessage = z.infer<typeof checkMessageSchema>;

/** "Make this delivery's next attempt, if it is due." */
export const deliveryMessageSchema = z.object({
	version: z.literal(1),
	webhookId: z.string(),
	deliveryId: z.string(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;
