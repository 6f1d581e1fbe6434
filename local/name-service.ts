import type { Answer, Question } from "dns-packet";
import type { CaaAt, ResolveCname } from "./acm/evidence.ts";
import type { Clock } from "./clock.ts";
import type { CustomerDns } from "./customer-dns/provider.ts";
import type { Answered } from "./dns/answer.ts";
import { addressOfSlot } from "./dns/name-servers.ts";
import { createRecursor } from "./dns/recursor.ts";
import { type Dns, startDns } from "./dns/server.ts";
import type { ZoneSource } from "./dns/zone-source.ts";
import { startPublicNames } from "./public-names.ts";

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
	/** Names of those, canonical. */
	hosted: () => readonly string[];
	/** Of every name server. */
	port: number;
	clock: Clock;
	place: Place | undefined;
	/** Names that an account alone in the world answers besides. */
	hosts: Record<string, readonly string[]>;
	/** Customers' zones, which an account alone in the world serves besides. */
	customers: CustomerDns;
}

/** The records of a name and type, as whoever is outside finds them now, behind the CNAMEs that lead there; none when there are none. A rejection means 'could not ask'. */
export type Resolve = (name: string, type: Question["type"]) => Promise<Answer[]>;

/** How names are served and found in an account. */
export interface NameService {
	dns: Dns;
	/** Where the edge is to listen, since that is what its names lead to. */
	edgeAddress: string;
	/** As the public sees names, for the certificate authority and for CloudFront. */
	resolve: Resolve;
	resolveCname: ResolveCname;
	caaAt: CaaAt;
	/** Whether a name leads to this account's edge. */
	leadsHere: (name: string) => Promise<boolean>;
	/** Lets the resolvers that are the account's own forget what they know. */
	flush(): void;
	close(): Promise<void>;
}

/**
 * Starts the account's name server. Alone in the world it brings the world along: a root, registries, customers' zones and two resolvers.
 * Among others it answers for its own zones only, and the authority finds it from the root, as whoever is outside does: without delegation
 * there is no certificate.
 */
export async function nameService(options: NameServiceOptions): Promise<NameService> {
	const { place } = options;
	const { edgeAddress, look, ...running } = place ? await among(options, place) : await aloneInTheWorld(options);
	const resolve: Resolve = async (name, type) => {
		const { rcode, answers } = await look({ name, type });
		if (rcode === "SERVFAIL" || rcode === "REFUSED") throw new Error(`${name} could not be asked for: ${rcode}.`);
		return answers;
	};
	return {
		...running,
		edgeAddress,
		resolve,
		resolveCname: async (name) =>
			(await resolve(name, "CNAME")).flatMap((record) => (record.type === "CNAME" ? [record.data] : [])),
		caaAt: async (name) =>
			(await resolve(name, "CAA")).flatMap((record) => {
				if (record.type !== "CAA") return [];
				const { flags = 0, tag, value } = record.data;
				return [{ flags, tag, value }];
			}),
		leadsHere: async (name) => {
			const answers = await resolve(name, "A").catch(() => []);
			return answers.some((record) => record.type === "A" && record.data === edgeAddress);
		},
	};
}

/** What the two arrangements have in common; `look` finds what there is now. */
type Arrangement = Pick<NameService, "dns" | "edgeAddress" | "flush" | "close"> & {
	look: (question: Pick<Question, "name" | "type">) => Promise<Answered>;
};

async function aloneInTheWorld(options: NameServiceOptions): Promise<Arrangement> {
	return { edgeAddress: "127.0.0.1", ...(await startPublicNames(options)) };
}

async function among({ zones, port, clock }: NameServiceOptions, place: Place): Promise<Arrangement> {
	const host = addressOfSlot(place.slot);
	const dns = await startDns({ sources: [zones], host, port, edgeAddresses: [host], edgeNames: "behind-aliases" });
	const recursor = createRecursor({ roots: [place.root], nameServerPort: port, clock });
	return {
		...{ dns, edgeAddress: host },
		look(question) {
			// What an authority checks it has to see for itself, now.
			recursor.flush();
			return recursor.resolve(question);
		},
		flush: recursor.flush,
		close: dns.close,
	};
}
