import type { Answer } from "dns-packet";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { parentName } from "./zone-source.ts";

/** What a name has: records of one type, or none and the SOA that says for how long that may be believed. */
export type Known =
	| { kind: "records"; records: Answer[] }
	| { kind: "no-data"; soa: Answer | undefined }
	| { kind: "no-name"; soa: Answer | undefined };

/** A zone and where it is served, as its parent tells. */
export interface Delegation {
	/** Canonical. */
	zone: string;
	/** Addresses only where the parent gave them. */
	servers: readonly { name: string; addresses: readonly string[] }[];
}

/** What a recursor has learned, each for its time to live. */
export interface RecordCache {
	/** Both names canonical; the TTLs are what is left of them. */
	known(name: string, type: string): Known | undefined;
	learn(name: string, type: string, known: Known): void;
	/** The delegation nearest above the name, or `root`. A DS is the parent's to tell (RFC 4035 §3.1.4.1). */
	closest(name: string, type: string): Delegation;
	learnDelegation(delegation: Delegation, ttlSeconds: number): void;
	forgetDelegation(zone: string): void;
	flush(): void;
}

// What resolvers in use take at most: RFC 2308 §5 wants one to three hours for negative answers, RFC 8767 §4 about a week for others.
const longestNegativeSeconds = 10_800;
const longestSeconds = 604_800;
const most = 10_000;

/** An empty cache that knows the root only. */
export function createRecordCache(root: Delegation, clock: Clock): RecordCache {
	const answers = new LRUCache<string, { known: Known; untilMs: number; sinceMs: number }>({ max: most });
	const delegations = new LRUCache<string, { delegation: Delegation; untilMs: number }>({ max: most });
	// A name that does not exist has no records of any type (RFC 2308 §5).
	const keyOf = (name: string, type: string, kind: Known["kind"]) => (kind === "no-name" ? name : `${name} ${type}`);

	return {
		known(name, type) {
			const nowMs = clock.now();
			const entries = [answers.get(name), answers.get(`${name} ${type}`)];
			const entry = entries.find((found) => found && found.untilMs > nowMs);
			return entry && aged(entry.known, nowMs - entry.sinceMs);
		},
		learn(name, type, known) {
			const nowMs = clock.now();
			answers.set(keyOf(name, type, known.kind), { known, sinceMs: nowMs, untilMs: nowMs + 1_000 * ttlOf(known) });
		},
		closest(name, type) {
			let at = type === "DS" ? parentName(name) : name;
			for (; at !== undefined; at = parentName(at)) {
				const entry = delegations.get(at);
				if (entry && entry.untilMs > clock.now()) return entry.delegation;
			}
			return root;
		},
		learnDelegation(delegation, ttlSeconds) {
			const untilMs = clock.now() + 1_000 * Math.min(ttlSeconds, longestSeconds);
			delegations.set(delegation.zone, { delegation, untilMs });
		},
		forgetDelegation: (zone) => void delegations.delete(zone),
		flush() {
			answers.clear();
			delegations.clear();
		},
	};
}

/** Seconds for which it may be believed; an answer without records and without a SOA not at all (RFC 2308 §5). */
function ttlOf(known: Known): number {
	if (known.kind === "records") return Math.min(longestSeconds, ...known.records.map(recordTtl));
	const { soa } = known;
	if (soa?.type !== "SOA") return 0;
	return Math.min(longestNegativeSeconds, recordTtl(soa), soa.data.minimum ?? 0);
}

/** The TTL of a record in seconds. */
export function recordTtl(record: Answer): number {
	return "ttl" in record ? (record.ttl ?? 0) : 0;
}

function aged(known: Known, ageMs: number): Known {
	const older = (record: Answer): Answer =>
		"ttl" in record ? { ...record, ttl: Math.max(0, recordTtl(record) - Math.floor(ageMs / 1_000)) } : record;
	if (known.kind === "records") return { ...known, records: known.records.map(older) };
	return { ...known, soa: known.soa && older(known.soa) };
}
