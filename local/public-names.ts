import type { Question } from "dns-packet";
import type { Clock } from "./clock.ts";
import {
	type AnswerAsServer,
	createNameServer,
	customerServerAddresses,
	startNameServers,
} from "./customer-dns/name-servers.ts";
import { isRegistry } from "./customer-dns/names.ts";
import type { CustomerDns } from "./customer-dns/provider.ts";
import { resolverFaults } from "./customer-dns/resolver-faults.ts";
import { nameServers, type Which } from "./customer-dns/zone-views.ts";
import { type Answered, answer } from "./dns/answer.ts";
import { createRecursor, type Faulty, type Recursor } from "./dns/recursor.ts";
import { type Registration, registryZones } from "./dns/registry-zones.ts";
import { type Dns, type Manner, startDns } from "./dns/server.ts";
import { canonicalName, isWithin, type ZoneSource } from "./dns/zone-source.ts";
import { hasLoopbacks, resolversAlone, rootAddress } from "./laptop.ts";

export interface PublicNamesOptions {
	/** The account's own zones. */
	zones: ZoneSource;
	/** Names of those. */
	hosted: () => readonly string[];
	/** Names that the account answers besides. */
	hosts: Record<string, readonly string[]>;
	customers: CustomerDns;
	/** Of every server. */
	port: number;
	clock: Clock;
	/** Where the account's edge listens; 127.0.0.1 unless told. */
	edgeAddress?: string;
	/** Whether each server may have an address of its own; as the machine allows unless told. Otherwise all are at 127.0.0.1. */
	manyAddresses?: boolean;
}

/** How names are found where one account is alone in the world. */
export interface PublicNames {
	/** The first resolver, which is also the account's name server. */
	dns: Dns;
	/** What there is now, found without a memory: for authorities. SERVFAIL when nobody can say. */
	look(question: Pick<Question, "name" | "type">): Promise<Answered>;
	/** Lets every resolver forget what it knows. */
	flush(): void;
	close(): Promise<void>;
}

/** Its own server has its name in the world's only top-level domain that nobody else uses. */
const ownServer = { name: "ns.hostmaster-dns.test.", address: "127.0.0.1" };

/**
 * Starts two resolvers that know the account's own names at once, and find customers' names as resolvers do: from a root down through
 * delegations to the provider's two name servers, each remembering what it found.
 */
export async function startPublicNames(options: PublicNamesOptions): Promise<PublicNames> {
	const { customers, port, hosts, zones, edgeAddress = "127.0.0.1", manyAddresses = hasLoopbacks } = options;
	const rootHost = manyAddresses ? rootAddress : "127.0.0.1";
	const registry = registryFor(options, rootHost, manyAddresses);
	const recursors = recursorsOf(options, rootHost);
	const provider = recursors.provider.resolve;
	const asServer = manyAddresses ? undefined : oneForAll(createNameServer(customers, "first", provider), registry);
	const otherwise = (which: Which) => {
		const resolve = resolverFaults(customers, which)(recursors[which].resolve);
		return async (question: Question, manner: Manner): Promise<Answered | undefined> => {
			if (!manner.wantsRecursion) return asServer ? await asServer(question) : refused;
			return await resolve(question, manner);
		};
	};
	// The edge listens on IPv4 only, so an alias must not name ::1.
	const own = { sources: [zones], hosts, edgeAddresses: [edgeAddress], failing: new Set<string>() };
	const at = resolversAlone(port, manyAddresses);
	const first = startDns({ ...own, ...at.first, otherwise: otherwise("first") });
	const starting: Promise<{ close(): Promise<void> }>[] = [
		first,
		startDns({ ...own, ...at.second, otherwise: otherwise("second") }),
	];
	if (manyAddresses) {
		starting.push(
			startDns({ sources: [registry], host: rootHost, port, edgeNames: "behind-aliases" }),
			startNameServers(customers, { port, flatten: provider }),
		);
	}
	const close = async () => {
		const started = await Promise.allSettled(starting);
		await Promise.all(started.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
	};
	try {
		await Promise.all(starting);
		const dns = await first;
		const flush = () => {
			for (const recursor of Object.values(recursors)) recursor.flush();
		};
		return { dns, flush, close, look: lookWith(dns, recursors.authority, resolverFaults(customers, "first")) };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Each with a memory of its own: the two resolvers, the certificate authority, and the provider, which looks where an ALIAS leads to. */
function recursorsOf({ port, clock }: PublicNamesOptions, root: string) {
	const asking = { roots: [root], nameServerPort: port, clock };
	return {
		first: createRecursor(asking),
		second: createRecursor({ ...asking, prefers: "last" }),
		authority: createRecursor(asking),
		provider: createRecursor(asking),
	};
}

const refused: Answered = { rcode: "REFUSED", authoritative: false, answers: [], authorities: [] };

/** Where there is one address only, whoever does not ask for recursion asks all of the name servers. */
function oneForAll(customers: AnswerAsServer, registry: ZoneSource): AnswerAsServer {
	const above = { sources: [registry], servfail: new Set<string>() };
	return async (question) => {
		const known = await customers(question);
		return known?.rcode === "REFUSED" ? answer(question.name, question.type, above) : known;
	};
}

function lookWith(dns: Dns, recursor: Recursor, faulty: Faulty): PublicNames["look"] {
	const resolve = faulty(recursor.resolve);
	return async (question) => {
		const known = dns.known(question);
		if (known.rcode !== "REFUSED") return known;
		recursor.flush();
		return await resolve(question, { isChecking: true });
	};
}

/**
 * The root, the registries, and who is delegated what: the account the outermost of its zones, whatever is above them, so that all names up to
 * the top have an answer; customers theirs.
 */
function registryFor(options: PublicNamesOptions, address: string, manyAddresses: boolean): ZoneSource {
	const { customers, hosted, hosts } = options;
	const servers = manyAddresses ? customerServerAddresses : { first: "127.0.0.1", second: "127.0.0.1" };
	const ours = (name: string): Registration => ({ name, nameServers: [ownServer.name] });
	const fixed = Object.entries(hosts).flatMap(([name, [first]]): [string, string][] =>
		first === undefined ? [] : [[canonicalName(name), first]],
	);
	return registryZones({
		address,
		registrations() {
			const zones = [...new Set(["cloudfront.net.", ...hosted()])];
			const outermost = zones.filter((name) => !zones.some((other) => other !== name && isWithin(name, other)));
			return [...outermost.map(ours), ...customers.registrations()];
		},
		hosts: () =>
			new Map([
				...fixed,
				[ownServer.name, ownServer.address],
				[nameServers[0], servers.first],
				[nameServers[1], servers.second],
			]),
		isRegistry,
	});
}
