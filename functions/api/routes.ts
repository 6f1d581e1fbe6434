import { z } from "zod";
import { hostnameStatuses } from "../../domain/conditions.ts";
import type { ErrorName } from "../../domain/errors.ts";
import { newTenantSchema } from "../../domain/new-tenant.ts";
import { operationStatuses } from "../../domain/operation.ts";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";

/** One route, as the gateway, the validation and the OpenAPI document all see it. */
export interface Route {
	method: "get" | "post";
	path: string;
	/** The token's scope that the gateway asks for; none: public. */
	scope?: string;
	summary: string;
	pathParameters?: z.ZodObject;
	query?: z.ZodObject;
	/** Names in lower case, as the gateway hands them over. */
	headers?: z.ZodObject;
	body?: z.ZodType;
	reply: { status: number; description: string; schema: z.ZodType };
	errors: readonly ErrorName[];
}

const page = {
	limit: z.coerce.number().int().min(1).max(100).default(50),
	cursor: z.string().max(2_048).optional().meta({ description: "`next` of the page before." }),
};
const next = z.string().nullable().meta({ description: "The cursor of the next page; null on the last one." });
const tenantId = z.string().regex(/^ten_[0-9A-HJKMNP-TV-Z]{26}$/, "ten_ and a ULID");
const operationId = z.string().regex(/^op_[0-9A-HJKMNP-TV-Z]{26}$/, "op_ and a ULID");

export const slugAnswerSchema = z
	.object({
		slug: z.string(),
		state: z.enum(["available", "taken", "reserved", "quarantined", "invalid"]),
		hostname: z.string().nullable(),
		rule: z.string().nullable().meta({ description: "The rule that refuses it, for programs." }),
		why: z.string().nullable().meta({ description: "The reason, for people." }),
	})
	.meta({ id: "SlugAnswer" });

export const routes = {
	createTenant: {
		method: "post",
		path: "/v1/tenants",
		scope: "tenants:write",
		summary: "Onboard a tenant",
		headers: z.object({
			"idempotency-key": z
				.string()
				.regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 printable ASCII characters without spaces")
				.meta({ description: "The same key with the same body gets the same answer for 24 hours." }),
		}),
		body: newTenantSchema,
		reply: {
			status: 202,
			description: "Accepted. `Location` is the operation to follow.",
			schema: z.object({ tenant: tenantViewSchema, operation: operationViewSchema }),
		},
		errors: [
			"InvalidRequest",
			"SlugReserved",
			"SlugTaken",
			"SlugQuarantined",
			"ExternalRefTaken",
			"IdempotencyKeyReused",
			"Throttled",
			"ServiceUnavailable",
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
		errors: ["InvalidRequest", "Throttled", "ServiceUnavailable"],
	},
	showTenant: {
		method: "get",
		path: "/v1/tenants/{tenantId}",
		scope: "tenants:read",
		summary: "Show a tenant, how it stands and who has to act",
		pathParameters: z.object({ tenantId }),
		reply: { status: 200, description: "The tenant.", schema: tenantViewSchema },
		errors: ["InvalidRequest", "TenantNotFound", "Throttled", "ServiceUnavailable"],
	},
	listOperations: {
		method: "get",
		path: "/v1/operations",
		scope: "operations:read",
		summary: "List operations, in order of creation",
		query: z.strictObject({
			...page,
			status: z.enum(operationStatuses).optional(),
			tenantId: tenantId.optional(),
		}),
		reply: {
			status: 200,
			description: "A page. With both filters a page may hold fewer than `limit` and still have a `next`.",
			schema: z.object({ operations: z.array(operationViewSchema), next }),
		},
		errors: ["InvalidRequest", "Throttled", "ServiceUnavailable"],
	},
	showOperation: {
		method: "get",
		path: "/v1/operations/{operationId}",
		scope: "operations:read",
		summary: "Follow an operation: steps done, the failed step, its error, who has to act",
		pathParameters: z.object({ operationId }),
		reply: { status: 200, description: "The operation.", schema: operationViewSchema },
		errors: ["InvalidRequest", "OperationNotFound", "Throttled", "ServiceUnavailable"],
	},
	retryOperation: {
		method: "post",
		path: "/v1/operations/{operationId}/retry",
		scope: "operations:retry",
		summary: "Let a failed operation go on at its failed step, or begin a new attempt when it cannot",
		pathParameters: z.object({ operationId }),
		reply: { status: 202, description: "It goes on.", schema: operationViewSchema },
		errors: ["InvalidRequest", "OperationNotFound", "OperationNotFailed", "Throttled", "ServiceUnavailable"],
	},
	checkSlug: {
		method: "get",
		path: "/v1/slugs/{slug}",
		scope: "tenants:read",
		summary: "Whether a slug can be had, and why not",
		pathParameters: z.object({ slug: z.string().min(1).max(255) }),
		reply: { status: 200, description: "The answer.", schema: slugAnswerSchema },
		errors: ["InvalidRequest", "Throttled", "ServiceUnavailable"],
	},
	showOpenapi: {
		method: "get",
		path: "/v1/openapi.json",
		summary: "This document",
		reply: { status: 200, description: "OpenAPI 3.1.", schema: z.record(z.string(), z.unknown()) },
		errors: [],
	},
	showHealth: {
		method: "get",
		path: "/v1/health",
		summary: "Whether the control plane answers",
		reply: {
			status: 200,
			description: "It does.",
			schema: z
				.object({ status: z.literal("ok"), stage: z.string(), platformDomain: z.string() })
				.meta({ id: "Health" }),
		},
		errors: [],
	},
} as const satisfies Record<string, Route>;
