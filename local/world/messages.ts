import { z } from "zod";
import { environmentNames } from "../laptop.ts";
import { portsSchema } from "../ports.ts";

/** What the world's process gives to the process of an environment, as JSON in its only argument. */
export const orderSchema = z.object({
	name: z.enum(environmentNames),
	accountId: z.string(),
	/** Where the environment keeps all that is its own. */
	directory: z.string(),
	ports: portsSchema,
	place: z.object({ slot: z.int(), peers: z.record(z.string(), z.string()), root: z.string() }),
	faults: z.object({ rate: z.number(), seed: z.string() }).exactOptional(),
	insyncDelayMs: z.number().exactOptional(),
});
export type Order = z.infer<typeof orderSchema>;

/** What the process of an environment tells. */
export const newsSchema = z.discriminatedUnion("kind", [
	/** Everything answers, and its endpoints.json is written. */
	z.object({ kind: z.literal("ready"), platformDomain: z.string() }),
	/** CloudFront's names of its distributions. */
	z.object({ kind: z.literal("distributions"), names: z.array(z.string()) }),
]);
export type News = z.infer<typeof newsSchema>;
