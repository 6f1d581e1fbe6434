import type { StandingRecord } from "../domain/standing-records.ts";
import { requireTime } from "../services/deadline.ts";
import { listRecords, type RecordPosition } from "../services/route53.ts";
import { spend } from "../services/zone-lease.ts";

/** All records of a zone, in list calls of 300. Throws ServiceUnavailable after `endsMs` (epoch ms), Throttled. */
export async function readZone(zoneId: string, endsMs: number): Promise<StandingRecord[]> {
	const found: StandingRecord[] = [];
	let from: RecordPosition | undefined;
	do {
		await takeTurn(zoneId, endsMs);
		const page = await listRecords(zoneId, from);
		found.push(...page.records);
		from = page.next;
	} while (from);
	return found;
}

/** Pages spend the ten requests a second that the zone writer lives on, so they ask the same bucket. */
async function takeTurn(zoneId: string, endsMs: number): Promise<void> {
	for (;;) {
		requireTime(endsMs, "Reading the zone");
		const spending = await spend(zoneId, 0, Date.now());
		if (spending.outcome !== "wait") return;
		await new Promise((resolve) => setTimeout(resolve, spending.ms));
	}
}
