import { z } from "zod";
import { validations } from "../../../domain/custom-domain.ts";
import { domainViewSchema } from "../../../domain/domain-view.ts";
import { actors } from "../../../domain/errors.ts";
import { operationViewSchema } from "../../../domain/operation-view.ts";
import { tenantViewSchema } from "../../../domain/tenant-view.ts";
import { etag, idempotent, location, outages, type Route, tenantId } from "./route.ts";

const hostname = z.string().min(1).max(1_024);

/** What a custom domain is asked for with. */
export const domainRequestSchema = z
	.strictObject({
		hostname: hostname.meta({ description: "shop.acme.com, acme.com or *.acme.com" }),
		validation: z.enum(validations).default("http").meta({
			description:
				"http: one CNAME does everything. dns: certificate first, so that a live site moves without bad TLS.",
		}),
		primary: z.boolean().optional().meta({
			description: "Once it is active, all other names of the tenant answer 308 to it.",
		}),
		moveFrom: z
			.string()
			.regex(/^(?:dt_|E)[0-9A-Za-z]{5,40}$/, "the id of a distribution tenant (dt_…) or of a distribution (E…)")
			.optional()
			.meta({
				description:
					"Confirms that the domain is taken from this distribution of the same AWS account, which must be disabled first: " +
					"nobody answers for the domain from then until it is served here. With validation dns only.",
			}),
		redirectTo: hostname.optional().meta({ description: "Another name of the tenant, to which this one answers 308." }),
	})
	.meta({ id: "DomainRequest" });

/** What DNS, certificate and edge say of a hostname, in one verdict. */
export const diagnosisSchema = z
	.object({
		hostname: z.string(),
		ok: z.boolean(),
		reason: z.string().nullable().meta({ description: "From the catalogue in docs/domain-reasons.md; null when ok." }),
		message: z.string(),
		actor: z.enum(actors).nullable(),
		fix: z.string().nullable(),
		found: z.string().nullable().meta({ description: "What stands there instead." }),
		record: z.object({ name: z.string(), type: z.string(), value: z.string() }).nullable(),
		until: z.string().nullable().meta({ description: "ISO time until which waiting is all that can be done." }),
	})
	.meta({ id: "Diagnosis" });
export type DiagnosisView = z.infer<typeof diagnosisSchema>;

const path = { tenantId, hostname };
const changed = {
	status: 202,
	description: "Accepted. `Location` is the operation to follow.",
	schema: z.object({ domain: domainViewSchema, operation: operationViewSchema }),
	headers: z.object({ location }),
};
const notFound = ["InvalidRequest", "TenantNotFound", "DomainNotFound", ...outages] as const;

export const domainRoutes = {
	attachDomain: {
		method: "post",
		path: "/v1/tenants/{tenantId}/domains",
		scope: "tenants:write",
		summary: "Attach a domain of the tenant's own: answers every record that it sets",
		pathParameters: z.object({ tenantId }),
		headers: idempotent,
		body: domainRequestSchema,
		reply: changed,
		errors: [
			...["InvalidRequest", "TenantNotFound", "TenantLeaving", "DomainTaken", "DomainQuarantined"],
			...["DomainAttached", "TooManyDomains", "OperationInProgress", "CertificateQuotaReached"],
			...["IdempotencyKeyReused", ...outages],
		] as const,
	},
	listDomains: {
		method: "get",
		path: "/v1/tenants/{tenantId}/domains",
		scope: "tenants:read",
		summary: "List a tenant's own domains",
		pathParameters: z.object({ tenantId }),
		reply: { status: 200, description: "All of them.", schema: z.object({ domains: z.array(domainViewSchema) }) },
		errors: ["InvalidRequest", "TenantNotFound", ...outages],
	},
	showDomain: {
		method: "get",
		path: "/v1/tenants/{tenantId}/domains/{hostname}",
		scope: "tenants:read",
		summary: "Show a domain: how it stands, what it waits for, and who has to act",
		pathParameters: z.object(path),
		reply: {
			status: 200,
			description: "The domain.",
			schema: z.object({ domain: domainViewSchema, operation: operationViewSchema.nullable() }),
		},
		errors: notFound,
	},
	verifyDomain: {
		method: "post",
		path: "/v1/tenants/{tenantId}/domains/{hostname}/verify",
		scope: "tenants:write",
		summary: "Check a domain now: its next look comes at once, and no look is lost by it",
		pathParameters: z.object(path),
		reply: {
			status: 200,
			description: "What was seen.",
			schema: z.object({ domain: domainViewSchema, diagnosis: diagnosisSchema }),
		},
		errors: [...notFound, "TooManyChecks"],
	},
	makePrimary: {
		method: "post",
		path: "/v1/tenants/{tenantId}/domains/{hostname}/primary",
		scope: "tenants:write",
		summary: "Let all other names of the tenant redirect (308) to this one; its platform subdomain undoes it",
		pathParameters: z.object(path),
		headers: idempotent,
		reply: {
			status: 202,
			description: "Accepted. `Location` is the operation to follow.",
			schema: z.object({ tenant: tenantViewSchema, operation: operationViewSchema }),
			headers: z.object({ location, etag }),
		},
		errors: [
			...["InvalidRequest", "TenantNotFound", "TenantLeaving", "DomainNotActive", "OperationInProgress"],
			...["OnboardingUnfinished", "IdempotencyKeyReused", ...outages],
		] as const,
	},
	detachDomain: {
		method: "delete",
		path: "/v1/tenants/{tenantId}/domains/{hostname}",
		scope: "tenants:write",
		summary: "Take a domain down: cancels what is under way; the name goes into quarantine",
		pathParameters: z.object(path),
		reply: changed,
		errors: [...notFound, "TenantLeaving", "DomainInUse", "OperationInProgress"],
	},
	diagnoseDomain: {
		method: "get",
		path: "/v1/domains/{hostname}/diagnosis",
		scope: "tenants:read",
		summary: "Why a hostname is not served, for any hostname, known or not",
		pathParameters: z.object({ hostname }),
		reply: { status: 200, description: "The verdict.", schema: diagnosisSchema },
		errors: ["InvalidRequest", ...outages],
	},
} as const satisfies Record<string, Route>;
