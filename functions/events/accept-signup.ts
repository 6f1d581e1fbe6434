import { z } from "zod";
import { errorTable, HostmasterError, problemType } from "../../domain/errors.ts";
import { type EventDetail, eventsIn } from "../../domain/events.ts";
import { limits } from "../../domain/limits.ts";
import { isoNow } from "../../services/clock.ts";
import { putEvents } from "../../services/event-bus.ts";
import { logger } from "../../services/log.ts";
import { acceptOnboarding } from "../accept-onboarding.ts";

const eventSchema = z.object({ id: z.string(), source: z.string(), detail: z.unknown() });
/** Lets a rejection name what it rejects even when the rest is unreadable. */
const namesSchema = z.object({
	slug: z.string().optional().catch(undefined),
	externalRef: z.string().optional().catch(undefined),
});

/**
 * A TenantSignedUp event: the same acceptance as POST /v1/tenants, with the event's id as its idempotency key. What the caller
 * could mend is told as TenantOnboardingRejected; what may work later throws, so that the event comes again, or ends in the DLQ.
 */
export async function handler(event: unknown): Promise<void> {
	const { id, source, detail } = eventSchema.parse(event);
	try {
		const request = eventsIn.TenantSignedUp.safeParse(detail);
		if (!request.success) {
			const [issue] = request.error.issues;
			const field = issue?.path.join(".") || "detail";
			throw new HostmasterError("InvalidRequest", `'${field}': ${issue?.message}.`, {
				field,
				rule: issue?.code ?? "type",
			});
		}
		await acceptOnboarding(request.data, {
			caller: `event:${source}`,
			idempotencyKey: id,
			rememberedHours: limits.eventKeep.value * 24,
			requestedBy: source,
			correlationId: id,
		});
	} catch (error) {
		if (!(error instanceof HostmasterError) || errorTable[error.name].status >= 500) throw error;
		logger.info("A signup was rejected.", { id, error: error.name, field: error.field, rule: error.rule });
		await putEvents([{ detailType: "TenantOnboardingRejected", detail: rejection(id, detail, error) }]);
	}
}

function rejection(id: string, detail: unknown, error: HostmasterError): EventDetail<"TenantOnboardingRejected"> {
	const names = namesSchema.safeParse(detail).data ?? {};
	return {
		version: 1,
		eventId: `evt_rejected-${id}`,
		occurredAt: isoNow(),
		rejectedEventId: id,
		...names,
		error: { type: `/errors/${problemType(error.name)}`, detail: error.detail, field: error.field, rule: error.rule },
	};
}
