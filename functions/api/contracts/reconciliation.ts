import { z } from "zod";
import { findingKinds, findingSchema, summarySchema } from "../../../domain/finding.ts";
import { outages, type Route } from "./route.ts";

const planSchema = z
	.object({
		at: z.string().meta({ description: "ISO time at which reading began." }),
		lookedAt: z.int().meta({ description: "Hostnames that are to be reached." }),
		unsafe: z.boolean().meta({
			description: "More than ten hostnames and more than 30 per cent would be repaired: only `force` does it.",
		}),
		byKind: z.partialRecord(z.enum(findingKinds), z.int()),
		total: z.int().meta({ description: "Findings that there are." }),
		findings: z.array(findingSchema).meta({ description: "The first 1,000 of them." }),
	})
	.meta({ id: "ReconciliationPlan" });

const runRequestSchema = z.strictObject({
	dryRun: z.boolean().default(false).meta({ description: "Plans and changes nothing." }),
	force: z.boolean().default(false).meta({ description: "Repairs also what is unsafe." }),
});

export const reconciliationRoutes = {
	showReconciliation: {
		method: "get",
		path: "/v1/reconciliation",
		scope: "operations:read",
		summary: "What differs now between the registry, the zone and the tenant map; and how the last run went",
		reply: {
			status: 200,
			description: "A dry run of now: nothing is changed.",
			schema: z.object({ plan: planSchema, lastRun: summarySchema.nullable() }),
		},
		errors: ["InvalidRequest", ...outages],
	},
	runReconciliation: {
		method: "post",
		path: "/v1/reconciliation",
		scope: "operations:write",
		summary: "Repair now what differs, as the hourly run does",
		body: runRequestSchema,
		reply: {
			status: 200,
			description: "What was found, and the operations to follow. Safe to repeat: what is under repair is left out.",
			schema: z.object({
				plan: planSchema,
				operations: z.array(z.object({ hostname: z.string(), operationId: z.string() })),
				skipped: z.array(z.object({ hostname: z.string(), because: z.string() })),
				complete: z.boolean().meta({ description: "False when repairs were left to another run." }),
			}),
		},
		errors: ["InvalidRequest", "OperationsPaused", ...outages],
	},
} as const satisfies Record<string, Route>;
