import { z } from "zod";

/** One thing that happened to an operation: who asked for it, and how it went. */
export const happeningSchema = z.object({
	at: z.string().meta({ description: "ISO time." }),
	what: z.enum(["accepted", "started", "retried", "redriven", "succeeded", "failed", "superseded", "cancelled"]),
	by: z.string().optional().meta({
		description: "Who asked: a token's subject, an event's source, 'aws' for a redrive from the AWS console or CLI.",
	}),
	attempt: z.int().positive(),
	redriveCount: z.int().nonnegative(),
	step: z.string().optional().meta({ description: "The step that failed." }),
	error: z.string().optional(),
});
export type Happening = z.infer<typeof happeningSchema>;

/** Of an operation that is retried without end, its beginning and its newest time are what somebody asks for. */
const mostKept = 50;

/** The history with more at its end; from the middle of a long one the oldest go. */
export function lengthened(history: readonly Happening[], more: readonly Happening[]): Happening[] {
	const all = [...history, ...more];
	return all.length <= mostKept ? all : [...all.slice(0, 1), ...all.slice(all.length - mostKept + 1)];
}
