import { z } from "zod";
import { operationStatuses } from "../../../domain/operation.ts";
import { operationViewSchema } from "../../../domain/operation-view.ts";
import { next, operationId, outages, page, type Route, tenantId } from "./route.ts";

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
		reply: { status: 202, description: "It goes on.", schema: operationViewSchema },
		errors: ["InvalidRequest", "OperationNotFound", "OperationNotFailed", ...outages],
	},
} as const satisfies Record<string, Route>;
