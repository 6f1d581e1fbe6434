import { z } from "zod";
import { errorTable, HostmasterError } from "../../domain/errors.ts";
import { type EventIn, eventsIn } from "../../domain/events.ts";
import { flawIn } from "../../domain/json-flaw.ts";
import { limits } from "../../domain/limits.ts";
import { sendEventLater } from "../../services/events-queue.ts";
import { logger } from "../../services/log.ts";
import { fieldOf, refusalsOf } from "../api/problems.ts";
import { rejectEvent } from "../reject-event.ts";
import { takeBillingEvent } from "../take-billing-event.ts";
import { takeSignup } from "../take-signup.ts";
import { defineConsumer } from "./batch.ts";

/** An event of the platform's bus, as its rule puts it into our queue. */
export const envelopeSchema = z.object({
	id: z.string(),
	source: z.string(),
	"detail-type": z.enum(Object.keys(eventsIn) as [EventIn, ...EventIn[]]), // Object.keys forgets the keys' type
	time: z.iso.datetime(),
	detail: z.unknown().optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/**
 * What the billing system tells (R13). What it could mend is rejected, on the bus; what has to wait for another operation comes again
 * in half a minute; what may work later throws, so that the message comes again, or ends in the dead letters.
 */
export const handler = defineConsumer(envelopeSchema, async (event) => {
	try {
		await take(event);
	} catch (error) {
		if (!(error instanceof HostmasterError) || errorTable[error.name].status >= 500) throw error;
		if (!mustWait(error, event)) return rejectEvent(event, error);
		logger.info("An event waits.", { id: event.id, type: event["detail-type"], because: error.detail });
		await sendEventLater(event);
	}
});

/** Throws InvalidRequest, naming field and rule, for a detail that its schema refuses. */
function take({ detail, ...event }: Envelope): Promise<void> {
	const type = event["detail-type"];
	if (type === "TenantSignedUp") return takeSignup(read(eventsIn[type], detail), event);
	if (type === "TenantPlanChanged") {
		const { plan, ...about } = read(eventsIn[type], detail);
		return takeBillingEvent({ ...event, about, what: { topic: "plan", plan: plan ?? undefined } });
	}
	const isPaying = type === "TenantSubscriptionRestored";
	return takeBillingEvent({ ...event, about: read(eventsIn[type], detail), what: { topic: "subscription", isPaying } });
}

function read<T>(schema: z.ZodType<T>, detail: unknown): T {
	const flaw = flawIn(detail);
	if (flaw) {
		throw new HostmasterError("InvalidRequest", flaw.detail, { field: fieldOf(flaw.path, "detail"), rule: flaw.rule });
	}
	const result = schema.safeParse(detail);
	if (result.success) return result.data;
	const [refusal] = refusalsOf(result.error, detail, "detail");
	throw new HostmasterError("InvalidRequest", refusal?.detail ?? "The detail is not valid.", { ...refusal });
}

/**
 * 'Not yet' is no 'no'. An externalRef that nobody knows may be one whose signup is still on its way: events come in any order. A
 * tenantId is told only after the signup.
 */
function mustWait({ name, field }: HostmasterError, { time }: Envelope): boolean {
	const ageMs = Date.now() - Date.parse(time);
	if (name === "TenantNotFound") return field === "externalRef" && ageMs < limits.eventBeforeSignup.value * 60_000;
	if (name !== "OperationInProgress") return false;
	if (ageMs < limits.eventWait.value * 3_600_000) return true;
	// Somebody has to look: the operation that it waits for has not ended in a day.
	throw new Error("An event has waited for another operation for too long.");
}
