import { Resolver } from "node:dns/promises";
import type { Question } from "dns-packet";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { type CustomerDns, openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { memoryZones } from "../../../local/dns/memory-zones.ts";
import { resolversAlone } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";
import { type PublicNames, startPublicNames } from "../../../local/public-names.ts";
import { openStore } from "../../../local/store.ts";
import { askServer, type DnsServer } from "../../../services/dns-query.ts";

/** Where an attempt's target is, in the platform's own zone. */
export const target = "k7.edge.app.hostmaster.test";
export const edgeAddress = "127.0.0.1";

/** An account alone in the world, reduced to its names: customers' zones, a platform zone, and two resolvers on real sockets. */
export interface Scene {
	customers: CustomerDns;
	clock: VirtualClock;
	names: PublicNames;
	/** Where the resolvers are, and the port of every name server. */
	at: ReturnType<typeof resolversAlone>;
	port: number;
	/** What a resolver finds, in short: values, or the response code. */
	ask(
		which: "first" | "second",
		name: string,
		type?: "A" | "AAAA" | "CNAME" | "TXT" | "NS" | "CAA" | "MX",
	): Promise<string[] | string>;
	/** What a server answers, whole. */
	tell(
		server: DnsServer,
		question: Pick<Question, "name"> & { type: "A" | "SOA" | "NS" | "DS" },
		manner?: "know" | "find-out-unchecked",
	): ReturnType<typeof askServer>;
	close(): Promise<void>;
}

export async function aScene(manyAddresses = true): Promise<Scene> {
	const clock = virtualClock(Date.parse("2026-11-01T00:00:00Z"));
	const customers = openCustomerDns(openStore(":memory:"), clock);
	const platform = memoryZones({
		"app.hostmaster.test": {
			"*.edge.app.hostmaster.test": [{ type: "CNAME", ttlSeconds: 60, values: ["d1.cloudfront.net."] }],
		},
	});
	const { dns: port } = await freePorts(undefined);
	const names = await startPublicNames({
		...{ zones: platform, hosted: () => ["app.hostmaster.test."], hosts: {}, customers, port, clock, manyAddresses },
	});
	const at = resolversAlone(port, manyAddresses);
	const resolverAt = (which: "first" | "second") => {
		const resolver = new Resolver({ tries: 1, timeout: 5_000 });
		resolver.setServers([`${at[which].host}:${at[which].port}`]);
		return resolver;
	};
	return {
		...{ customers, clock, names, at, port },
		async ask(which, name, type = "A") {
			try {
				const found: unknown[] = [await resolverAt(which).resolve(name, type)].flat();
				return found.map((one) =>
					Array.isArray(one) ? one.join("|") : typeof one === "string" ? one : JSON.stringify(one),
				);
			} catch (error) {
				return error instanceof Error && "code" in error ? String(error.code) : String(error);
			}
		},
		tell: (server, question, manner = "know") => askServer(server, { ...question, manner }),
		close: names.close,
	};
}
