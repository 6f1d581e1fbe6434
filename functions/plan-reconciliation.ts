import type { Claim } from "../domain/claim.ts";
import type { Finding } from "../domain/finding.ts";
import { isUnsafe, lookedAt, planRepairs } from "../domain/reconciliation.ts";
import { readClaims } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { requireTime } from "../services/deadline.ts";
import { readWorld } from "./read-world.ts";

/** What differs, and whether that can be believed. */
export interface Plan {
	/** ISO time at which reading began. */
	at: string;
	/** Hostnames that are to be reached. */
	lookedAt: number;
	findings: Finding[];
	unsafe: boolean;
}

/** As many as one read of claims takes. */
const claimsAtOnce = 100;

/** Compares the registry with zone and map, and changes nothing. Throws ServiceUnavailable after `endsMs` (epoch ms). */
export async function planReconciliation(endsMs: number): Promise<Plan> {
	const at = isoNow();
	const world = await readWorld(endsMs);
	const findings = await confirmed(planRepairs(world), world.claims, endsMs);
	const hostnames = lookedAt(world.claims);
	return { at, lookedAt: hostnames, findings, unsafe: isUnsafe(findings, hostnames) };
}

/**
 * The findings whose claim is, strongly consistent, still the row that was compared, or still none. The lists lag behind the rows,
 * and whatever changed since was changed by an operation that sees to the rest. A row that does not parse confirms nothing.
 */
async function confirmed(findings: Finding[], claims: readonly Claim[], endsMs: number): Promise<Finding[]> {
	const compared = new Map(claims.map(({ hostname, revision }) => [hostname, revision]));
	const hostnames = [...new Set(findings.map(({ hostname }) => hostname))];
	const standing = new Set<string>();
	for (let at = 0; at < hostnames.length; at += claimsAtOnce) {
		requireTime(endsMs, "Reading the registry again");
		const group = hostnames.slice(at, at + claimsAtOnce);
		const now = await readClaims(group);
		for (const hostname of group) {
			const revision = now.claims.get(hostname)?.revision;
			if (revision === compared.get(hostname) && !now.unreadable.has(hostname)) standing.add(hostname);
		}
	}
	return findings.filter(({ hostname }) => standing.has(hostname));
}
