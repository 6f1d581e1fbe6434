import { type Diagnosis, fault, note } from "./diagnosis.ts";
import { limits } from "./limits.ts";

/** A replica of the tenant map in another region than its home. */
export interface MapReplica {
	region: string;
	/** As DynamoDB says it, e.g. `ACTIVE`. */
	status: string;
}

/** Where the map is to be beside its home, and where it is. `wanted`: a region; empty for none. */
export function replicaDiagnoses(wanted: string, replicas: readonly MapReplica[]): Diagnosis[] {
	const isMissing = wanted !== "" && !replicas.some(({ region }) => region === wanted);
	const fix = "See the table's global tables in DynamoDB; the edge reads the other regions meanwhile.";
	const missing = isMissing ? [fault(`The tenant map has no replica in ${wanted}.`, fix)] : [];
	const unfit = replicas.flatMap(({ region, status }) =>
		status === "ACTIVE" ? [] : [fault(`The tenant map's replica in ${region} is ${status}.`, fix)],
	);
	if (wanted === "" && replicas.length === 0) return [note("The tenant map has no replica.")];
	return [...missing, ...unfit];
}

/** Of an entry of the map, what tells an old one from a new one. */
export interface MapMarker {
	hostname: string;
	generation: number;
	updatedAt: string;
}

/**
 * How far a replica is behind, by a sample. An entry is late once its home has had it for longer than a change may take to be seen by
 * viewers; what changed since is on its way.
 */
export function lagDiagnoses(
	region: string,
	{ home, replica }: { home: readonly MapMarker[]; replica: readonly MapMarker[] },
	nowMs: number,
): Diagnosis[] {
	const bySame = new Map(replica.map((marker) => [marker.hostname, marker]));
	const settledMs = nowMs - limits.edgePromise.value * 1_000;
	const late = home.filter((marker) => {
		if (Date.parse(marker.updatedAt) > settledMs) return false;
		const there = bySame.get(marker.hostname);
		return !there || there.generation < marker.generation;
	});
	const [first] = late;
	const size = `of ${home.length} entries that were compared`;
	if (!first) return [note(`The tenant map's replica in ${region} lags in none ${size}.`)];
	return [
		fault(
			`The tenant map's replica in ${region} lags by more than ${limits.edgePromise.value} s in ${late.length} ${size}, such as ${first.hostname}.`,
			`See ReplicationLatency of the table in CloudWatch, and AWS's health page of ${region}.`,
		),
	];
}
