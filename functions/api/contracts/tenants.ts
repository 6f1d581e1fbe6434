import { z } from "zod";
import { hostnameStatuses } from "../../../domain/conditions.ts";
import {
	newTenantSchema,
	reasonText,
	renameRequestSchema,
	resumptionRequestSchema,
	suspensionRequestSchema,
	tenantPatchSchema,
} from "../../../domain/new-tenant.ts";
import { happeningSchema } from "../../../domain/operation-history.ts";
import { operationViewSchema } from "../../../domain/operation-view.ts";
import { tenantViewSchema } from "../../../domain/tenant-view.ts";
import { etag, idempotent, location, next, outages, page, type Route, tenantId } from "./route.ts";

export const slugAnswerSchema = z
	.object({
		slug: z.string(),
		state: z.enum(["available", "taken", "reserved", "quarantined", "invalid"]),
		hostname: z.string().nullable(),
		rule: z.string().nullable().meta({ description: "The rule that refuses it, for programs." }),
		why: z.string().nullable().meta({ description: "The reason, for people." }),
	})
	.meta({ id: "SlugAnswer" });

/** What every change of a tenant is answered with. */
const changed = {
	status: 202,
	description: "Accepted. `Location` is the operation to follow.",
	schema: z.object({ tenant: tenantViewSchema, operation: operationViewSchema }),
	headers: z.object({ location, etag }),
};
const changeErrors = ["InvalidRequest", "TenantNotFound", "TenantLeaving", ...outages] as const;

/** One accepted request, and all that came of it. */
export const historyEntrySchema = operationViewSchema
	.pick({ operationId: true, kind: true, status: true, hostname: true, requestedBy: true, correlationId: true })
	.extend({ reason: z.string().nullable(), acceptedAt: z.string(), happenings: z.array(happeningSchema) })
	.meta({ id: "HistoryEntry" });

export const tenantRoutes = {
	createTenant: {
		method: "post",
		path: "/v1/tenants",
		scope: "tenants:write",
		summary: "Onboard a tenant",
		headers: idempotent,
		body: newTenantSchema,
		reply: changed,
		errors: [
			"InvalidRequest",
			"SlugReserved",
			"SlugTaken",
			"SlugQuarantined",
			"ExternalRefTaken",
			"IdempotencyKeyReused",
			...outages,
		],
	},
	listTenants: {
		method: "get",
		path: "/v1/tenants",
		scope: "tenants:read",
		summary: "List tenants, in order of creation",
		query: z.strictObject({
			...page,
			status: z.enum(hostnameStatuses).optional(),
			externalRef: z.string().min(1).max(128).optional(),
		}),
		reply: { status: 200, description: "A page.", schema: z.object({ tenants: z.array(tenantViewSchema), next }) },
		errors: ["InvalidRequest", ...outages],
	},
	showTenant: {
		method: "get",
		path: "/v1/tenants/{tenantId}",
		scope: "tenants:read",
		summary: "Show a tenant, how it stands and who has to act",
		pathParameters: z.object({ tenantId }),
		reply: { status: 200, description: "The tenant.", schema: tenantViewSchema, headers: z.object({ etag }) },
		errors: ["InvalidRequest", "TenantNotFound", ...outages],
	},
	updateTenant: {
		method: "patch",
		path: "/v1/tenants/{tenantId}",
		scope: "tenants:write",
		summary: "Change a tenant's name, plan, origin, routes, config or externalRef",
		pathParameters: z.object({ tenantId }),
		headers: z.object({
			"if-match": z
				.string()
				.regex(/^"[1-9][0-9]{0,8}"$/, 'the ETag of the tenant as it was read, e.g. "3"')
				.optional()
				.meta({ description: "Needed: the ETag of GET /v1/tenants/{tenantId}." }),
		}),
		body: tenantPatchSchema,
		reply: changed,
		errors: [
			...changeErrors,
			"PreconditionRequired",
			"PreconditionFailed",
			"OperationInProgress",
			"OnboardingUnfinished",
			"ExternalRefTaken",
		],
	},
	suspendTenant: {
		method: "post",
		path: "/v1/tenants/{tenantId}/suspend",
		scope: "tenants:write",
		summary: "Suspend a tenant: the edge answers 403",
		pathParameters: z.object({ tenantId }),
		headers: idempotent,
		body: suspensionRequestSchema,
		reply: changed,
		errors: [...changeErrors, "OperationInProgress", "IdempotencyKeyReused"],
	},
	resumeTenant: {
		method: "post",
		path: "/v1/tenants/{tenantId}/resume",
		scope: "tenants:write",
		summary: "Bring a suspended tenant back",
		pathParameters: z.object({ tenantId }),
		headers: idempotent,
		body: resumptionRequestSchema,
		reply: changed,
		errors: [...changeErrors, "OperationInProgress", "OnboardingUnfinished", "IdempotencyKeyReused"],
	},
	renameTenant: {
		method: "post",
		path: "/v1/tenants/{tenantId}/rename",
		scope: "tenants:write",
		summary: "Give a tenant another slug; the former name redirects for 30 days",
		pathParameters: z.object({ tenantId }),
		headers: idempotent,
		body: renameRequestSchema,
		reply: changed,
		errors: [
			...changeErrors,
			"SlugReserved",
			"SlugTaken",
			"SlugQuarantined",
			"TooManyFormerNames",
			"OperationInProgress",
			"OnboardingUnfinished",
			"IdempotencyKeyReused",
		],
	},
	deleteTenant: {
		method: "delete",
		path: "/v1/tenants/{tenantId}",
		scope: "tenants:write",
		summary: "Take a tenant down: cancels what is under way; its names go into quarantine",
		pathParameters: z.object({ tenantId }),
		query: z.strictObject({ reason: reasonText.optional() }),
		reply: {
			...changed,
			description: "Accepted, now or by an earlier DELETE. `Location` is the operation to follow.",
		},
		errors: ["InvalidRequest", "TenantNotFound", ...outages],
	},
	showHistory: {
		method: "get",
		path: "/v1/tenants/{tenantId}/history",
		scope: "tenants:read",
		summary: "Who asked what of a tenant, when, and with what end; in order of acceptance",
		pathParameters: z.object({ tenantId }),
		query: z.strictObject(page),
		reply: { status: 200, description: "A page.", schema: z.object({ history: z.array(historyEntrySchema), next }) },
		errors: ["InvalidRequest", "TenantNotFound", ...outages],
	},
	checkSlug: {
		method: "get",
		path: "/v1/slugs/{slug}",
		scope: "tenants:read",
		summary: "Whether a slug can be had, and why not",
		pathParameters: z.object({ slug: z.string().min(1).max(255) }),
		reply: { status: 200, description: "The answer.", schema: slugAnswerSchema },
		errors: ["InvalidRequest", ...outages],
	},
} as const satisfies Record<string, Route>;
