import { z } from "zod";
import { actors } from "./errors.ts";

/** What can stand otherwise than the registry says; domain/reconciliation.ts has the table of what is compared. */
export const findingKinds = [
	"record-missing",
	"record-differs",
	"route-missing",
	"route-differs",
	"route-newer",
	"record-orphan",
	"route-orphan",
	"released-but-recorded",
	"released-but-routed",
	"redirect-over",
	"tenant-missing",
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** The operations that the reconciler may ask for. */
export const repairKinds = ["repair-hostname", "release-hostname"] as const;
export type RepairKind = (typeof repairKinds)[number];

/** One difference between what the registry wants of a hostname and what stands in the zone or in the tenant map. */
export const findingSchema = z
	.object({
		hostname: z.string(),
		tenantId: z.string().optional().meta({ description: "Whose name it is, when anybody's." }),
		kind: z.enum(findingKinds),
		message: z.string().meta({ description: "What was found, and what should be." }),
		actor: z.enum(actors).meta({ description: "Who acts next: hostmaster, when there is a repair." }),
		fix: z.string().optional().meta({ description: "What a person has to do." }),
		repair: z.enum(repairKinds).optional().meta({ description: "The operation that mends it." }),
	})
	.meta({ id: "Finding" });
export type Finding = z.infer<typeof findingSchema>;

/** What is kept of the last run. */
export const summarySchema = z
	.object({
		at: z.string().meta({ description: "ISO time at which it began to read." }),
		requestedBy: z.string(),
		lookedAt: z.int().meta({ description: "Hostnames that are to be reached." }),
		byKind: z.partialRecord(z.enum(findingKinds), z.int()).meta({ description: "Findings of each kind." }),
		unsafe: z.boolean().meta({ description: "So much differed that the reading was not believed." }),
		repaired: z.int().meta({ description: "Operations that it began." }),
		skipped: z.int().meta({ description: "Repairs that were not accepted, as while another operation runs." }),
		complete: z.boolean().meta({ description: "False when repairs were left to the next run." }),
	})
	.meta({ id: "ReconciliationSummary" });
export type ReconciliationSummary = z.infer<typeof summarySchema>;

/** How many findings there are of each kind; kinds without any are left out. */
export function countKinds(findings: readonly Finding[]): Partial<Record<FindingKind, number>> {
	const counts: Partial<Record<FindingKind, number>> = {};
	for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
	return counts;
}
