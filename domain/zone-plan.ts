/** One record set that must stand, in our canonical form (no trailing dot). Only aliases to the distribution are written. */
export interface DesiredRecord {
	name: string;
	type: "A" | "AAAA";
	/** The distribution's domain name. */
	aliasTarget: string;
}

/** What one hostname wants of the zone. All of its records change in one batch or none does. */
export interface ZoneChange {
	hostname: string;
	generation: number;
	records: DesiredRecord[];
}

/** How much of Route 53's limits a set of changes uses. */
export interface BatchCost {
	/** ResourceRecord elements; an UPSERT counts twice. */
	elements: number;
	/** Characters in values; an UPSERT counts twice. */
	characters: number;
	/** Tokens of the changes bucket: an UPSERT costs two. */
	tokens: number;
}

/** The A and AAAA alias records that send a platform subdomain to the distribution. */
export function recordsOf(hostname: string, distributionDomain: string): DesiredRecord[] {
	return [
		{ name: hostname, type: "A", aliasTarget: distributionDomain },
		{ name: hostname, type: "AAAA", aliasTarget: distributionDomain },
	];
}

/** Every write is an UPSERT: safe to repeat, and what Route 53 counts double. */
export function costOf(change: ZoneChange): BatchCost {
	const characters = change.records.reduce((sum, record) => sum + record.aliasTarget.length, 0);
	return { elements: change.records.length * 2, characters: characters * 2, tokens: change.records.length * 2 };
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
