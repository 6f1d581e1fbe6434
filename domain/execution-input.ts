import { z } from "zod";
import { operationKinds } from "./operation-kinds.ts";

const hostnameSchema = z.object({ hostname: z.string(), generation: z.int().positive() });

/** What every execution is started with; `version` lets later releases read it. What came after the first release has a default (R12). */
export const executionInputSchema = z.object({
	version: z.literal(1),
	operationId: z.string(),
	attempt: z.int().positive(),
	kind: z.enum(operationKinds).default("onboard-tenant"),
	tenantId: z.string(),
	hostname: z.string(),
	generation: z.int().positive(),
	correlationId: z.string(),
	/** The steps to take, by which an update's Choices go. */
	steps: z.array(z.string()).default([]),
	/** Every hostname to take down, with its generation. */
	hostnames: z.array(hostnameSchema).default([]),
	/** The attempt to stop first. */
	cancels: z.object({ operationId: z.string(), attempt: z.int().positive(), kind: z.enum(operationKinds) }).optional(),
});
export type ExecutionInput = z.infer<typeof executionInputSchema>;
