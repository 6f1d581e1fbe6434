import { z } from "zod";
import { checkKinds } from "./ladder.ts";

/**
 * Tasks parked on something outside (R2). A *check* is what has to become true, looked at on a ladder; its *waits* are the task
 * tokens that hang on it, as many as 250 on one Route 53 change. Check and waits share a partition (`CHECK#kind#subject`).
 */
export const checkSchema = z.object({
	kind: z.enum(checkKinds),
	/** What is looked at: a change id; a hostname and its generation. */
	subject: z.string(),
	/** Other than that of every opening before: what was read of one must not decide on the next. */
	opening: z.string(),
	/** ISO time from which the deadline counts. */
	startedAt: z.string(),
	/** How many looks have been made. */
	looks: z.int().nonnegative(),
	nextCheckAt: z.string(),
	/** ISO time of the ladder's own next look, while one that somebody asked for comes before it. */
	plannedAt: z.string().optional(),
	/** What the last look found. */
	lastSeen: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;

export const waitSchema = z.object({
	taskToken: z.string(),
	/** ISO time at which the state's function began to park it: of two tokens of one state the later began is the one that counts. */
	parkedAt: z.string(),
	/** Execution, state and generation are the wait's key: a redriven state writes its new token over the old one. */
	execution: z.string(),
	state: z.string(),
	generation: z.int().positive(),
	hostname: z.string(),
	tenantId: z.string(),
	operationId: z.string(),
});
export type Wait = z.infer<typeof waitSchema>;
