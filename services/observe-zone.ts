import {
	couldNotAsk,
	type DnsOutcome,
	type Look,
	type NameServerView,
	seen,
	type ZoneView,
} from "../domain/domain-observations.ts";
import { askServer, type DnsAnswer, type DnsServer } from "./dns-query.ts";
import { canonical, read, readingOf, readTxt, shortPatience } from "./dns-reading.ts";
import { askAny } from "./public-dns.ts";
import { setting } from "./settings.ts";

/** Asked at most of those that a zone, or the one above it, has: top-level domains have 13. */
const mostServers = 6;

interface ZoneQuestion {
	/** A wildcard with its star. */
	hostname: string;
	txtName: string;
}

/** The names at which a zone may begin, from the hostname up. */
function ancestorsOf(hostname: string): string[] {
	const labels = hostname.replace(/^\*\./, "").split(".");
	return labels.map((_, at) => labels.slice(at).join("."));
}

/** The closest zone above a hostname, how it is delegated, and what each of its servers says. Never rejects. */
export async function observeZone(question: ZoneQuestion): Promise<Look<ZoneView>> {
	const names = ancestorsOf(question.hostname);
	const answers = await Promise.all(names.map((name) => zoneAt(name)));
	const at = answers.findIndex((is) => is.isZone);
	const name = names[at];
	if (name === undefined || answers.slice(0, at).some(({ isZone }) => isZone === undefined)) {
		return await unansweredZone(question, names, answers);
	}
	const above = names[answers.findIndex(({ isZone }, place) => place > at && isZone)];
	return seen(await viewOf(question, name, above));
}

interface ZoneAnswer {
	/** Undefined when nobody knows. */
	isZone: boolean | undefined;
}

/** A zone begins where a name has a SOA of its own. */
async function zoneAt(name: string): Promise<ZoneAnswer> {
	const answer = await askAny({ name, type: "SOA" }, undefined, shortPatience);
	if (!answer) return { isZone: undefined };
	return { isZone: answer.answers.some((record) => record.type === "SOA" && canonical(record.name) === name) };
}

/** No resolver gets an answer from the zone's servers: the zone above still tells which they are. */
async function unansweredZone(question: ZoneQuestion, names: readonly string[], answers: readonly ZoneAnswer[]) {
	const known = answers.findIndex(({ isZone }) => isZone);
	const above = names[known];
	for (let at = known - 1; above !== undefined && at >= 0; at--) {
		const name = names[at] ?? above;
		const delegated = await delegatedServers(name, above);
		if (delegated && delegated.length > 0) return seen(await viewOf(question, name, above));
	}
	return couldNotAsk("no resolver says where the zone begins");
}

async function viewOf(question: ZoneQuestion, name: string, above: string | undefined): Promise<ZoneView> {
	const [delegated, own] = await Promise.all([
		above === undefined ? undefined : delegatedServers(name, above),
		askAny({ name, type: "NS" }, undefined, shortPatience),
	]);
	const named = own ? readingOf(own, { name, type: "NS" }).values : [];
	const all = [...new Set([...(delegated ?? []), ...named])].slice(0, mostServers);
	return {
		name,
		delegated: delegated ? seen(delegated) : couldNotAsk("no server of the zone above answers"),
		servers: await Promise.all(all.map((server) => serverView(server, name, question))),
	};
}

/** The delegation itself, by whichever server of the zone above answers first; undefined when none does. */
async function delegatedServers(name: string, above: string): Promise<readonly string[] | undefined> {
	const known = await askAny({ name: above, type: "NS" }, undefined, shortPatience);
	const servers = known ? readingOf(known, { name: above, type: "NS" }).values.slice(0, mostServers) : [];
	const asking = servers.map(async (server) => {
		const at = await addressOf(server);
		const answer = at && (await askServer(at, { name, type: "NS", manner: "know" }, shortPatience));
		if (answer?.rcode !== "NOERROR") throw new Error("no answer");
		return serversIn(answer, name);
	});
	return await Promise.any(asking).catch(() => undefined);
}

/** A referral has them in its authority section, a server of both zones in its answer. */
function serversIn({ answers, authorities }: DnsAnswer, zone: string): string[] {
	return [...answers, ...authorities].flatMap((record) =>
		record.type === "NS" && canonical(record.name) === zone ? [canonical(record.data)] : [],
	);
}

async function addressOf(server: string): Promise<DnsServer | undefined> {
	const answer = await askAny({ name: server, type: "A" }, undefined, shortPatience);
	const [address] = answer ? readingOf(answer, { name: server, type: "A" }).values : [];
	return address === undefined ? undefined : { address, port: Number(setting("NAME_SERVER_PORT")) };
}

const silence = { outcome: "no-answer" as DnsOutcome, chain: [], ttlSeconds: undefined };
const nothing = {
	...{ a: { ...silence, values: [] }, aaaa: { ...silence, values: [] }, proof: { ...silence, records: [] } },
	...{ nameServers: [], besides: [] },
};

async function serverView(server: string, zone: string, { hostname, txtName }: ZoneQuestion): Promise<NameServerView> {
	const at = await addressOf(server);
	// One without an IPv4 address cannot be asked from here; that is not its fault.
	if (!at) return { server, standing: "silent", ...nothing };
	const manner = "know" as const;
	const [soa, own, a, aaaa, proof, ...others] = await Promise.all([
		askServer(at, { name: zone, type: "SOA", manner }, shortPatience),
		read(at, { name: zone, type: "NS", manner }),
		read(at, { name: hostname, type: "A", manner }),
		read(at, { name: hostname, type: "AAAA", manner }),
		readTxt(at, { name: txtName, manner }),
		...otherTypes.map((type) => askServer(at, { name: hostname, type, manner }, shortPatience)),
	]);
	const besides = otherTypes.filter((type, place) =>
		others[place]?.answers.some((record) => record.type === type && canonical(record.name) === hostname),
	);
	const seenOfName = { server, a, aaaa, proof, nameServers: own.values, besides: hostname === zone ? [] : besides };
	if (!soa) return { ...seenOfName, standing: "silent" };
	const isZone = soa.answers.some((record) => record.type === "SOA" && canonical(record.name) === zone);
	if (soa.rcode === "NOERROR" && soa.authoritative && isZone) return { ...seenOfName, standing: "authoritative" };
	const detail = soa.rcode === "NOERROR" ? "is not authoritative" : `answers ${soa.rcode}`;
	return { ...seenOfName, standing: "lame", detail };
}

/** What people have at a name besides. */
const otherTypes = ["TXT", "MX"] as const;
