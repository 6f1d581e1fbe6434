import type { DnsReading, DnsView, TxtReading } from "../domain-observations.ts";
import { verdict } from "./catalogue.ts";
import { leadsHere, type Route, routeOf } from "./route.ts";
import { authoritativeOf, type Sight, zoneNameOf } from "./sight.ts";

/** Where each server says that the hostname leads. */
export interface RouteReading {
	view: DnsView;
	route: Route;
	isResolver: boolean;
}

/** All who know, the zone's own servers first: they know what it is now. */
export function routesOf(sight: Sight): RouteReading[] {
	const { expected, observed } = sight;
	const reading = (isResolver: boolean) => (view: DnsView) => ({
		...{ view, isResolver },
		route: routeOf(expected, observed, view),
	});
	const all = [...authoritativeOf(sight).map(reading(false)), ...observed.resolvers.map(reading(true))];
	return all.filter(({ route }) => route.to !== "unknown");
}

/** Why not all who know find that the hostname leads here, when some do: it spreads, or it never will. */
export function disagreementOf(sight: Sight) {
	const readings = routesOf(sight);
	const others = readings.filter(({ route }) => !leadsHere(route));
	if (others.length === 0 || others.length === readings.length) return undefined;
	const servers = readings.filter(({ isResolver }) => !isResolver);
	// What all of the zone's servers say is no disagreement: then the zone is wrong, and who finds it right remembers.
	if (servers.length > 0 && servers.every(({ route }) => !leadsHere(route))) return undefined;
	const differing = others.map(({ view, route }) => ({ view, found: route.found, reading: view.a }));
	return explainDisagreement(sight, sight.expected.hostname, differing);
}

/** Servers that find something else at a name than the rest. */
export interface Differing {
	view: DnsView;
	found: string;
	reading: DnsReading | TxtReading;
}

/** Whose disagreement it is: the zone's servers', a memory of resolvers, or nobody knows whose. */
export function explainDisagreement(sight: Sight, name: string, differing: readonly Differing[]) {
	const servers = authoritativeOf(sight);
	const names = new Set<string>(servers.map(({ server }) => server));
	const found = differing.map(({ view, found }) => `${view.server} finds ${found || "nothing"}`).join(", ");
	if (differing.some(({ view }) => names.has(view.server))) {
		return verdict("name-servers-disagree", { zone: zoneNameOf(sight), name, found });
	}
	if (servers.length === 0) return verdict("resolvers-disagree", { name, found });
	const heldSeconds = differing.map(({ reading }) => heldFor(reading)).filter((held) => held !== undefined);
	if (heldSeconds.length === 0) return verdict("resolvers-disagree", { name, found });
	const until = new Date(Date.parse(sight.observed.at) + 1_000 * Math.max(...heldSeconds)).toISOString();
	return verdict("old-answer-held", { name, found, until });
}

/** For how long a resolver says that it remembers: the first record that has to change is the one that counts. */
function heldFor({ chain, ttlSeconds }: DnsReading | TxtReading): number | undefined {
	return chain[0]?.ttlSeconds ?? ttlSeconds;
}
