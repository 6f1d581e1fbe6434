import type { World } from "../domain/reconciliation.ts";
import type { StandingRecord } from "../domain/standing-records.ts";
import { readAllClaims, readAllTenants, tenantsUnderWay } from "../services/all-claims.ts";
import { isoNow } from "../services/clock.ts";
import { requireTime } from "../services/deadline.ts";
import { readAllEntries } from "../services/map-entries.ts";
import { listRecords, type RecordPosition } from "../services/route53.ts";
import { setting } from "../services/settings.ts";
import { spend } from "../services/zone-lease.ts";

/**
 * Everything that a plan compares, in list calls. Registry first: what changes meanwhile has another row afterwards, by which
 * whoever acts tells it. Throws ServiceUnavailable after `endsMs` (epoch ms): a part of the world would look like a broken one.
 */
export async function readWorld(endsMs: number): Promise<World> {
	const underWay = await tenantsUnderWay(endsMs);
	const claims = await readAllClaims(endsMs);
	const [tenants, records, entries] = await Promise.all([
		readAllTenants(endsMs),
		readZone(setting("ZONE_ID"), endsMs),
		readAllEntries(endsMs),
	]);
	return {
		...{ claims, tenants, underWay, records, entries },
		platformDomain: setting("PLATFORM_DOMAIN"),
		distributionDomain: setting("DISTRIBUTION_DOMAIN"),
		now: isoNow(),
		epoch: Number(setting("GENERATION_EPOCH")),
	};
}

async function readZone(zoneId: string, endsMs: number): Promise<StandingRecord[]> {
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
