import { z } from "zod";

/** What every execution is started with; `version` lets later releases read it (R12). */
export const executionInputSchema = z.object({
	version: z.literal(1),
	operationId: z.string(),
	attempt: z.int().positive(),
	tenantId: z.string(),
	hostname: z.string(),
	generation: z.int().positive(),
	correlationId: z.string(),
});
export type ExecutionInput = z.infer<typeof executionInputSchema>;
