import { z } from "zod";
import type { Route } from "./route.ts";

export const platformRoutes = {
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
