import { HostmasterError } from "../../domain/errors.ts";
import { planRemoval, type Removal, type StandingRecord } from "../../domain/standing-records.ts";
import type { DesiredRecord } from "../../domain/zone-plan.ts";
import { logger } from "../../services/log.ts";
import { listRecords, type RecordPosition } from "../../services/route53.ts";
import { type Run, takeTurn } from "./zone-run.ts";

/** `later`: time, limits or lease are over. `unknown`: the zone cannot be listed; it was logged. */
type Look = Removal | { outcome: "later" } | { outcome: "unknown"; passes: boolean };

/**
 * Looks at what stands under the names of a delete that Route 53 has refused. A list that fails is never taken for an empty one, and
 * stops this one change only.
 */
export async function lookForRemoval(
	run: Run,
	{ hostname, records }: { hostname: string; records: readonly DesiredRecord[] },
): Promise<Look> {
	const standing: StandingRecord[] = [];
	try {
		for (const name of new Set(records.map((record) => record.name))) {
			const found = await standingAt(run, name);
			if (!found) return { outcome: "later" };
			standing.push(...found);
		}
	} catch (error) {
		if (error instanceof HostmasterError && error.name === "Throttled") return { outcome: "later" };
		logger.error("The zone could not be listed; the delete waits.", { hostname, error });
		return { outcome: "unknown", passes: error instanceof HostmasterError };
	}
	return planRemoval(records, standing);
}

/** All records of one name; undefined when time, limits or lease are over. Its records are the first at or after it in the zone's order. */
async function standingAt(run: Run, name: string): Promise<StandingRecord[] | undefined> {
	const found: StandingRecord[] = [];
	let from: RecordPosition | undefined = { name };
	while (from) {
		if ((await takeTurn(run, 0)) === undefined) return undefined;
		const page = await listRecords(run.lease.zoneId, from);
		found.push(...page.records.filter((record) => record.name === name));
		// Another name at the page's end: all of this one's were before it.
		from = page.records.at(-1)?.name === name ? page.next : undefined;
	}
	return found;
}
