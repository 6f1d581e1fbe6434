import { type CnameLink, type DnsOutcome, knownOf, type ResolverView } from "../domain-observations.ts";
import { isWithin } from "../hostname.ts";
import { limits } from "../limits.ts";
import { verdict } from "./catalogue.ts";
import { type DomainCheck, type Sight, trafficFacts, trafficRecord, zoneNameOf } from "./sight.ts";

/** Whether anything can be known of the name at all. Each applies only while no resolver knows it, but for the length of the way. */
export const dnsChecks: readonly DomainCheck[] = [
	couldNotAsk,
	notRegistered,
	loop,
	tooLong,
	brokenDnssec,
	silentServers,
	lameServers,
	failure,
];

const knowing: ReadonlySet<DnsOutcome> = new Set(["answer", "no-data", "nxdomain"]);

function isUnknown({ observed }: Sight): boolean {
	return !observed.resolvers.some(({ a }) => knowing.has(a.outcome));
}

/** A resolver that refuses is not asked again by asking louder: nobody knows then, either. */
function couldNotAsk({ expected, observed }: Sight) {
	const silent = observed.resolvers.every(({ a }) => a.outcome === "no-answer" || a.outcome === "refused");
	if (!silent) return undefined;
	const resolvers = observed.resolvers.map(({ server }) => server).join(", ") || "none";
	return verdict("could-not-ask", { hostname: expected.hostname, resolvers });
}

/** The zone that answers is above what its owner would have registered. */
function notRegistered({ expected, observed }: Sight) {
	const { hostname, registrableDomain: domain } = expected;
	const zone = knownOf(observed.zone);
	if (!zone || isWithin(zone.name, domain)) return undefined;
	const isGone = observed.resolvers.some(({ a }) => a.outcome === "nxdomain");
	return isGone ? verdict("domain-not-registered", { hostname, domain }) : undefined;
}

function loop(sight: Sight) {
	const way = longestWay(sight);
	const names = new Set(way.map(({ name }) => name));
	const back = way.find(({ target }, at) => way.slice(0, at + 1).some(({ name }) => name === target));
	if (!back) return undefined;
	const found = [...names, back.target].join(", then ");
	const { expected } = sight;
	return verdict("cname-loop", { ...trafficFacts(expected), found }, { record: trafficRecord(expected) });
}

function tooLong(sight: Sight) {
	const links = longestWay(sight).length;
	if (links <= limits.cnameChain.value) return undefined;
	const { expected } = sight;
	const facts = { ...trafficFacts(expected), links: String(links) };
	return verdict("cname-chain-too-long", facts, { record: trafficRecord(expected) });
}

function longestWay({ observed }: Sight): readonly CnameLink[] {
	const ways = observed.resolvers.map(wayOf);
	return ways.reduce((longest, way) => (way.length > longest.length ? way : longest), []);
}

function wayOf({ walked, a }: ResolverView): readonly CnameLink[] {
	return knownOf(walked) ?? a.chain;
}

function brokenDnssec(sight: Sight) {
	const { expected, observed } = sight;
	const answered = observed.resolvers.map(({ unchecked }) => knownOf(unchecked)?.outcome);
	const isThere = answered.some((outcome) => outcome !== undefined && knowing.has(outcome));
	if (!isUnknown(sight) || !isThere) return undefined;
	return verdict("dnssec-broken", { hostname: expected.hostname, zone: zoneNameOf(sight) });
}

function silentServers(sight: Sight) {
	const servers = knownOf(sight.observed.zone)?.servers ?? [];
	if (!isUnknown(sight) || servers.length === 0) return undefined;
	if (servers.some(({ standing }) => standing !== "silent")) return undefined;
	const names = servers.map(({ server }) => server).join(", ");
	return verdict("name-servers-silent", { zone: zoneNameOf(sight), servers: names });
}

function lameServers(sight: Sight) {
	const servers = knownOf(sight.observed.zone)?.servers ?? [];
	if (!isUnknown(sight) || servers.some(({ standing }) => standing === "authoritative")) return undefined;
	return lameDelegation(sight);
}

/** Name servers that the delegation names and that do not serve the zone; undefined when there are none. */
export function lameDelegation(sight: Sight) {
	const lame = (knownOf(sight.observed.zone)?.servers ?? []).filter(({ standing }) => standing === "lame");
	if (lame.length === 0) return undefined;
	const found = lame.map(({ server, detail = "is not authoritative" }) => `${server} ${detail}`).join(", ");
	return verdict("lame-delegation", { zone: zoneNameOf(sight), found });
}

function failure(sight: Sight) {
	if (!isUnknown(sight)) return undefined;
	const { hostname, registrableDomain: domain } = sight.expected;
	const found = sight.observed.resolvers.map(({ server, a }) => `${server} says ${a.outcome}`).join(", ");
	return verdict("servfail", { hostname, domain, found });
}
