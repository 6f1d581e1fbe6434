import { z } from "zod";

/** The operator's stop for all new work. */
export const pauseSchema = z
	.object({
		reason: z.string(),
		by: z.string().meta({ description: "The token's subject." }),
		since: z.string().meta({ description: "ISO time." }),
	})
	.meta({ id: "Pause" });
export type Pause = z.infer<typeof pauseSchema>;
