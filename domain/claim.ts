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

/** The first claim of a platform subdomain. */
export function newClaim(hostname: string, tenantId: string, generation: number, now: string): Claim {
	return {
		hostname,
		tenantId,
		generation,
		intent: "serve",
		conditions: platformConditions(now),
		revision: 1,
		createdAt: now,
		updatedAt: now,
	};
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

/** Decides on `existing` at `now` (ISO). The registry's conditional write enforces the same rule. */
export function claimability(existing: Claim | undefined, now: string): Claimability {
	if (!existing) return { state: "available" };
	if (existing.intent !== "released") return { state: "taken" };
	const until = existing.quarantinedUntil;
	return until !== undefined && until > now ? { state: "quarantined", until } : { state: "available" };
}
