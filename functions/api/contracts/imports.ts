import { z } from "zod";
import {
	importCountsSchema,
	importLineSchema,
	importSchema,
	lineStates,
	progressSchema,
} from "../../../domain/import.ts";
import { limits } from "../../../domain/limits.ts";
import { idempotent, next, outages, page, type Route } from "./route.ts";

const importId = z.string().regex(/^imp_[0-9A-HJKMNP-TV-Z]{26}$/, "imp_ and a ULID");
const importLocation = z.string().meta({ description: "Path of the import to follow; a dry run has none." });
const lineFilter = z
	.enum([...lineStates, "refused"])
	.meta({ description: "refused: those of the new ones that could not be accepted any more." });
const summary = importSchema.omit({ chunks: true, requestDigest: true });
const plan = z
	.object({
		importId: z.string().nullable().meta({ description: "null for a dry run, of which nothing is kept." }),
		planned: importCountsSchema,
		estimatedSeconds: z.int().meta({
			description: "What Route 53's quotas leave for the new ones, about a minute for being in sync included.",
		}),
		lines: z.array(importLineSchema).meta({ description: "The first 1,000 lines that are not new." }),
	})
	.meta({ id: "ImportPlan" });

export const importRoutes = {
	createImport: {
		method: "post",
		path: "/v1/imports",
		scope: "tenants:write",
		summary: "Import up to 10,000 tenants: plan, then apply",
		headers: idempotent,
		query: z.strictObject({
			dryRun: z.enum(["true", "false"]).optional().meta({ description: "true: the plan only; nothing is kept." }),
		}),
		bodyType: "application/x-ndjson",
		body: z
			.string()
			.max(limits.importBody.value)
			.meta({
				description: "One NewTenant as JSON a line.",
				examples: ['{"slug":"acme","name":"Acme","origin":{"host":"…"}}'],
			}),
		reply: {
			status: 202,
			description: "The plan; it is being applied unless it was a dry run.",
			schema: plan,
			headers: z.object({ location: importLocation.optional() }),
		},
		errors: ["InvalidRequest", "IdempotencyKeyReused", ...outages],
	},
	listImports: {
		method: "get",
		path: "/v1/imports",
		scope: "tenants:read",
		summary: "List imports of the last 90 days",
		query: z.strictObject(page),
		reply: { status: 200, description: "A page.", schema: z.object({ imports: z.array(summary), next }) },
		errors: ["InvalidRequest", ...outages],
	},
	showImport: {
		method: "get",
		path: "/v1/imports/{importId}",
		scope: "tenants:read",
		summary: "How far an import has come",
		pathParameters: z.object({ importId }),
		reply: {
			status: 200,
			description: "The import.",
			schema: summary
				.extend({
					status: z.enum(["applying", "done"]).meta({ description: "done: nothing waits and no onboarding is open." }),
					progress: progressSchema,
					estimatedSeconds: z.int(),
				})
				.meta({ id: "Import" }),
		},
		errors: ["InvalidRequest", "ImportNotFound", ...outages],
	},
	listImportLines: {
		method: "get",
		path: "/v1/imports/{importId}/lines",
		scope: "tenants:read",
		summary: "What became of an import's lines, in their order",
		pathParameters: z.object({ importId }),
		query: z.strictObject({ cursor: page.cursor, state: lineFilter.optional() }),
		reply: {
			status: 200,
			description: "A page; with `state` one may be empty and still have a `next`.",
			schema: z.object({ lines: z.array(importLineSchema), next }),
		},
		errors: ["InvalidRequest", "ImportNotFound", ...outages],
	},
} as const satisfies Record<string, Route>;
