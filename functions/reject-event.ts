import { z } from "zod";
import { type HostmasterError, problemType } from "../domain/errors.ts";
import type { EventDetail } from "../domain/events.ts";
import { isoNow } from "../services/clock.ts";
import { transact } from "../services/dynamodb.ts";
import { logger } from "../services/log.ts";
import { type OutgoingEvent, outboxPut, sendOut } from "../services/outbox.ts";

/** Longer ones are nobody's, and a rejection that repeats them could be larger than the bus takes. */
const nameSchema = z.string().max(255).optional().catch(undefined);
/** Lets a rejection name whom it is about even when the rest is unreadable. */
const namesSchema = z.object({ slug: nameSchema, tenantId: nameSchema, externalRef: nameSchema });

/** Tells on the bus that an event could not be accepted, and why. Safe to repeat: the same rejection has the same id. */
export async function rejectEvent(
	{ id, detail, "detail-type": type }: { id: string; detail?: unknown; "detail-type": string },
	error: HostmasterError,
): Promise<void> {
	logger.info("An event was rejected.", { id, type, error: error.name, field: error.field, rule: error.rule });
	const { slug, tenantId, externalRef } = namesSchema.safeParse(detail).data ?? {};
	const createdAt = isoNow();
	const common: EventDetail<"TenantChangeRejected"> = {
		version: 1,
		eventId: `evt_rejected-${id}`,
		occurredAt: createdAt,
		rejectedEventId: id,
		externalRef,
		error: { type: `/errors/${problemType(error.name)}`, detail: error.detail, field: error.field, rule: error.rule },
	};
	const event: OutgoingEvent =
		type === "TenantSignedUp"
			? { eventId: common.eventId, createdAt, detailType: "TenantOnboardingRejected", detail: { ...common, slug } }
			: { eventId: common.eventId, createdAt, detailType: "TenantChangeRejected", detail: { ...common, tenantId } };
	await transact([outboxPut(event)]);
	// Crash here? The sweeper sends what is in the outbox.
	await sendOut([event]);
}
