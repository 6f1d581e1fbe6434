import { z } from "zod";
import type { Origin, TenantRoute } from "./origin.ts";

const originSchema = z
	.object({
		host: z.string(),
		port: z.int(),
		protocol: z.literal("https"),
		pathPrefix: z.string().meta({ description: "Empty, or begins and does not end with '/'." }),
	})
	.meta({ id: "Origin" }) satisfies z.ZodType<Origin>;

const routeSchema = z.object({ prefix: z.string(), origin: originSchema }) satisfies z.ZodType<TenantRoute>;

/** A customer of the SaaS. */
export const tenantSchema = z.object({
	tenantId: z.string().meta({ description: "ten_ and a ULID; never recycled." }),
	slug: z.string(),
	hostname: z.string(),
	name: z.string(),
	externalRef: z.string().optional().meta({ description: "The billing system's id; unique." }),
	plan: z.string().optional(),
	origin: originSchema,
	routes: z.array(routeSchema),
	config: z.record(z.string(), z.unknown()).meta({ description: "The application's own settings: kept, never read." }),
	createdAt: z.string(),
	updatedAt: z.string(),
});
export type Tenant = z.infer<typeof tenantSchema>;
