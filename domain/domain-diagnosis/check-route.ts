import { serversApart } from "../delegation.ts";
import { knownOf } from "../domain-observations.ts";
import { disagreementOf, routesOf } from "./agreement.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { lameDelegation } from "./check-dns.ts";
import { explainRoute, standingChecks, unresolvedTarget } from "./explain-route.ts";
import { leadsHere } from "./route.ts";
import { authoritativeOf, type DomainCheck, firstOf, type Sight } from "./sight.ts";

/** Whether the hostname leads here, for all who know. */
export const routeChecks: readonly DomainCheck[] = [standing, disagreementOf, elsewhere, unresolvedTarget];

function standing(sight: Sight): Verdict | undefined {
	return firstOf(standingChecks, sight);
}

function elsewhere(sight: Sight): Verdict | undefined {
	return routesOf(sight).every(({ route }) => leadsHere(route)) ? undefined : explainRoute(sight);
}

/** Whether the zone is delegated as it is: an authority that asks the wrong server finds nothing, and a certificate is refused by chance. */
export const delegationChecks: readonly DomainCheck[] = [lameDelegation, differingDelegation];

function differingDelegation(sight: Sight): Verdict | undefined {
	const zone = knownOf(sight.observed.zone);
	const delegated = zone && knownOf(zone.delegated);
	if (!zone || !delegated) return undefined;
	for (const { nameServers } of authoritativeOf(sight)) {
		const apart = nameServers.length > 0 ? serversApart(nameServers, delegated) : undefined;
		if (!apart) continue;
		const { missing, extra } = apart;
		const found = [
			...(missing.length > 0 ? [`only the zone names ${missing.join(", ")}`] : []),
			...(extra.length > 0 ? [`only the zone above names ${extra.join(", ")}`] : []),
		].join("; ");
		return verdict("delegation-differs", { zone: zone.name, found });
	}
	return undefined;
}
