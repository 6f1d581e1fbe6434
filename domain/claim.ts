import { z } from "zod";
import { conditionsSchema, deriveStatus, type HostnameStatus, intents, platformConditions } from "./conditions.ts";

/** The registry's row that says who owns a hostname. The truth; tenant map and zone records follow from it. */
export const claimSchema = z.object({
	hostname: z.string(),
	tenantId: z.string(),
	/** Fences every write downstream (R3). */
	generation: z.int().positive(),
	intent: z.enum(intents),
	conditions: conditionsSchema,
	/** ISO time until which a released name is kept from everyone but the tenant that held it (R4). */
	quarantinedUntil: z.string().optional(),
	/** Grows with each write of the row, so that two writers who read the same row cannot both win. */
	revision: z.int().positive(),
	createdAt: z.string(),
	updatedAt: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;

/** The claim of a platform subdomain by a new tenant; `predecessor` is the released one that it follows, if any. */
export function newClaim({ hostname, tenantId, generation, predecessor }: NewClaim, now: string): Claim {
	return {
		hostname,
		tenantId,
		generation,
		intent: "serve",
		conditions: platformConditions(now),
		// Goes on from the row before, so that a writer that slept since then can never take its place.
		revision: (predecessor?.revision ?? 0) + 1,
		createdAt: now,
		updatedAt: now,
	};
}

interface NewClaim {
	hostname: string;
	tenantId: string;
	generation: number;
	predecessor: Claim | undefined;
}

export function statusOf(claim: Claim): HostnameStatus {
	return deriveStatus(claim.intent, claim.conditions);
}

/** Whether a tenant may claim a hostname, given the row that stands there. */
export type Claimability =
	| { state: "available" }
	| { state: "taken" }
	/** `until`: ISO time at which the quarantine ends. */
	| { state: "quarantined"; until: string };

/** A released row without its date was written by no release of ours: it stays closed until somebody looks. */
const withoutEnd = "9999-12-31T00:00:00.000Z";

/** Decides on `existing` at `now` (ISO). The registry's conditional write enforces the same rule. */
export function claimability(existing: Claim | undefined, now: string): Claimability {
	if (!existing) return { state: "available" };
	if (existing.intent !== "released") return { state: "taken" };
	const until = existing.quarantinedUntil ?? withoutEnd;
	return until > now ? { state: "quarantined", until } : { state: "available" };
}
