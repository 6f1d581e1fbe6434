import type { Answer } from "dns-packet";
import type { CnameLink, DnsOutcome, DnsReading, TxtReading } from "../domain/domain-observations.ts";
import { askServer, type DnsAnswer, type DnsQuestion, type DnsServer, type Patience } from "./dns-query.ts";

/** Of one look among many: it comes again, and somebody may be waiting for it. */
export const shortPatience: Patience = { tries: 2, tryMs: 700 };

/** What a server says of a name's records of one type: addresses, or the names in them. Never rejects. */
export async function read(server: DnsServer, question: DnsQuestion): Promise<DnsReading> {
	return readingOf(await askServer(server, question, shortPatience), question);
}

/** As `read`, with the character strings of TXT records. */
export async function readTxt(server: DnsServer, question: Omit<DnsQuestion, "type">): Promise<TxtReading> {
	const asked = { ...question, type: "TXT" } as const;
	const answer = await askServer(server, asked, shortPatience);
	const { values: _, ...reading } = readingOf(answer, asked);
	return { ...reading, records: recordsIn(answer) };
}

/** The TXT records of an answer, each as its strings; whose name they have is not looked at. */
export function recordsIn(answer: DnsAnswer | undefined): string[][] {
	return (answer?.answers ?? []).flatMap((record) =>
		record.type === "TXT" ? [[record.data].flat().map((string) => string.toString())] : [],
	);
}

/** An answer as domain rules read it. */
export function readingOf(
	answer: DnsAnswer | undefined,
	{ name, type }: Pick<DnsQuestion, "name" | "type">,
): DnsReading {
	if (!answer) return { outcome: "no-answer", chain: [], values: [], ttlSeconds: undefined };
	const chain = chainFrom(name, answer.answers);
	const wanted = answer.answers.filter((record) => record.type === type && type !== "CNAME");
	const values = wanted.flatMap(valueIn);
	const ttlSeconds = wanted.length > 0 ? Math.min(...wanted.map(ttlOf)) : negativeTtl(answer.authorities);
	return { outcome: outcomeOf(answer, chain.length + wanted.length > 0), chain, values, ttlSeconds };
}

function outcomeOf({ rcode }: DnsAnswer, hasRecords: boolean): DnsOutcome {
	switch (rcode) {
		case "NOERROR":
			return hasRecords ? "answer" : "no-data";
		case "NXDOMAIN":
			return "nxdomain";
		case "REFUSED":
			return "refused";
		default:
			return "servfail";
	}
}

/** The CNAMEs in the order of the way, whatever their order in the answer. */
function chainFrom(name: string, records: readonly Answer[]): CnameLink[] {
	const links = records.flatMap((record) =>
		record.type === "CNAME" ? [{ ...linkOf(record.name, record.data), ttlSeconds: record.ttl ?? 0 }] : [],
	);
	const chain: CnameLink[] = [];
	let at = canonical(name);
	for (const _ of links) {
		const next = links.find((link) => link.name === at);
		if (!next) break;
		chain.push(next);
		at = next.target;
	}
	return chain;
}

function linkOf(name: string, target: string) {
	return { name: canonical(name), target: canonical(target) };
}

function valueIn(record: Answer): string[] {
	switch (record.type) {
		case "A":
		case "AAAA":
			return [record.data];
		case "NS":
			return [canonical(record.data)];
		default:
			return [];
	}
}

/** For how long it may be believed that there is nothing (RFC 2308, section 5). */
function negativeTtl(authorities: readonly Answer[]): number | undefined {
	const soa = authorities.find((record) => record.type === "SOA");
	return soa?.type === "SOA" ? Math.min(ttlOf(soa), soa.data.minimum ?? 0) : undefined;
}

function ttlOf(record: Answer): number {
	return "ttl" in record ? (record.ttl ?? 0) : 0;
}

/** Lower case, without the final dot. */
export function canonical(name: string): string {
	return name.toLowerCase().replace(/\.$/, "");
}
