import { z } from "zod";
import { reasonText } from "../../../domain/new-tenant.ts";
import { operationStatuses } from "../../../domain/operation.ts";
import { operationViewSchema } from "../../../domain/operation-view.ts";
import { pauseSchema } from "../../../domain/pause.ts";
import { location, next, operationId, outages, page, type Route, tenantId } from "./route.ts";

export const operationRoutes = {
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
		errors: ["InvalidRequest", ...outages],
	},
	showOperation: {
		method: "get",
		path: "/v1/operations/{operationId}",
		scope: "operations:read",
		summary: "Follow an operation: steps done, the failed step, its error, who has to act",
		pathParameters: z.object({ operationId }),
		reply: { status: 200, description: "The operation.", schema: operationViewSchema },
		errors: ["InvalidRequest", "OperationNotFound", ...outages],
	},
	retryOperation: {
		method: "post",
		path: "/v1/operations/{operationId}/retry",
		scope: "operations:retry",
		summary: "Let a failed operation go on at its failed step, or begin a new attempt when it cannot",
		pathParameters: z.object({ operationId }),
		reply: {
			status: 202,
			description: "It goes on.",
			schema: operationViewSchema,
			headers: z.object({ location }),
		},
		errors: ["InvalidRequest", "OperationNotFound", "OperationNotFailed", ...outages],
	},
	pauseOperations: {
		method: "post",
		path: "/v1/operations:pause",
		scope: "operations:write",
		summary: "Stop all new work: what is accepted waits, what runs goes on",
		body: z.strictObject({ reason: reasonText }).meta({ id: "PauseRequest" }),
		reply: { status: 200, description: "Paused; also shown by GET /v1/health.", schema: pauseSchema },
		errors: ["InvalidRequest", ...outages],
	},
	resumeOperations: {
		method: "post",
		path: "/v1/operations:resume",
		scope: "operations:write",
		summary: "Let what waits begin",
		reply: {
			status: 200,
			description: "Work begins again.",
			schema: z
				.object({
					started: z.int().meta({ description: "Waiting operations that were sent off; the sweeper sends the rest." }),
				})
				.meta({ id: "ResumeAnswer" }),
		},
		errors: ["InvalidRequest", ...outages],
	},
} as const satisfies Record<string, Route>;
