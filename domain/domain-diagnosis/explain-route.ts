import { type DnsReading, knownOf } from "../domain-observations.ts";
import { routesOf } from "./agreement.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { edgeDomainOf } from "./expected-domain.ts";
import { leadsHere, type Route } from "./route.ts";
import {
	authoritativeOf,
	type DomainCheck,
	firstOf,
	type Sight,
	trafficFacts,
	trafficRecord,
	zoneNameOf,
} from "./sight.ts";

/**
 * Why the hostname does not lead to its target: the records around it first, then where it leads instead, as the first knows who finds it so.
 * `found`: what is told where nobody knows.
 */
export function explainRoute(sight: Sight, found = ""): Verdict {
	const readings = routesOf(sight);
	const elsewhere = readings.filter(({ route }) => !leadsHere(route));
	// A way to the edge is none that proves, either.
	const first = [...elsewhere, ...readings].reduceRight<Route>((_, { route }) => route, { to: "elsewhere", found });
	return firstOf(surroundingChecks, sight) ?? ofRoute(sight, first);
}

const surroundingChecks: readonly DomainCheck[] = [apexCname, besideCname, doubledName, wildcard];

/** Records that make what resolvers find a matter of chance, whatever it is now. */
export const standingChecks: readonly DomainCheck[] = [apexCname, besideCname];

/** Who has a CNAME at the hostname itself; `others`: types of records that it has there too. */
function cnamesIn(sight: Sight): { target: string; others: string[] }[] {
	const views = [...authoritativeOf(sight), ...sight.observed.resolvers.map((view) => ({ ...view, besides: [] }))];
	return views.flatMap(({ a, aaaa, besides }) => {
		const [link] = [...a.chain, ...aaaa.chain];
		return link ? [{ target: link.target, others: [...ownType("A", a), ...ownType("AAAA", aaaa), ...besides] }] : [];
	});
}

function ownType(type: string, { chain, values }: DnsReading): string[] {
	return chain.length === 0 && values.length > 0 ? [type] : [];
}

function apexCname(sight: Sight) {
	const { expected } = sight;
	const [cname] = cnamesIn(sight);
	if (!expected.isApex || !cname) return undefined;
	const facts = { ...trafficFacts(expected), found: cname.target };
	return verdict("apex-has-cname", facts, { record: trafficRecord(expected) });
}

/** One server has both; two that differ may only have been asked at different times. */
function besideCname(sight: Sight) {
	const { expected } = sight;
	const types = new Set(cnamesIn(sight).flatMap(({ others }) => others));
	if (types.size === 0) return undefined;
	const facts = { ...trafficFacts(expected), found: [...types].join(", ") };
	return verdict("cname-beside-other-records", facts, { record: trafficRecord(expected) });
}

/** A record that was meant for the hostname, behind which the provider has set the zone's name once more. */
function doubledName(sight: Sight) {
	const { expected, observed } = sight;
	const { hostname, target } = expected;
	const zone = knownOf(observed.zone);
	const doubled = knownOf(observed.doubled);
	if (!zone || !doubled?.chain.some((link) => link.target === target)) return undefined;
	const label = hostname === zone.name ? "@" : hostname.slice(0, -zone.name.length - 1);
	const facts = { hostname, found: `${hostname}.${zone.name}`, label };
	return verdict("record-name-doubled", facts, { record: trafficRecord(expected) });
}

/** Who answers for a name that nobody has made answers for this one too. */
function wildcard(sight: Sight) {
	const { expected, observed } = sight;
	const [reading] = routesOf(sight).filter(({ route }) => !leadsHere(route));
	const sibling = knownOf(observed.sibling);
	// Beside a domain's own name stand other domains.
	if (!reading || !sibling || expected.isApex) return undefined;
	if (signature(sibling) === "" || signature(sibling) !== signature(reading.view.a)) return undefined;
	const facts = { ...trafficFacts(expected), zone: zoneNameOf(sight), found: reading.route.found };
	return verdict("wildcard-shadows", facts, { record: trafficRecord(expected) });
}

/** Where it leads, whoever asked: the next name, or the addresses. */
function signature({ chain, values }: DnsReading): string {
	return chain[0]?.target ?? [...values].sort().join(" ");
}

/** A way to CloudFront without the target is good enough for visitors, and no proof. */
function ofRoute({ expected }: Sight, route: Route): Verdict {
	const facts = { ...trafficFacts(expected), found: route.found };
	const more = { record: trafficRecord(expected) };
	switch (route.to) {
		case "former-target":
			return verdict("cname-of-former-attempt", facts, more);
		case "another-target":
			return verdict("cname-of-another-tenant", facts, more);
		case "platform":
			return verdict("cname-to-platform", facts, more);
		case "cloudfront":
			return verdict("cname-without-token", facts, more);
		case "provider":
			return verdict("proxied", { ...facts, provider: route.provider }, more);
		case "edge-in-part":
			return verdict(route.stale.every(isIpv6) ? "stale-aaaa" : "stale-a", facts);
		case "edge":
		case "addresses":
			return verdict(expected.isApex ? "apex-not-flattened" : "addresses-instead-of-cname", facts, more);
		case "nowhere":
			return verdict(route.outcome === "nxdomain" ? "name-missing" : "name-empty", facts, more);
		default:
			return verdict("cname-wrong-target", facts, more);
	}
}

function isIpv6(address: string): boolean {
	return address.includes(":");
}

/** The way is right, and our own part of it is not. */
export function unresolvedTarget({ expected, observed }: Sight) {
	const ends = observed.resolvers.filter(({ a }) => a.chain.some(({ target }) => target === expected.target));
	const isEmpty = ({ outcome }: DnsReading) => outcome === "nxdomain" || outcome === "no-data";
	if (ends.length === 0 || !ends.every(({ a, aaaa }) => isEmpty(a) && isEmpty(aaaa))) return undefined;
	const { hostname, target, platformDomain } = expected;
	return verdict("target-does-not-resolve", { hostname, target, edgeDomain: edgeDomainOf(platformDomain) });
}
