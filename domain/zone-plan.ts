import type { Claim } from "./claim.ts";
import { limits } from "./limits.ts";

/** One record set of ours, in our canonical form (no trailing dot). Only aliases to the distribution are written and deleted. */
export interface DesiredRecord {
	name: string;
	type: "A" | "AAAA";
	/** The distribution's domain name. */
	aliasTarget: string;
}

/** What a change does to its records: they are to stand, or not to stand. */
export const zoneActions = ["upsert", "delete"] as const;
export type ZoneAction = (typeof zoneActions)[number];

/** What one hostname wants of the zone. All of its records change in one batch or none does. */
export interface ZoneChange {
	/** The name that is fenced by `generation`; a delete may be of more names, which leave with it. */
	hostname: string;
	generation: number;
	action: ZoneAction;
	records: DesiredRecord[];
}

/** How much of Route 53's limits a set of changes uses. */
export interface BatchCost {
	/** ResourceRecord elements; an UPSERT counts twice. */
	elements: number;
	/** Characters in values; an UPSERT counts twice. */
	characters: number;
	/** Tokens of the changes bucket: an UPSERT costs two, a DELETE one. */
	tokens: number;
}

/** The A and AAAA alias records that send a platform subdomain to the distribution. */
export function recordsOf(hostname: string, distributionDomain: string): DesiredRecord[] {
	return [
		{ name: hostname, type: "A", aliasTarget: distributionDomain },
		{ name: hostname, type: "AAAA", aliasTarget: distributionDomain },
	];
}

/** Every hostname that a change is about: the one that is fenced, and those of its records. */
export function namesOf({ hostname, records }: ZoneChange): string[] {
	return [...new Set([hostname, ...records.map(({ name }) => name)])];
}

/**
 * Whether the registry still wants a change of exactly this generation (R3): records are written for a name that is to stay, and
 * deleted only when every name among them is leaving, with the same tenant. A record set of a live host is never left empty.
 */
export function isWanted(change: ZoneChange, claims: ReadonlyMap<string, Claim>): boolean {
	const claim = claims.get(change.hostname);
	if (claim?.generation !== change.generation || claim.intent === "released") return false;
	if (change.action === "upsert") return claim.intent !== "remove";
	return namesOf(change)
		.map((name) => claims.get(name))
		.every((each) => each?.intent === "remove" && each.tenantId === claim.tenantId);
}

/** An UPSERT counts double in everything that Route 53 limits, a DELETE once. */
export function costOf({ action, records }: ZoneChange): BatchCost {
	const weight = action === "upsert" ? limits.route53UpsertCost.value : 1;
	const characters = records.reduce((sum, record) => sum + record.aliasTarget.length, 0);
	return { elements: records.length * weight, characters: characters * weight, tokens: records.length * weight };
}

/** As many changes from the front as fit within `limit`, at least one; a hostname's records are never torn apart. */
export function fillBatch<Change extends ZoneChange>(changes: readonly Change[], limit: BatchCost): Change[] {
	const batch: Change[] = [];
	const used: BatchCost = { elements: 0, characters: 0, tokens: 0 };
	for (const change of changes) {
		const cost = costOf(change);
		used.elements += cost.elements;
		used.characters += cost.characters;
		used.tokens += cost.tokens;
		const fits = used.elements <= limit.elements && used.characters <= limit.characters && used.tokens <= limit.tokens;
		if (!fits && batch.length > 0) break;
		batch.push(change);
	}
	return batch;
}

/** Two halves of a refused batch; the culprit is in at least one of them. `batch` must hold at least two. */
export function halves<Change>(batch: readonly Change[]): [Change[], Change[]] {
	const middle = Math.ceil(batch.length / 2);
	return [batch.slice(0, middle), batch.slice(middle)];
}
