import type { Question } from "dns-packet";
import { type Answered, answer } from "./answer.ts";
import { listenForQueries, type QueryListener } from "./listener.ts";
import { edgeZone, staticHosts } from "./memory-zones.ts";
import { mannerOf, reply } from "./packets.ts";
import { canonicalName, type ZoneSource } from "./zone-source.ts";

/** What the DNS server answers from, and where it listens. */
export interface DnsOptions {
	/** Asked in order; among the zones above a name the longest wins, then the first source. */
	sources: readonly ZoneSource[];
	/** `127.0.0.1` unless told. */
	host?: string;
	/** One number for UDP and TCP; 0 takes one that is free for both. */
	port: number;
	/** What `*.cloudfront.net` and every alias to it resolve to; `127.0.0.1` and `::1` unless told. */
	edgeAddresses?: readonly string[];
	/** Whether CloudFront's names are answered to everybody, or only behind the zones' own aliases; to everybody unless told. */
	edgeNames?: "public" | "behind-aliases";
	/** Further names with fixed addresses. */
	hosts?: Record<string, readonly string[]>;
	/** Names that fail on order, when several servers are to share them. */
	failing?: Set<string>;
	/** Answers what would be refused; undefined: not at all. */
	otherwise?: (question: Question, manner: Manner) => Promise<Answered | undefined>;
}

/** What a query wants besides its question. */
export type Manner = ReturnType<typeof mannerOf>;

/** A running DNS server. */
export interface Dns extends QueryListener {
	/** Makes every question that meets this very name fail with SERVFAIL, until it is switched off. */
	setServfail(name: string, on: boolean): void;
	/** What it knows by itself: REFUSED for what is in none of its zones. */
	known(question: Pick<Question, "name" | "type">): Answered;
}

/** Answers over UDP and TCP on one port. Rejects when the port is taken. */
export async function startDns(options: DnsOptions): Promise<Dns> {
	const host = options.host ?? "127.0.0.1";
	const servfail = options.failing ?? new Set<string>();
	const edge = edgeZone(options.edgeAddresses ?? ["127.0.0.1", "::1"]);
	const hosts = staticHosts(options.hosts ?? {});
	const authority =
		options.edgeNames === "behind-aliases"
			? { sources: [...options.sources, hosts], behindAliases: [edge], servfail }
			: { sources: [...options.sources, edge, hosts], servfail };
	const known: Dns["known"] = ({ name, type }) => answer(name, type, authority);
	const { otherwise } = options;
	const listening = await listenForQueries({
		host,
		port: options.port,
		answerTo: (query, transport) =>
			reply(query, transport, async (question) => {
				const answered = known(question);
				return answered.rcode === "REFUSED" && otherwise ? await otherwise(question, mannerOf(query)) : answered;
			}),
	});
	return {
		...{ ...listening, known },
		setServfail(name, on) {
			if (on) servfail.add(canonicalName(name));
			else servfail.delete(canonicalName(name));
		},
	};
}
