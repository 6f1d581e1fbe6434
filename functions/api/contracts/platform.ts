import { z } from "zod";
import { pauseSchema } from "../../../domain/pause.ts";
import { outages, type Route } from "./route.ts";

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
			description: "It does. `paused`: an operator has stopped all new work.",
			schema: z
				.object({
					status: z.enum(["ok", "paused"]),
					stage: z.string(),
					platformDomain: z.string(),
					pause: pauseSchema
						.omit({ by: true })
						.nullable()
						.meta({ description: "Why all new work is stopped, and since when." }),
				})
				.meta({ id: "Health" }),
		},
		errors: [...outages],
	},
} as const satisfies Record<string, Route>;
