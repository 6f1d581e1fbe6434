import { z } from "zod";
import { monthSchema, usageViewSchema } from "../../../domain/usage.ts";
import { outages, type Route, tenantId } from "./route.ts";

export const usageRoutes = {
	showUsage: {
		method: "get",
		path: "/v1/tenants/{tenantId}/usage",
		scope: "tenants:read",
		summary: "Show a tenant's requests and bytes of one month, as the edge's access log tells of them",
		pathParameters: z.object({ tenantId }),
		query: z.strictObject({ month: monthSchema.meta({ description: "In UTC, e.g. 2026-11." }) }),
		reply: { status: 200, description: "What was counted so far.", schema: usageViewSchema },
		errors: ["InvalidRequest", "TenantNotFound", ...outages],
	},
} as const satisfies Record<string, Route>;
