import { Resolver } from "node:dns/promises";
import type { ResolveCname } from "./acm/validation.ts";
import type { Clock } from "./clock.ts";
import { addressOfSlot } from "./dns/name-servers.ts";
import { createRecursor } from "./dns/recursor.ts";
import { type Dns, startDns } from "./dns/server.ts";
import type { ZoneSource } from "./dns/zone-source.ts";

/** Where an account stands among others. */
export interface Place {
	/** Its number: of its address, and of its name servers (local/dns/name-servers.ts). */
	slot: number;
	/** AWS endpoints of the other accounts, by account id. */
	peers: Readonly<Record<string, string>>;
	/** Address of the root's name server. */
	root: string;
}

export interface NameServiceOptions {
	zones: ZoneSource;
	/** Of every name server. */
	port: number;
	clock: Clock;
	place: Place | undefined;
	/** Names that an account alone in the world answers besides. */
	hosts: Record<string, readonly string[]>;
}

/** How names are served and found in an account. */
export interface NameService {
	dns: Dns;
	/** Where the edge is to listen, since that is what its names lead to. */
	edgeAddress: string;
	/** As the public sees them, for the certificate authority. */
	resolveCname: ResolveCname;
}

/**
 * Starts the account's name server. Alone in the world it answers for everything, and the authority asks it directly. Among others it
 * answers for its own zones only, and the authority finds it from the root, as whoever is outside does: without delegation there is
 * no certificate.
 */
export async function nameService({ zones, port, clock, place, hosts }: NameServiceOptions): Promise<NameService> {
	if (!place) {
		// The edge listens on IPv4 only, so an alias must not name ::1.
		const edgeAddress = "127.0.0.1";
		const dns = await startDns({ sources: [zones], port, edgeAddresses: [edgeAddress], hosts });
		const resolver = new Resolver();
		resolver.setServers([`${dns.host}:${dns.port}`]);
		return { dns, edgeAddress, resolveCname: (name) => resolver.resolveCname(name) };
	}
	const host = addressOfSlot(place.slot);
	const dns = await startDns({ sources: [zones], host, port, edgeAddresses: [host], edgeNames: "behind-aliases" });
	const recursor = createRecursor({ roots: [place.root], nameServerPort: port, clock });
	return {
		dns,
		edgeAddress: host,
		async resolveCname(name) {
			// What an authority checks it has to see for itself, now.
			recursor.flush();
			const { rcode, answers } = await recursor.resolve({ name, type: "CNAME" });
			if (rcode === "SERVFAIL") throw new Error(`${name} could not be asked for.`);
			return answers.flatMap((record) => (record.type === "CNAME" ? [record.data] : []));
		},
	};
}
