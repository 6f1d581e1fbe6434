import type { DnsPlace } from "../../services/public-dns.ts";
import type { Environment } from "./landscape.ts";

/** Where DNS is asked as the environment asks. */
export function dnsOf({ parameters }: Environment): DnsPlace {
	const { Resolvers: resolvers = "", NameServerPort: nameServerPort = "53" } = parameters;
	return { resolvers, nameServerPort };
}
