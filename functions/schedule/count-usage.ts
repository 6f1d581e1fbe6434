import { canonicalHost } from "../../domain/request-host.ts";
import {
	type Hour,
	hoursToCount,
	noTraffic,
	progressAfter,
	readLogLine,
	sumOf,
	type Traffic,
	tenantOf,
} from "../../domain/usage.ts";
import { listLogFiles, readLog } from "../../services/access-logs.ts";
import { readClaims } from "../../services/claims.ts";
import { requireTime } from "../../services/deadline.ts";
import { logger } from "../../services/log.ts";
import { keepHour, keepProgress, readProgress } from "../../services/usage.ts";
import { settleAll } from "../settle-all.ts";

/** No file is begun later, and no row written. */
export const workMs = 720_000;
/** A file that takes longer is not read to its end: something is in the way. */
export const fileMs = 120_000;
/** So many are read at once: one is unpacked while others are on their way. */
const filesAtOnce = 8;
const rowsAtOnce = 20;
/** As many as one BatchGetItem takes. */
const claimsAtOnce = 100;

/**
 * Once an hour: counts the edge's access log by tenant, hostname and hour (docs/decisions/0017-usage.md). An hour of which further files
 * have come is counted anew, as a whole. One that cannot be counted keeps no other from it, and `through` waits for it.
 */
export async function handler(): Promise<void> {
	const startedMs = Date.now();
	const endsMs = startedMs + workMs;
	let progress = await readProgress();
	const files = await listLogFiles(progress.through);
	const hours = hoursToCount(files, progress);
	const failures: unknown[] = [];
	const failed: Hour[] = [];
	for (const [at, [hour, keys]] of hours.entries()) {
		const done = await countHour(hour, keys, endsMs).then(
			() => ({ [hour]: keys.length }),
			(error: unknown) => {
				failures.push(error);
				failed.push(hour);
				return {};
			},
		);
		// Kept after each hour: what was counted is not counted again, should this run come to no good end.
		const open = [...failed, ...hours.slice(at + 1).map(([later]) => later)];
		const reached = progressAfter(progress, { done, open, nowMs: startedMs });
		await keepProgress(reached);
		progress = reached;
	}
	if (hours.length === 0) await keepProgress(progressAfter(progress, { done: {}, open: [], nowMs: startedMs }));
	// Thrown at the end, for the alarm.
	if (failures.length > 0) throw new AggregateError(failures, `${failed.join(", ")} could not be counted.`);
}

async function countHour(hour: Hour, keys: readonly string[], endsMs: number): Promise<void> {
	const byHostname = new Map<string, Traffic>();
	let unread = 0;
	await settleAll(keys, filesAtOnce, async (key) => {
		requireTime(endsMs, `Counting ${hour}`);
		await readLog(key, fileMs, (line) => {
			const entry = readLogLine(line);
			const host = canonicalHost(entry ? [entry.host] : []);
			if (entry && host.ok) byHostname.set(host.value, sumOf(byHostname.get(host.value) ?? noTraffic, entry.traffic));
			else unread += 1;
		});
	});
	const { kept, unclaimed } = await keepTraffic(hour, byHostname, endsMs);
	logger.info("counted", { hour, files: keys.length, hostnames: kept, unclaimed, unread });
}

/** Keeps the traffic of the hostnames that a tenant had in that hour; of others it is forgotten. */
async function keepTraffic(
	hour: Hour,
	byHostname: ReadonlyMap<string, Traffic>,
	endsMs: number,
): Promise<{ kept: number; unclaimed: number }> {
	const all = [...byHostname];
	const nobodyKnows: string[] = [];
	let kept = 0;
	for (let at = 0; at < all.length; at += claimsAtOnce) {
		requireTime(endsMs, `Counting ${hour}`);
		const some = all.slice(at, at + claimsAtOnce);
		const { claims, unreadable } = await readClaims(some.map(([hostname]) => hostname));
		nobodyKnows.push(...unreadable);
		await settleAll(some, rowsAtOnce, async ([hostname, traffic]) => {
			const claim = claims.get(hostname);
			const tenantId = claim && tenantOf(claim, hour);
			if (tenantId === undefined) return;
			await keepHour(tenantId, hostname, hour, traffic);
			kept += 1;
		});
	}
	if (nobodyKnows.length > 0) throw new Error(`The claims of ${nobodyKnows.join(", ")} cannot be read.`);
	return { kept, unclaimed: all.length - kept };
}
