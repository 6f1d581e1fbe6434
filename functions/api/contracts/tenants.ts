import { z } from "zod";
import { hostnameStatuses } from "../../../domain/conditions.ts";
import { newTenantSchema } from "../../../domain/new-tenant.ts";
import { operationViewSchema } from "../../../domain/operation-view.ts";
import { tenantViewSchema } from "../../../domain/tenant-view.ts";
import { idempotent, next, outages, page, type Route, tenantId } from "./route.ts";

export const slugAnswerSchema = z
	.object({
		slug: z.string(),
		state: z.enum(["available", "taken", "reserved", "quarantined", "invalid"]),
		hostname: z.string().nullable(),
		rule: z.string().nullable().meta({ description: "The rule that refuses it, for programs." }),
		why: z.string().nullable().meta({ description: "The reason, for people." }),
	})
	.meta({ id: "SlugAnswer" });

export const tenantRoutes = {
	createTenant: {
		method: "post",
		path: "/v1/tenants",
		scope: "tenants:write",
		summary: "Onboard a tenant",
		headers: idempotent,
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
		reply: { status: 200, description: "The tenant.", schema: tenantViewSchema },
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
