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
	revision: z.int().positive().default(1).meta({ description: "Grows with each accepted change; the ETag." }),
	formerHostnames: z
		.array(z.string())
		.default([])
		.meta({ description: "Names of before a rename, the newest first: they redirect to the present one." }),
	customHostnames: z
		.array(z.string())
		.default([])
		.meta({ description: "The domains of its own, in order of their claims." }),
	primaryHostname: z
		.string()
		.optional()
		.meta({ description: "The custom domain that all its other names redirect to." }),
	suspension: z
		.object({ reason: z.string(), since: z.string(), requestedBy: z.string() })
		.optional()
		.meta({ description: "Why the tenant is suspended, since when (ISO), and who asked." }),
	releasedAt: z.string().optional().meta({ description: "ISO time at which the tenant had left." }),
	/** The newest accepted operation: another change waits until it has ended (R13). Absent in rows of the first release. */
	lastOperationId: z.string().optional(),
	/** ISO times of the billing system's newest events that were taken: an older one that comes late changes nothing. */
	heard: z.object({ subscription: z.string().optional(), plan: z.string().optional() }).default({}),
	/** Ids of the events of those very times, the newest last: two may come about in one second. */
	heardIds: z.object({ subscription: z.array(z.string()).optional(), plan: z.array(z.string()).optional() }).optional(),
	createdAt: z.string(),
	updatedAt: z.string(),
});
export type Tenant = z.infer<typeof tenantSchema>;
