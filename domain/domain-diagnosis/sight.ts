import type { DnsView, DomainObservations } from "../domain-observations.ts";
import { knownOf } from "../domain-observations.ts";
import type { Verdict, WantedRecord } from "./catalogue.ts";
import type { ExpectedDomain } from "./expected-domain.ts";

/** What a check judges by. */
export interface Sight {
	expected: ExpectedDomain;
	observed: DomainObservations;
	/** ISO time. */
	now: string;
}

/** One tiny rule: a verdict when it is broken. */
export type DomainCheck = (sight: Sight) => Verdict | undefined;

/** The verdict of the first check that has one. */
export function firstOf(checks: readonly DomainCheck[], sight: Sight): Verdict | undefined {
	for (const check of checks) {
		const found = check(sight);
		if (found) return found;
	}
	return undefined;
}

/** The name servers of the zone that speak for it; none when the zone could not be looked at. */
export function authoritativeOf({ observed }: Pick<Sight, "observed">): readonly (DnsView & {
	besides: readonly string[];
	nameServers: readonly string[];
})[] {
	const servers = knownOf(observed.zone)?.servers ?? [];
	return servers.filter(({ standing }) => standing === "authoritative");
}

/** The record by which the hostname leads here. */
export function trafficRecord({ hostname, target, isApex }: ExpectedDomain): WantedRecord {
	return { name: hostname, type: isApex ? "ALIAS" : "CNAME", value: target };
}

/** Facts that most sentences ask for. */
export function trafficFacts({ hostname, target, isApex }: ExpectedDomain) {
	return { hostname, target, type: isApex ? "ALIAS (or ANAME)" : "CNAME" } as const;
}

/** The zone's name; the registered domain's when nobody could say. */
export function zoneNameOf({ expected, observed }: Sight): string {
	return knownOf(observed.zone)?.name ?? expected.registrableDomain;
}
