import { z } from "zod";
import {
	conditionsSchema,
	customConditions,
	deriveStatus,
	type HostnameStatus,
	intents,
	platformConditions,
	withCondition,
} from "./conditions.ts";
import { type CustomDomain, customDomainSchema } from "./custom-domain.ts";
import { nextGeneration } from "./generation.ts";
import { limits } from "./limits.ts";

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
	/** ISO time until which a former name redirects. */
	redirectUntil: z.string().optional(),
	/** Of a hostname that the tenant owns at its own DNS provider; absent: a platform subdomain. */
	custom: customDomainSchema.optional(),
	/** The newest operation of a custom domain, which changes apart from its tenant: it may wait for its customer for days. */
	lastOperationId: z.string().optional(),
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

/** The claim of a hostname that its tenant owns elsewhere: everything is still to come, the proof first. */
export function newCustomClaim(
	{ hostname, tenantId, generation, predecessor, custom }: NewClaim & { custom: CustomDomain },
	now: string,
): Claim {
	return {
		...newClaim({ hostname, tenantId, generation, predecessor }, now),
		conditions: customConditions(now),
		custom,
	};
}

interface NewClaim {
	hostname: string;
	tenantId: string;
	generation: number;
	predecessor: Claim | undefined;
}

/** A new claim whose records somebody has set already: nothing has to be written for it. */
export function withAdoptedRecords(claim: Claim, now: string): Claim {
	const message = "The records stood in the zone already.";
	const change = { status: "true", reason: "Adopted", message, actor: "hostmaster" } as const;
	return { ...claim, conditions: withCondition(claim.conditions, "RecordsInSync", change, now) };
}

/** The claim changed at `now`: it has a new generation, above all that were handed out for it before (R3). */
export function renewedClaim(
	{ redirectUntil: _redirect, quarantinedUntil: _quarantine, ...claim }: Claim,
	change: Partial<Pick<Claim, "intent" | "conditions" | "redirectUntil" | "custom" | "lastOperationId">>,
	{ now, epoch }: { now: string; epoch: number },
): Claim {
	const generation = nextGeneration(claim.generation, epoch);
	return { ...claim, ...change, generation, revision: claim.revision + 1, updatedAt: now };
}

/** The claim given back at `now`: in quarantine, from which only its tenant may take it (R4). */
export function releasedClaim(claim: Claim, now: string): Claim {
	const quarantinedUntil = new Date(Date.parse(now) + limits.quarantine.value * 86_400_000).toISOString();
	return { ...claim, intent: "released", quarantinedUntil, revision: claim.revision + 1, updatedAt: now };
}

/**
 * Whether its tenant has ever shown that the name is its own, be it in an attempt before: what that one left at the edge may be served still, and
 * is nobody else's to take over without a proof.
 */
export function wasProven({ conditions, custom }: Pick<Claim, "conditions" | "custom">): boolean {
	const { OwnershipVerified, Serving } = conditions;
	return OwnershipVerified.status === "true" || Serving.status === "true" || custom?.provenBefore === true;
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

/**
 * Decides on `existing` at `now` (ISO) for `tenantId` (none: a new tenant). The tenant that held a name may take it back, from
 * quarantine or from redirecting; nobody else may (R4). The registry's conditional write enforces the same rule.
 */
export function claimability(existing: Claim | undefined, now: string, tenantId?: string): Claimability {
	if (!existing) return { state: "available" };
	const isOwn = existing.tenantId === tenantId;
	if (isOwn && (existing.intent === "redirect" || existing.intent === "released")) return { state: "available" };
	if (existing.intent !== "released") return { state: "taken" };
	const until = existing.quarantinedUntil ?? withoutEnd;
	return until > now ? { state: "quarantined", until } : { state: "available" };
}
