import type { TenantMapEntry } from "../../domain/tenant-map.ts";
import { createBoundedMap } from "./bounded-map.ts";

/** What is known of a hostname. `unreadable` is never taken for `unknown`: it says nothing of the tenant (R6). */
export type Found = { kind: "known"; entry: TenantMapEntry } | { kind: "unknown" } | { kind: "unreadable" };

/** Undefined: the map has no row. Throws when it could not be read. */
export type Read = () => Promise<TenantMapEntry | undefined>;

export interface MapCache {
	/** Answers from memory or by `read`. Never throws. */
	find(hostname: string, read: Read): Promise<Found>;
}

const freshMs = 10_000;
/** Up to this age an answer is served while it is looked up again; beyond it the lookup is waited for, and the answer still served if that fails. */
const staleMs = 60_000;
// A sandbox is frozen as soon as it has answered, so a lookup that nobody waits for may never end. One in the same region takes
// a few milliseconds: wait for that long, and let a slow one be.
const revalidateWaitMs = 50;
const unknownMs = 5_000;
/** After a failed lookup the last good answer is served for so long without another try. */
const pauseMs = 2_000;
// A failure that took longer than this cost a viewer a wait and AWS a busy sandbox. A thousand of them at once would use up
// the function's concurrency, and then cached hosts would fail too: so for a while hosts that are not cached fail at once.
const slowMs = 900;
const slowPauseMs = 1_000;
// A lookup that is older than this was frozen with its sandbox, perhaps for hours. What becomes of it says nothing of now.
const frozenMs = 10_000;

interface Known {
	entry: TenantMapEntry;
	confirmedAt: number;
	nextCheckAt: number;
	/** The last lookup failed: whoever comes next need not wait for the same. */
	failing: boolean;
}

/** Makes an empty cache: 10,000 known hostnames, 1,000 unknown ones, in the memory of one sandbox. Times from `Date.now()`. */
export function createMapCache(): MapCache {
	const known = createBoundedMap<Known>(10_000);
	const unknownUntil = createBoundedMap<number>(1_000);
	const underWay = new Map<string, { startedAt: number; found: Promise<Found> }>();
	let failFastUntil = 0;

	async function lookUp(hostname: string, read: Read): Promise<Found> {
		const startedAt = Date.now();
		try {
			const entry = await read();
			return entry ? keep(hostname, entry) : forget(hostname);
		} catch (error) {
			console.error(
				JSON.stringify({ level: "ERROR", message: "The tenant map could not be read", hostname, error: String(error) }),
			);
			const held = known.get(hostname);
			if (!held) return { kind: "unreadable" };
			const now = Date.now();
			if (now - startedAt < frozenMs) {
				held.nextCheckAt = now + pauseMs;
				held.failing = true;
			}
			return { kind: "known", entry: held.entry };
		}
	}

	/** A replica that lags may give an older row than the one held: the newer one stays (R3). */
	function keep(hostname: string, entry: TenantMapEntry): Found {
		const now = Date.now();
		const held = known.get(hostname);
		const newest = held && held.entry.generation > entry.generation ? held.entry : entry;
		known.set(hostname, { entry: newest, confirmedAt: now, nextCheckAt: now + freshMs, failing: false });
		unknownUntil.delete(hostname);
		return { kind: "known", entry: newest };
	}

	/** A row that was there a moment ago is more likely late in this replica than deleted: rows are answered `removing` for days first. */
	function forget(hostname: string): Found {
		const now = Date.now();
		const held = known.get(hostname);
		if (held && now - held.confirmedAt <= staleMs) {
			held.nextCheckAt = now + unknownMs;
			return { kind: "known", entry: held.entry };
		}
		known.delete(hostname);
		unknownUntil.set(hostname, now + unknownMs);
		return { kind: "unknown" };
	}

	function lookUpOnce(hostname: string, read: Read): Promise<Found> {
		const startedAt = Date.now();
		const running = underWay.get(hostname);
		if (running && startedAt - running.startedAt < frozenMs) return running.found;
		const started = { startedAt, found: lookUp(hostname, read) };
		underWay.set(hostname, started);
		started.found.finally(() => {
			if (underWay.get(hostname) === started) underWay.delete(hostname);
		});
		return started.found;
	}

	async function findFirst(hostname: string, read: Read): Promise<Found> {
		const startedAt = Date.now();
		if ((unknownUntil.get(hostname) ?? 0) > startedAt) return { kind: "unknown" };
		if (startedAt < failFastUntil) return { kind: "unreadable" };
		const found = await lookUpOnce(hostname, read);
		const now = Date.now();
		if (found.kind === "unreadable" && now - startedAt >= slowMs) failFastUntil = now + slowPauseMs;
		return found;
	}

	return {
		find(hostname, read) {
			const now = Date.now();
			const held = known.get(hostname);
			if (!held) return findFirst(hostname, read);
			const lastGood: Found = { kind: "known", entry: held.entry };
			if (now < held.nextCheckAt || now < failFastUntil) return Promise.resolve(lastGood);
			const again = lookUpOnce(hostname, read);
			const mustWait = now - held.confirmedAt > staleMs && !held.failing;
			return mustWait ? again : Promise.race([again, after(revalidateWaitMs, lastGood)]);
		},
	};
}

function after<T>(ms: number, value: T): Promise<T> {
	return new Promise((resolve) => {
		setTimeout(resolve, ms, value);
	});
}
