import type { World } from "../domain/reconciliation.ts";
import { readAllClaims, readAllTenants, tenantsUnderWay } from "../services/all-claims.ts";
import { isoNow } from "../services/clock.ts";
import { readAllEntries } from "../services/map-entries.ts";
import { setting } from "../services/settings.ts";
import { readZone } from "./read-zone.ts";

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
