import { z } from "zod";
import { actors } from "./errors.ts";
import { newTenantSchema } from "./new-tenant.ts";

// Members are only ever added to a version; what changes its meaning gets a new one, sent beside the old for 30 days (R12).

const common = {
	version: z.literal(1),
	eventId: z.string().meta({ description: "The same event sent again has the same id." }),
	occurredAt: z.iso.datetime(),
};

const ended = {
	...common,
	tenantId: z.string(),
	slug: z.string().optional(),
	externalRef: z.string().optional(),
	hostname: z.string(),
	operationId: z.string(),
	correlationId: z.string(),
};

/** `detail` of the events that Hostmaster puts on the platform's bus (source `hostmaster`), by `detail-type`. */
export const eventsOut = {
	TenantActivated: z
		.object(ended)
		.meta({ description: "The tenant's hostname is served: DNS, certificate and route were probed." }),
	TenantOnboardingFailed: z
		.object({
			...ended,
			failure: z.object({
				step: z.string().optional(),
				error: z.string(),
				detail: z.string(),
				actor: z.enum(actors),
				fix: z.string(),
			}),
		})
		.meta({ description: "Onboarding stopped; it keeps the name, and can be retried." }),
	TenantOnboardingRejected: z
		.object({
			...common,
			rejectedEventId: z.string().meta({ description: "`id` of the TenantSignedUp event." }),
			slug: z.string().optional(),
			externalRef: z.string().optional(),
			error: z.object({
				type: z.string(),
				detail: z.string(),
				field: z.string().optional(),
				rule: z.string().optional(),
			}),
		})
		.meta({ description: "A TenantSignedUp event could not be accepted; nothing was kept of it." }),
} as const;

/** `detail` of the events that Hostmaster takes from the platform's bus, by `detail-type`. */
export const eventsIn = {
	TenantSignedUp: newTenantSchema,
} as const;

export type EventOut = keyof typeof eventsOut;
export type EventDetail<Type extends EventOut> = z.infer<(typeof eventsOut)[Type]>;
