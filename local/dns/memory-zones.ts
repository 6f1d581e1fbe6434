import { canonicalName, isWithin, type ServedRecordSet, type ServedZone, type ZoneSource } from "./zone-source.ts";

const soa: ServedRecordSet = {
	type: "SOA",
	ttlSeconds: 60,
	values: ["ns.local. hostmaster.local. 1 7200 900 1209600 60"],
};
const ns: ServedRecordSet = { type: "NS", ttlSeconds: 60, values: ["ns.local."] };

/** Zones that are kept nowhere. `records` maps a name within the zone to what stands there; SOA and NS are given. */
export function memoryZones(zones: Record<string, Record<string, readonly ServedRecordSet[]>>): ZoneSource {
	const served = new Map(Object.entries(zones).map(([apex, records]) => [canonicalName(apex), zoneOf(apex, records)]));
	return { zoneAt: (apex) => served.get(apex) };
}

/** CloudFront's own domain: every name below it is the local edge. */
export function edgeZone(addresses: readonly string[]): ZoneSource {
	return memoryZones({ "cloudfront.net": { "*.cloudfront.net": addressSets(addresses) } });
}

/** Hosts with fixed addresses, e.g. the demo's origin: a zone each, so that they stand whatever else is served. */
export function staticHosts(hosts: Record<string, readonly string[]>): ZoneSource {
	const zones = Object.entries(hosts).map(([name, addresses]) => [name, { [name]: addressSets(addresses) }] as const);
	return memoryZones(Object.fromEntries(zones));
}

function zoneOf(name: string, records: Record<string, readonly ServedRecordSet[]>): ServedZone {
	const apex = canonicalName(name);
	const sets = new Map(Object.entries(records).map(([owner, list]) => [canonicalName(owner), list]));
	sets.set(apex, [...(sets.get(apex) ?? []), soa, ns]);
	return {
		apex,
		at: (owner) => sets.get(owner) ?? [],
		hasBelow: (owner) => [...sets.keys()].some((other) => other !== owner && isWithin(other, owner)),
	};
}

/** The A and AAAA sets of a list of addresses; a TTL of a minute, as CloudFront gives. */
function addressSets(addresses: readonly string[]): ServedRecordSet[] {
	const sets: ServedRecordSet[] = [
		{ type: "A", ttlSeconds: 60, values: addresses.filter((address) => !address.includes(":")) },
		{ type: "AAAA", ttlSeconds: 60, values: addresses.filter((address) => address.includes(":")) },
	];
	return sets.filter((set) => "values" in set && set.values.length > 0);
}
