import type { TenantMapEntry } from "../../domain/tenant-map.ts";
import { createBoundedMap } from "./bounded-map.ts";

/** What is known of a hostname. `unreadable` is never taken for `unknown`: it says nothing of the tenant (R6). */
export type Found = { kind: "known"; entry: TenantMapEntry } | { kind: "unknown" } | { kind: "unreadable" };

/** Undefined: the map has no row. Throws when it could not be read. */
export type Read = () => Promise<TenantMapEntry | undefined>;

export interface MapCache {
	/** Answers from memory while that is no older than `ageMs` (`entryAgeMs` at most), else by `read`. Never throws. */
	find(hostname: string, read: Read, ageMs?: number): Promise<Found>;
}

/**
 * So old may an answer of the map be that a viewer is routed by; then it is asked for again, and waited for. Older ones are given
 * only while the map cannot be read. `edgeEntryAge` of domain/limits.ts, which is not imported so that another number there makes no
 * new edge function; a test compares them. Nothing is looked up beside an answer: a sandbox is frozen as soon as it has answered.
 */
export const entryAgeMs = 10_000;
/** Whoever asks whom the edge takes a hostname for, as probes do after a change, is told what the map said within the last second. */
export const identityAgeMs = 1_000;
const unknownMs = 5_000;
/** A row that is gone is taken for late in this replica while the answer held is no older than this. */
const lateMs = 15_000;
/** After a failed lookup the last good answer is served for so long without another try. */
const pauseMs = 2_000;
// A failure that took longer than this cost a viewer a wait and AWS a busy sandbox. A thousand of them at once would use up
// the function's concurrency, and then cached hosts would fail too: so for a while hosts that are not cached fail at once, and
// those that are cached are not looked up.
const slowMs = 900;
const slowPauseMs = 1_000;
/** How long cached hosts are served unasked after a slow failure, and so at most after the map is well again. */
export const outagePauseMs = 15_000;

interface Known {
	entry: TenantMapEntry;
	/** When the lookup was begun that the map answered last: the row cannot be older. */
	confirmedAt: number;
	nextCheckAt: number;
}

/** Makes an empty cache: 10,000 known hostnames, 1,000 unknown ones, in the memory of one sandbox. Times from `Date.now()`. */
export function createMapCache(): MapCache {
	const known = createBoundedMap<Known>(10_000);
	const unknownUntil = createBoundedMap<number>(1_000);
	const underWay = new Map<string, Promise<Found>>();
	let failFastUntil = 0;
	let unaskedUntil = 0;

	async function lookUp(hostname: string, read: Read): Promise<Found> {
		const startedAt = Date.now();
		try {
			const entry = await read();
			unaskedUntil = 0;
			return entry ? keep(hostname, entry, startedAt) : forget(hostname);
		} catch (error) {
			console.error(
				JSON.stringify({ level: "ERROR", message: "The tenant map could not be read", hostname, error: String(error) }),
			);
			const now = Date.now();
			if (now - startedAt >= slowMs) {
				failFastUntil = now + slowPauseMs;
				unaskedUntil = now + outagePauseMs;
			}
			const held = known.get(hostname);
			if (!held) return { kind: "unreadable" };
			held.nextCheckAt = now + pauseMs;
			return { kind: "known", entry: held.entry };
		}
	}

	/** A replica that lags may give an older row than the one held: the newer one stays (R3). */
	function keep(hostname: string, entry: TenantMapEntry, confirmedAt: number): Found {
		const held = known.get(hostname);
		const newest = held && held.entry.generation > entry.generation ? held.entry : entry;
		known.set(hostname, { entry: newest, confirmedAt, nextCheckAt: confirmedAt + entryAgeMs });
		unknownUntil.delete(hostname);
		return { kind: "known", entry: newest };
	}

	/** A row that was there a moment ago is more likely late in this replica than deleted: rows are answered `removing` for days first. */
	function forget(hostname: string): Found {
		const now = Date.now();
		const held = known.get(hostname);
		if (held && now - held.confirmedAt < lateMs) {
			held.nextCheckAt = now + unknownMs;
			return { kind: "known", entry: held.entry };
		}
		known.delete(hostname);
		unknownUntil.set(hostname, now + unknownMs);
		return { kind: "unknown" };
	}

	function lookUpOnce(hostname: string, read: Read): Promise<Found> {
		const running = underWay.get(hostname);
		if (running) return running;
		const started = lookUp(hostname, read).finally(() => underWay.delete(hostname));
		underWay.set(hostname, started);
		return started;
	}

	return {
		find(hostname, read, ageMs = entryAgeMs) {
			const now = Date.now();
			const held = known.get(hostname);
			const earlierMs = entryAgeMs - ageMs;
			if (held && (now < held.nextCheckAt - earlierMs || now < unaskedUntil)) {
				return Promise.resolve({ kind: "known", entry: held.entry });
			}
			if (!held && now < (unknownUntil.get(hostname) ?? 0)) return Promise.resolve({ kind: "unknown" });
			if (!held && now < failFastUntil) return Promise.resolve({ kind: "unreadable" });
			return lookUpOnce(hostname, read);
		},
	};
}
