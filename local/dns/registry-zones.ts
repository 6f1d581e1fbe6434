import { addressOfSlot, slotOfZone } from "./name-servers.ts";
import {
	canonicalName,
	isWithin,
	parentName,
	type ServedRecordSet,
	type ServedZone,
	type ZoneSource,
} from "./zone-source.ts";

/** A domain at its registry: who serves it, and the digests of its keys. */
export interface Registration {
	/** Canonical. */
	name: string;
	nameServers: readonly string[];
	/** DS values in presentation form; none when the domain is not signed. */
	ds?: readonly string[];
}

export interface RegistryOptions {
	/** Asked for every query. */
	registrations: () => readonly Registration[];
	/** Address of the server that serves these zones. */
	address: string;
	/** Further names with fixed addresses, each below a top-level domain. */
	hosts: () => ReadonlyMap<string, string>;
	/** Zones that there are besides, even when nothing is in them, such as `com.` and `co.uk.`; none unless told. */
	isRegistry?: (name: string) => boolean;
}

// Registries give a day or two; here somebody watches what a change at the registry does.
const ttlSeconds = 60;

/** The root, the top-level domains and the domains of the name servers themselves: all that is above a world's own zones. */
export function registryZones(options: RegistryOptions): ZoneSource {
	const { registrations, address, hosts, isRegistry = () => false } = options;
	const server = "a.nic.test.";
	const zone = (apex: string, records: ReadonlyMap<string, ServedRecordSet[]>): ServedZone => ({
		apex,
		at: (name) => [...(records.get(name) ?? []), ...(name === apex ? apexSets(server) : [])],
		hasBelow: (name) => [...records.keys()].some((other) => other !== name && isWithin(other, name)),
	});

	function topLevel(apex: string): ServedZone | undefined {
		const own = registrations().filter(({ name }) => parentName(name) === apex);
		const fixed = [...hosts(), [server, address] as const].filter(([name]) => isWithin(name, apex));
		if (own.length === 0 && fixed.length === 0 && !isRegistry(apex)) return undefined;
		return zone(apex, new Map([...own.map(delegated), ...fixed.map(hosted)]));
	}

	return {
		zoneAt(apex) {
			if (apex === ".") return zone(apex, new Map());
			const slot = slotOfZone(apex);
			if (slot !== undefined) return nameServerZone(apex, addressOfSlot(slot));
			return parentName(apex) === "." ||
				isRegistry(apex) ||
				registrations().some(({ name }) => parentName(name) === apex)
				? topLevel(apex)
				: undefined;
		},
	};

	/** Every `ns-<number>` below it is the one server of the account that the zone's number belongs to. */
	function nameServerZone(apex: string, of: string): ServedZone {
		const hosts = /^ns-\d{1,4}\.$/;
		const isHost = (name: string) => isWithin(name, apex) && hosts.test(name.slice(0, name.length - apex.length));
		return {
			apex,
			at: (name) => [...(isHost(name) ? [addressSet(of)] : []), ...(name === apex ? apexSets(server) : [])],
			hasBelow: () => false,
		};
	}
}

function delegated({ name, nameServers, ds = [] }: Registration): [string, ServedRecordSet[]] {
	const sets: ServedRecordSet[] = [];
	if (nameServers.length > 0) sets.push({ type: "NS", ttlSeconds, values: nameServers });
	if (ds.length > 0) sets.push({ type: "DS", ttlSeconds, values: ds });
	return [canonicalName(name), sets];
}

function hosted([name, address]: readonly [name: string, address: string]): [string, ServedRecordSet[]] {
	return [name, [addressSet(address)]];
}

function addressSet(address: string): ServedRecordSet {
	return { type: "A", ttlSeconds, values: [address] };
}

function apexSets(server: string): ServedRecordSet[] {
	return [
		{ type: "SOA", ttlSeconds, values: [`${server} registry.test. 1 7200 900 1209600 60`] },
		{ type: "NS", ttlSeconds, values: [server] },
	];
}
