import type { Answer, Question } from "dns-packet";
import type { Clock } from "../clock.ts";
import type { Answered } from "./answer.ts";
import { askServer } from "./ask.ts";
import { listenForQueries, type QueryListener } from "./listener.ts";
import { mannerOf, reply } from "./packets.ts";
import { wireName } from "./rdata.ts";
import { readAnswer } from "./read-answer.ts";
import { createRecordCache, type Delegation, type Known } from "./record-cache.ts";
import { canonicalName } from "./zone-source.ts";

export interface RecursorOptions {
	/** Addresses of the root's name servers. */
	roots: readonly string[];
	/** Where every name server listens; 53 in the world outside. */
	nameServerPort: number;
	/** What TTLs are counted by. */
	clock: Clock;
	/** For how long one server is waited for; 1,500 ms unless told. */
	timeoutMs?: number;
	/** Which of a zone's servers is asked before the others; the first that its parent names unless told. */
	prefers?: "first" | "last";
}

/** A recursor that fails in some ways. `isChecking`: the client wants signatures looked at (RFC 4035 §3.2.2). */
export type Faulty = (
	resolve: Recursor["resolve"],
) => (question: Pick<Question, "name" | "type">, manner: { isChecking: boolean }) => Promise<Answered>;

/** Finds answers by asking: from the root, or from what it knows still, down through the delegations. */
export interface Recursor {
	/** Never rejects: what cannot be found out is SERVFAIL. */
	resolve(question: Pick<Question, "name" | "type">): Promise<Answered>;
	/** Forgets all that it has learned. */
	flush(): void;
}

/** One client's question, with all that has to be found out for it. */
interface Trip {
	/** How many queries it may cost still. */
	queries: number;
	/** Name servers whose addresses are being looked for: looking for one by itself never ends. */
	searching: Set<string>;
}

const longestChain = 16;
// A resolver in use gives up at about as many: https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html (max-sent-count)
const queriesPerTrip = 32;

/** A recursor with an empty cache. Each server is asked in turn, and once; what is lame or silent leaves the question to the next. */
export function createRecursor(options: RecursorOptions): Recursor {
	const { roots, nameServerPort, clock, timeoutMs = 1_500, prefers = "first" } = options;
	const cache = createRecordCache({ zone: ".", servers: [{ name: ".", addresses: roots }] }, clock);

	/** What the name has of that type, or the CNAME that it has instead; undefined when nobody could say. */
	async function find(name: string, type: Question["type"], trip: Trip): Promise<Known | undefined> {
		const known = cache.known(name, type) ?? cnameOf(name);
		if (known) return known;
		let delegation: Delegation | undefined = cache.closest(name, type);
		while (delegation) {
			const reading = await ask(delegation, name, type, trip);
			if (reading?.kind === "known") {
				cache.learn(name, reading.type, reading.known);
				return reading.known;
			}
			if (reading) cache.learnDelegation(reading.delegation, reading.ttlSeconds);
			// None of the servers serves the zone: its parent may know better by the next question.
			else cache.forgetDelegation(delegation.zone);
			delegation = reading?.delegation;
		}
		return undefined;
	}

	/** A CNAME stands for every type; that there is none says nothing of the others. */
	function cnameOf(name: string): Known | undefined {
		const known = cache.known(name, "CNAME");
		return known?.kind === "records" ? known : undefined;
	}

	/** The first usable answer of the zone's servers; undefined when none of them has one. */
	async function ask({ zone, servers }: Delegation, name: string, type: Question["type"], trip: Trip) {
		const asked = new Set<string>();
		for (const server of prefers === "first" ? servers : servers.toReversed()) {
			const addresses = server.addresses.length > 0 ? server.addresses : await addressesOf(server.name, trip);
			for (const host of addresses) {
				if (asked.has(host)) continue;
				asked.add(host);
				trip.queries -= 1;
				if (trip.queries < 0) return undefined;
				const address = { host, port: nameServerPort };
				const packet = await askServer(address, { name: wireName(name), type }, timeoutMs).catch(() => undefined);
				const reading = packet && readAnswer(packet, zone, name, type);
				if (reading && reading.kind !== "lame") return reading;
			}
		}
		return undefined;
	}

	async function addressesOf(server: string, trip: Trip): Promise<string[]> {
		if (trip.searching.has(server)) return [];
		trip.searching.add(server);
		const { answers } = await follow(server, "A", trip);
		trip.searching.delete(server);
		return answers.flatMap((record) => (record.type === "A" ? [record.data] : []));
	}

	async function follow(asked: string, type: Question["type"], trip: Trip): Promise<Answered> {
		const answers: Answer[] = [];
		let owner = asked;
		for (let link = 0; link < longestChain; link++) {
			const known = await find(canonicalName(owner), type, trip);
			if (!known) return told("SERVFAIL");
			if (known.kind !== "records") {
				const rcode = known.kind === "no-name" ? "NXDOMAIN" : "NOERROR";
				return { ...told(rcode, answers), authorities: known.soa ? [known.soa] : [] };
			}
			// The name keeps the spelling in which it was asked, for clients that check it (0x20).
			answers.push(...known.records.map((record) => ({ ...record, name: owner })));
			const [first] = known.records;
			if (type === "CNAME" || first?.type !== "CNAME") return told("NOERROR", answers);
			owner = first.data;
		}
		return told("SERVFAIL");
	}

	return {
		resolve: ({ name, type }) => follow(name, type, { queries: queriesPerTrip, searching: new Set() }),
		flush: cache.flush,
	};
}

/** A recursor that answers clients over UDP and TCP. Rejects when the port is taken. */
export async function startRecursor(
	options: RecursorOptions & { host: string; port: number; faulty?: Faulty },
): Promise<QueryListener & Pick<Recursor, "flush">> {
	const { resolve, flush } = createRecursor(options);
	const { host, port, faulty } = options;
	const answer = faulty?.(resolve) ?? resolve;
	const listening = await listenForQueries({
		host,
		port,
		answerTo: (query, transport) => reply(query, transport, (question) => answer(question, mannerOf(query))),
	});
	return { ...listening, flush };
}

function told(rcode: Answered["rcode"], answers: Answer[] = []): Answered {
	return { rcode, authoritative: false, recursive: true, answers, authorities: [] };
}
