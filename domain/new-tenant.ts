import { z } from "zod";

/** An origin as a request names it; `parseOrigin` checks it against the environment's allow-list. */
const originRequestSchema = z
	.strictObject({
		host: z.string().min(1).max(253),
		port: z.int().min(1).max(65_535).optional().meta({ description: "443 unless the allow-list names another." }),
		protocol: z.literal("https").optional(),
		pathPrefix: z.string().max(255).optional().meta({ description: "Begins with '/': put before every path." }),
	})
	.meta({ id: "OriginRequest", description: "Where requests go: https, on the environment's allow-list of origins." });

/** The longest text, in characters of JSON, that `config` may have. */
const configCharacters = 16_384;

/** The request for a new tenant: the body of POST /v1/tenants and the detail of a TenantSignedUp event. */
export const newTenantSchema = z
	.strictObject({
		slug: z
			.string()
			.max(255)
			.meta({ description: "The label under the platform domain.", examples: ["acme"] }),
		name: z
			.string()
			.trim()
			.min(1)
			.max(200)
			.meta({ examples: ["Acme Ltd"] }),
		externalRef: z
			.string()
			.regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable ASCII characters without spaces")
			.optional()
			.meta({ description: "The billing system's id of the customer; unique." }),
		plan: z.string().trim().min(1).max(64).optional(),
		origin: originRequestSchema,
		routes: z
			.array(z.strictObject({ prefix: z.string().max(255), origin: originRequestSchema }))
			.max(10)
			.optional()
			.meta({ description: "Paths that go elsewhere; the longest prefix wins." }),
		config: z
			.record(z.string(), z.unknown())
			.refine(
				(config) => JSON.stringify(config).length <= configCharacters,
				`at most ${configCharacters} characters of JSON`,
			)
			.optional()
			.meta({ description: "The application's own settings: kept and given back, never read." }),
	})
	.meta({ id: "NewTenant" });
export type NewTenant = z.infer<typeof newTenantSchema>;
