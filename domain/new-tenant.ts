import { z } from "zod";
import { flawIn } from "./json-flaw.ts";

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

const slugText = z
	.string()
	.max(255)
	.meta({ description: "The label under the platform domain.", examples: ["acme"] });

/** Words of people: control characters, and what is left of a text that was decoded wrongly, are none. */
const words = (max: number) =>
	z
		.string()
		.trim()
		.min(1)
		.max(max)
		.regex(/^[^\p{Cc}\p{Cs}\ufffd]*$/u, "without control and replacement characters");

const nameText = words(200).meta({ examples: ["Acme Ltd"] });

const externalRefText = z.string().regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable ASCII characters without spaces");

export const planText = words(64);

const routesRequest = z
	.array(z.strictObject({ prefix: z.string().max(255), origin: originRequestSchema }))
	.max(10)
	.meta({ description: "Paths that go elsewhere; the longest prefix wins." });

const configRequest = z
	.record(z.string(), z.unknown())
	.refine((config) => flawIn(config) === undefined, { error: "holds what cannot be kept as it came", abort: true })
	.refine(
		(config) => JSON.stringify(config).length <= configCharacters,
		`at most ${configCharacters} characters of JSON`,
	)
	.meta({ description: "The application's own settings: kept and given back, never read." });

/** The request for a new tenant: the body of POST /v1/tenants and the detail of a TenantSignedUp event. */
export const newTenantSchema = z
	.strictObject({
		slug: slugText,
		name: nameText,
		externalRef: externalRefText.optional().meta({ description: "The billing system's id of the customer; unique." }),
		plan: planText.optional(),
		origin: originRequestSchema,
		routes: routesRequest.optional(),
		config: configRequest.optional(),
	})
	.meta({ id: "NewTenant" });
export type NewTenant = z.infer<typeof newTenantSchema>;

/** The body of PATCH /v1/tenants/{tenantId}: what it names changes, whole; null takes away. */
export const tenantPatchSchema = z
	.strictObject({
		name: nameText.optional(),
		externalRef: externalRefText.nullable().optional(),
		plan: planText.nullable().optional(),
		origin: originRequestSchema.optional(),
		routes: routesRequest.optional(),
		config: configRequest.optional(),
	})
	.refine((patch) => Object.keys(patch).length > 0, "names at least one member")
	.meta({ id: "TenantPatch" });
export type TenantPatch = z.infer<typeof tenantPatchSchema>;

/** Why something is asked for: kept in the history, and told in events. */
export const reasonText = words(200);

export const suspensionRequestSchema = z.strictObject({ reason: reasonText }).meta({ id: "SuspensionRequest" });
export const resumptionRequestSchema = z
	.strictObject({ reason: reasonText.optional() })
	.meta({ id: "ResumptionRequest" });
export const renameRequestSchema = z.strictObject({ slug: slugText }).meta({ id: "RenameRequest" });
