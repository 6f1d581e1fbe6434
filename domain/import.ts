import { z } from "zod";
import { limits } from "./limits.ts";
import { newTenantSchema } from "./new-tenant.ts";

/** What an import makes of a line. */
export const lineStates = ["new", "same", "conflict", "invalid"] as const;

/** One line of an import: what is planned with it, and what became of it. */
export const importLineSchema = z
	.object({
		line: z.int().positive().meta({ description: "Its number, from 1." }),
		state: z.enum(lineStates),
		slug: z.string().optional(),
		adopted: z.boolean().optional().meta({ description: "Its records stand right in the zone already." }),
		problem: z
			.object({ field: z.string(), rule: z.string(), detail: z.string() })
			.optional()
			.meta({ description: "Why it is not imported, or could not be accepted." }),
		tenantId: z.string().optional().meta({ description: "The tenant that it is the same as, or has become." }),
		operationId: z.string().optional().meta({ description: "The onboarding that it began." }),
	})
	.meta({ id: "ImportLine" });
export type ImportLine = z.infer<typeof importLineSchema>;

/** A line as it is kept until it is applied: with the request of a new one. */
export const keptLineSchema = importLineSchema.extend({ request: newTenantSchema.optional() });
export type KeptLine = z.infer<typeof keptLineSchema>;

export const importCountsSchema = z.object({
	new: z.int(),
	same: z.int(),
	conflict: z.int(),
	invalid: z.int(),
	adopted: z.int().meta({ description: "Of the new ones, those whose records stand right in the zone already." }),
});
export type ImportCounts = z.infer<typeof importCountsSchema>;

/** An import as it is kept. */
export const importSchema = z.object({
	importId: z.string().meta({ description: "imp_ and a ULID." }),
	requestedBy: z.string(),
	createdAt: z.string(),
	planned: importCountsSchema,
	/** In how many parts its lines are kept. */
	chunks: z.int().nonnegative(),
	requestDigest: z.string(),
});
export type Import = z.infer<typeof importSchema>;

/** How far the new lines have come. */
export const progressSchema = z.object({
	waiting: z.int().meta({ description: "Not accepted yet." }),
	open: z.int().meta({ description: "Accepted; the onboarding has not ended." }),
	active: z.int(),
	failed: z.int().meta({ description: "The onboarding has failed, or was superseded: see the operation." }),
	refused: z.int().meta({ description: "Could not be accepted any more: see the line." }),
});
export type Progress = z.infer<typeof progressSchema>;

/** Planned as new, and could not be accepted when its turn came. */
export function isRefused({ state, problem }: ImportLine): boolean {
	return state === "new" && problem !== undefined;
}

export function countLines(lines: readonly ImportLine[]): ImportCounts {
	const counts: ImportCounts = { new: 0, same: 0, conflict: 0, invalid: 0, adopted: 0 };
	for (const { state, adopted } of lines) {
		counts[state]++;
		if (adopted) counts.adopted++;
	}
	return counts;
}

/**
 * The seconds that Route 53's quota of changes leaves for `hostnames` whose records have to be written, and one change to be in sync
 * on all name servers: four change tokens a hostname, a full bucket at the start.
 */
export function estimateSeconds(hostnames: number): number {
	if (hostnames === 0) return 0;
	const tokens = hostnames * 2 * limits.route53UpsertCost.value;
	const waitSeconds = Math.max(0, tokens - limits.route53ChangeBurst.value) / limits.route53ChangeRate.value;
	return Math.ceil(waitSeconds + limits.insync.value);
}

/**
 * Lines in parts that each fit a row of DynamoDB: at most 100, and no more text than `maxCharacters`. A character takes up to three
 * bytes of UTF-8, and what becomes of the lines needs room too.
 */
export function chunksOf(lines: readonly KeptLine[], maxCharacters = limits.dynamodbItem.value / 4): KeptLine[][] {
	const chunks: KeptLine[][] = [];
	let size = 0;
	for (const line of lines) {
		const length = JSON.stringify(line).length;
		const last = chunks.at(-1);
		if (last && last.length < 100 && size + length <= maxCharacters) {
			last.push(line);
			size += length;
		} else {
			chunks.push([line]);
			size = length;
		}
	}
	return chunks;
}
