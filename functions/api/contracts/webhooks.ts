import { z } from "zod";
import { deliverySchema, newWebhookSchema, webhookSchema } from "../../../domain/webhook.ts";
import { idempotent, next, outages, page, type Route } from "./route.ts";

const webhookId = z.string().regex(/^wh_[0-9A-HJKMNP-TV-Z]{26}$/, "wh_ and a ULID");
const path = z.object({ webhookId });
const secret = z.string().meta({ description: "Signs what the webhook is told; shown here and never again." });
const known = ["InvalidRequest", "WebhookNotFound", ...outages] as const;

export const webhookRoutes = {
	createWebhook: {
		method: "post",
		path: "/v1/webhooks",
		scope: "webhooks:write",
		summary: "Register an endpoint that is told of events",
		headers: idempotent,
		body: newWebhookSchema,
		reply: {
			status: 201,
			description: "Registered.",
			schema: z.object({ webhook: webhookSchema, secret }),
		},
		errors: ["InvalidRequest", "IdempotencyKeyReused", "TooManyWebhooks", ...outages],
	},
	listWebhooks: {
		method: "get",
		path: "/v1/webhooks",
		scope: "webhooks:read",
		summary: "List webhooks, in order of registration",
		query: z.strictObject(page),
		reply: { status: 200, description: "A page.", schema: z.object({ webhooks: z.array(webhookSchema), next }) },
		errors: ["InvalidRequest", ...outages],
	},
	showWebhook: {
		method: "get",
		path: "/v1/webhooks/{webhookId}",
		scope: "webhooks:read",
		summary: "Show a webhook, and why it is disabled if it is",
		pathParameters: path,
		reply: { status: 200, description: "The webhook.", schema: webhookSchema },
		errors: known,
	},
	deleteWebhook: {
		method: "delete",
		path: "/v1/webhooks/{webhookId}",
		scope: "webhooks:write",
		summary: "Take a webhook away",
		pathParameters: path,
		reply: { status: 200, description: "As it was.", schema: webhookSchema },
		errors: known,
	},
	testWebhook: {
		method: "post",
		path: "/v1/webhooks/{webhookId}/test",
		scope: "webhooks:write",
		summary:
			"Send a WebhookTest, signed and repeated like any event; a disabled webhook is enabled again once it has come through",
		pathParameters: path,
		reply: { status: 202, description: "It is on its way: see the deliveries.", schema: deliverySchema },
		errors: known,
	},
	rotateWebhookSecret: {
		method: "post",
		path: "/v1/webhooks/{webhookId}/rotate-secret",
		scope: "webhooks:write",
		summary: "Give a webhook another secret; the one before signs too for a day",
		pathParameters: path,
		reply: { status: 200, description: "Rotated.", schema: z.object({ webhook: webhookSchema, secret }) },
		errors: known,
	},
	listDeliveries: {
		method: "get",
		path: "/v1/webhooks/{webhookId}/deliveries",
		scope: "webhooks:read",
		summary: "What a webhook was told, newest first, with every attempt",
		pathParameters: path,
		query: z.strictObject(page),
		reply: { status: 200, description: "A page.", schema: z.object({ deliveries: z.array(deliverySchema), next }) },
		errors: known,
	},
} as const satisfies Record<string, Route>;
