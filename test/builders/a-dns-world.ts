import { type Clock, realClock } from "../../local/clock.ts";
import { listenForQueries } from "../../local/dns/listener.ts";
import { memoryZones } from "../../local/dns/memory-zones.ts";
import { reply } from "../../local/dns/packets.ts";
import { createRecursor, startRecursor } from "../../local/dns/recursor.ts";
import { registryZones } from "../../local/dns/registry-zones.ts";
import { type Dns, startDns } from "../../local/dns/server.ts";
import type { ServedRecordSet, ZoneSource } from "../../local/dns/zone-source.ts";
import { setEnvironment } from "./a-cloud.ts";

/** Record sets: the key is `name TYPE`, or `name TYPE/ttlSeconds`; values are in presentation form. A zone whose only set is empty is not served. */
export type Zone = Record<string, string | readonly string[]>;

export const edgeAddress = "127.0.60.31";
export const edgeAddress6 = "2001:db8:31::1";
const registry = "127.0.60.1";
const platformServer = "127.0.60.21";
const customerServers = ["127.0.60.11", "127.0.60.12"] as const;
const resolverAddresses = ["127.0.60.101", "127.0.60.102"] as const;
export const customerNames = ["ns1.acme-dns.net", "ns2.acme-dns.net"];

export interface DnsWorldOptions {
	/** Served by both of the customer's servers. */
	zone: Zone;
	/** What the second serves instead. */
	second?: Zone;
	/** `*.edge.app.platform.com` unless told. */
	platform?: Zone;
	/** Names under which the customer's zone is delegated; its two servers' unless told. */
	delegated?: readonly string[];
	/** Resolvers fail whoever does not tell them not to check signatures. */
	isBroken?: boolean;
	clock?: Clock;
}

export interface DnsWorld {
	/** What both of the customer's servers have from now on. */
	change(zone: Zone): void;
	customers: readonly Dns[];
	registry: Dns;
	/** Of the resolvers, `address:port`. */
	resolvers: readonly string[];
	close(): Promise<void>;
}

export const platformZone: Zone = { "*.edge.app.platform.com CNAME": "d1.cloudfront.net." };

/** A root, registries, a customer's two name servers, ours, and two resolvers that find out by asking: each at its own address. */
export async function aDnsWorld(options: DnsWorldOptions): Promise<DnsWorld> {
	const zones = [options.zone, options.second ?? options.zone];
	const registered = registryZones({
		registrations: () => [
			{ name: "acme.com.", nameServers: dotted(options.delegated ?? customerNames) },
			{ name: "other.com.", nameServers: dotted(customerNames) },
			{ name: "platform.com.", nameServers: ["ns.platform-dns.net."] },
			{ name: "cloudfront.net.", nameServers: ["ns.platform-dns.net."] },
		],
		address: registry,
		hosts: () =>
			new Map([
				["ns1.acme-dns.net.", customerServers[0]],
				["ns2.acme-dns.net.", customerServers[1]],
				["ns.platform-dns.net.", platformServer],
			]),
	});
	const hidden = { edgeNames: "behind-aliases" as const };
	const root = await startDns({ sources: [registered], host: registry, port: 0, ...hidden });
	const { port } = root;
	const platform = await startDns({
		sources: [served({ ...(options.platform ?? platformZone) })],
		...{ host: platformServer, port, edgeAddresses: [edgeAddress, edgeAddress6] },
	});
	const customers = await Promise.all(
		customerServers.map((host, at) => {
			const source: ZoneSource = { zoneAt: (apex) => served(zones[at] ?? {}).zoneAt(apex) };
			return startDns({ sources: [source], host, port, ...hidden });
		}),
	);
	const recursion = { roots: [registry], nameServerPort: port, clock: options.clock ?? realClock, timeoutMs: 300 };
	const resolvers = await Promise.all(
		resolverAddresses.map((host) =>
			options.isBroken ? aCheckingResolver(host, port, recursion) : startRecursor({ ...recursion, host, port }),
		),
	);
	const names = resolverAddresses.map((address) => `${address}:${port}`);
	setEnvironment({ RESOLVERS: names.join(","), NAME_SERVER_PORT: String(port), EDGE_PORT: "1", EDGE_AUTHORITY: "" });
	return {
		change(zone) {
			zones.fill(zone);
		},
		customers,
		registry: root,
		resolvers: names,
		async close() {
			await Promise.all([root, platform, ...customers, ...resolvers].map((server) => server.close()));
		},
	};
}

const checkingDisabled = 0x10;

/** A resolver that finds every signature wrong. */
function aCheckingResolver(host: string, port: number, recursion: Parameters<typeof createRecursor>[0]) {
	const { resolve } = createRecursor(recursion);
	const failed = { rcode: "SERVFAIL", authoritative: false, answers: [], authorities: [] } as const;
	return listenForQueries({
		host,
		port,
		answerTo: (query, transport) =>
			reply(query, transport, async (question) => {
				const isUnchecked = (query.readUInt16BE(2) & checkingDisabled) !== 0;
				const isOurs = !question.name.endsWith("acme.com");
				return isUnchecked || isOurs ? await resolve(question) : { ...failed, answers: [], authorities: [] };
			}),
	});
}

/** The zones that the names are in; all of ours are of two labels. */
function served(zone: Zone): ZoneSource {
	const apexes = new Map<string, Record<string, ServedRecordSet[]>>();
	for (const [key, value] of Object.entries({ "acme.com NS": dotted(customerNames), ...zone })) {
		const [name = "", type = ""] = key.split(" ");
		const apex = name.split(".").slice(-2).join(".");
		const records = apexes.get(apex) ?? {};
		const [wire = type, ttl = "60"] = type.split("/");
		const values = [value].flat();
		// The keys are written in this file's tests, where each type is one of DNS.
		const set = { type: wire, ttlSeconds: Number(ttl), values } as ServedRecordSet;
		if (values.length === 0) continue;
		apexes.set(apex, { ...records, [name]: [...(records[name] ?? []), set] });
	}
	return memoryZones(Object.fromEntries(apexes));
}

function dotted(names: readonly string[]): string[] {
	return names.map((name) => `${name}.`);
}
