import { z } from "zod";
import { actors } from "./errors.ts";
import { newTenantSchema, planText, reasonText } from "./new-tenant.ts";

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
	reason: z.string().optional().meta({ description: "Why it was asked for, in the words of whoever asked." }),
};
const failure = z.object({
	step: z.string().optional(),
	error: z.string(),
	detail: z.string(),
	actor: z.enum(actors),
	fix: z.string(),
});

const succeededEvent = (description: string) => z.object(ended).meta({ description });
const failedEvent = (description: string) => z.object({ ...ended, failure }).meta({ description });

/** Of a custom domain that no operation has to be under way for. */
const aboutDomain = {
	...common,
	tenantId: z.string(),
	slug: z.string().optional(),
	externalRef: z.string().optional(),
	hostname: z.string(),
};

const rejection = {
	...common,
	rejectedEventId: z.string().meta({ description: "`id` of the event." }),
	externalRef: z.string().optional(),
	error: z.object({
		type: z.string(),
		detail: z.string(),
		field: z.string().optional(),
		rule: z.string().optional(),
	}),
};

/** `detail` of the events that Hostmaster puts on the platform's bus (source `hostmaster`), by `detail-type`. */
export const eventsOut = {
	TenantActivated: succeededEvent("The tenant's hostname is served: DNS, certificate and route were probed."),
	TenantOnboardingFailed: failedEvent("Onboarding stopped; it keeps the name, and can be retried."),
	TenantUpdated: succeededEvent("A change of origin, routes, plan, name or config has reached the edge."),
	TenantUpdateFailed: failedEvent("A change did not reach the edge; what was served before may be served still."),
	TenantSuspended: succeededEvent("The edge answers 403 for the tenant; what caches hold is gone within a minute."),
	TenantSuspensionFailed: failedEvent("The tenant could not be suspended and may be served still."),
	TenantResumed: succeededEvent("The tenant is served again."),
	TenantResumptionFailed: failedEvent("The tenant could not be brought back."),
	TenantRenamed: z
		.object({ ...ended, formerHostname: z.string() })
		.meta({ description: "The tenant is served under its new name; the former one redirects to it for 30 days." }),
	TenantRenameFailed: z
		.object({ ...ended, formerHostname: z.string(), failure })
		.meta({ description: "The new name is not served yet; the former one is. Retry it, or rename back." }),
	TenantOffboarded: succeededEvent("The tenant has left: its names do not resolve, and are in quarantine."),
	TenantOffboardingFailed: failedEvent("Taking the tenant down stopped; the edge may have answered 410 already."),
	HostnameRepaired: succeededEvent("A hostname that had been changed from outside is again what the registry says."),
	HostnameRepairFailed: failedEvent("A hostname that had been changed from outside could not be repaired."),
	HostnameReleased: succeededEvent("A former name has redirected for long enough: it does not resolve any more."),
	HostnameReleaseFailed: failedEvent("A former name could not be taken down."),
	PrimaryChanged: succeededEvent("The tenant's other names redirect to another one."),
	PrimaryChangeFailed: failedEvent("The tenant's other names may redirect to the former primary one still."),
	DomainActionRequired: z
		.object({ ...aboutDomain, reason: z.string(), message: z.string(), actor: z.enum(actors), fix: z.string() })
		.meta({ description: "A custom domain waits for somebody: who, for what, and what was found instead." }),
	DomainVerified: z
		.object(aboutDomain)
		.meta({ description: "A record that only this tenant's attempt could have set was seen." }),
	CertificateIssued: z
		.object({ ...aboutDomain, endsAt: z.string().optional() })
		.meta({ description: "The custom domain has its certificate." }),
	DomainActive: succeededEvent("The custom domain is served over HTTPS: DNS, certificate and route were probed."),
	DomainFailed: failedEvent("The custom domain did not come to life; `failure` says what was seen last."),
	DomainDegraded: z
		.object({ ...aboutDomain, reason: z.string(), message: z.string(), actor: z.enum(actors), fix: z.string() })
		.meta({ description: "An active custom domain is not what it was: it leads elsewhere, or cannot be renewed." }),
	DomainDetached: succeededEvent("The custom domain is taken down, and in quarantine."),
	DomainDetachFailed: failedEvent("Taking the custom domain down stopped; the edge may have answered 410 already."),
	CertificateExpiring: z
		.object({
			...aboutDomain,
			endsAt: z.string(),
			stage: z.int().meta({ description: "45, 30, 14 or 7: of how many days before the end this is the notice." }),
			daysLeft: z.int(),
			...{ message: z.string(), fix: z.string() },
		})
		.meta({ description: "A certificate nears its end and is not renewed: whose record is missing." }),
	TenantOnboardingRejected: z
		.object({ ...rejection, slug: z.string().optional() })
		.meta({ description: "A TenantSignedUp event could not be accepted; nothing was kept of it." }),
	TenantChangeRejected: z.object({ ...rejection, tenantId: z.string().optional() }).meta({
		description: "An event about a tenant's plan or subscription could not be accepted; nothing has changed.",
	}),
} as const;

/** Whom an event of the billing system is about, and when it came about there. */
const subscription = {
	tenantId: z.string().max(64).optional(),
	externalRef: z
		.string()
		.max(128)
		.optional()
		.meta({ description: "One of tenantId and externalRef names the tenant." }),
	occurredAt: z.iso.datetime({ offset: true }).optional().meta({
		description: "When it came about; the event's own time unless given. The newest counts, however they arrive.",
	}),
	reason: reasonText.optional(),
};
const named = (detail: { tenantId?: string | undefined; externalRef?: string | undefined }) =>
	detail.tenantId !== undefined || detail.externalRef !== undefined;
const namedRule = { error: "tenantId or externalRef is needed", path: ["externalRef"] };

/** `detail` of the events that Hostmaster takes from the platform's bus, by `detail-type`. */
export const eventsIn = {
	TenantSignedUp: newTenantSchema,
	TenantPlanChanged: z
		.strictObject({ ...subscription, plan: planText.nullable() })
		.refine(named, namedRule)
		.meta({ description: "The tenant has another plan; null: none." }),
	TenantSubscriptionEnded: z
		.strictObject(subscription)
		.refine(named, namedRule)
		.meta({ description: "The tenant does not pay any more: it is suspended. Only DELETE takes it down." }),
	TenantSubscriptionRestored: z
		.strictObject(subscription)
		.refine(named, namedRule)
		.meta({ description: "The tenant pays again: it is resumed." }),
} as const;

export type EventOut = keyof typeof eventsOut;
export type EventDetail<Type extends EventOut> = z.infer<(typeof eventsOut)[Type]>;
export type EventIn = keyof typeof eventsIn;
