import { isIPv6 } from "node:net";
import { type CaaLevel, climbOf } from "../domain/caa.ts";
import type { PublicView, ServerView } from "../domain/delegation.ts";
import { askServer, type DnsAnswer, type DnsQuestion, type DnsServer, type Patience } from "./dns-query.ts";
import { optionalSetting, setting } from "./settings.ts";

/** Asked where nobody names others: of three operators, so that two can agree when one remembers what was. */
const publicResolvers = "1.1.1.1,8.8.8.8,9.9.9.9";

/** Where DNS is asked. */
export interface DnsPlace {
	/** `ip[:port]`, comma list; empty: the public ones. */
	readonly resolvers: string;
	/** Of name servers. */
	readonly nameServerPort: string;
}

/** A function's own: RESOLVERS and NAME_SERVER_PORT, read when they are needed. */
const ownPlace: DnsPlace = {
	get resolvers() {
		return optionalSetting("RESOLVERS");
	},
	get nameServerPort() {
		return setting("NAME_SERVER_PORT");
	},
};

/** The resolvers of a place. */
export function resolvers(at: DnsPlace = ownPlace): DnsServer[] {
	const list = at.resolvers || publicResolvers;
	return list.split(",").map((text) => {
		const trimmed = text.trim();
		const [address = trimmed, port = "53"] = isIPv6(trimmed) ? [trimmed] : trimmed.split(":");
		return { address, port: Number(port) };
	});
}

/** What each resolver says of a zone's name servers. */
export async function publicViews(zone: string, at: DnsPlace = ownPlace): Promise<PublicView[]> {
	return await Promise.all(
		resolvers(at).map(async (server): Promise<PublicView> => {
			const answer = await askServer(server, { name: zone, type: "NS", manner: "find-out" });
			const resolver = server.address;
			if (!answer || !isKnown(answer)) return { resolver, outcome: "no-answer", servers: [] };
			const servers = answer.answers.flatMap((record) => (record.type === "NS" ? [record.data] : []));
			return { resolver, outcome: servers.length > 0 ? "found" : "none", servers };
		}),
	);
}

/**
 * What the servers of the zone above say of a zone's name servers: the delegation itself. Resolvers pass on what the zone says of
 * itself (RFC 2181, section 5.4.1), which hides a server too many above. `none` is said with authority only: who is lame, or refers to
 * the servers of a name between or of the root, knows nothing of this one.
 */
export async function delegatedViews(zone: string, above: string, at: DnsPlace = ownPlace): Promise<PublicView[]> {
	const known = await askAny({ name: above, type: "NS" }, at);
	const servers = known?.answers.flatMap((record) => (record.type === "NS" ? [withoutDot(record.data)] : [])) ?? [];
	const port = Number(at.nameServerPort);
	return await Promise.all(
		servers.map(async (resolver): Promise<PublicView> => {
			const found = await askAny({ name: resolver, type: "A" }, at);
			const [address] = found?.answers.flatMap((record) => (record.type === "A" ? [record.data] : [])) ?? [];
			const answer = address && (await askServer({ address, port }, { name: zone, type: "NS", manner: "know" }));
			if (!answer || !isKnown(answer)) return { resolver, outcome: "no-answer", servers: [] };
			const all = [...answer.answers, ...answer.authorities];
			const told = all.flatMap((record) =>
				record.type === "NS" && record.name.toLowerCase() === zone.toLowerCase() ? [record.data] : [],
			);
			if (told.length > 0) return { resolver, outcome: "found", servers: told };
			return { resolver, outcome: answer.authoritative ? "none" : "no-answer", servers: [] };
		}),
	);
}

/** What each of the name servers says of the zone, asked at its own addresses, at the place's port. */
export async function serverViews(
	zone: string,
	servers: readonly string[],
	at: DnsPlace = ownPlace,
): Promise<ServerView[]> {
	const port = Number(at.nameServerPort);
	return await Promise.all(
		servers.map(async (server): Promise<ServerView> => {
			const found = await askAny({ name: withoutDot(server), type: "A" }, at);
			// Nobody could say: that is not the server's fault.
			if (!found) return { server, outcome: "no-answer" };
			const addresses = found.answers.flatMap((record) => (record.type === "A" ? [record.data] : []));
			if (addresses.length === 0) return { server, outcome: "lame", detail: "has no address" };
			const views = await Promise.all(addresses.map((address) => serverView(server, { address, port }, zone)));
			// Resolvers ask any of them.
			return views.find(({ outcome }) => outcome !== "authoritative") ?? { server, outcome: "authoritative" };
		}),
	);
}

async function serverView(server: string, at: DnsServer, zone: string): Promise<ServerView> {
	const answer = await askServer(at, { name: zone, type: "SOA", manner: "know" });
	if (!answer) return { server, outcome: "no-answer" };
	if (answer.rcode !== "NOERROR") return { server, outcome: "lame", detail: `answers ${answer.rcode}` };
	const knows = answer.authoritative && answer.answers.some(({ type }) => type === "SOA");
	return knows ? { server, outcome: "authoritative" } : { server, outcome: "lame", detail: "is not authoritative" };
}

/** What stands of CAA at a hostname and above it, in the order of `climbOf`; undefined when nobody can say of some name (R9). */
export async function caaClimb(
	hostname: string,
	at: DnsPlace = ownPlace,
	patience?: Patience,
): Promise<CaaLevel[] | undefined> {
	const levels = await Promise.all(
		climbOf(hostname).map(async (name): Promise<CaaLevel | undefined> => {
			const answer = await askAny({ name, type: "CAA" }, at, patience);
			const records = answer?.answers.flatMap((record) => (record.type === "CAA" ? [record.data] : []));
			return records && { name, records: records.map(({ flags = 0, tag, value }) => ({ flags, tag, value })) };
		}),
	);
	const unknown = levels.indexOf(undefined);
	const known = levels.filter((level) => level !== undefined);
	// Above the first that has records nothing counts.
	const deciding = levels.findIndex((level) => level && level.records.length > 0);
	return unknown === -1 || (deciding !== -1 && deciding < unknown) ? known : undefined;
}

/** The first answer among all resolvers' that is one; undefined when there is none. */
export async function askAny(
	question: Omit<DnsQuestion, "manner">,
	at: DnsPlace = ownPlace,
	patience?: Patience,
): Promise<DnsAnswer | undefined> {
	const asking = resolvers(at).map(async (server) => {
		const answer = await askServer(server, { ...question, manner: "find-out" }, patience);
		if (!answer || !isKnown(answer)) throw new Error("no answer");
		return answer;
	});
	return await Promise.any(asking).catch(() => undefined);
}

/** 'There is no such name' is an answer; SERVFAIL and REFUSED are none. */
function isKnown({ rcode }: DnsAnswer): boolean {
	return rcode === "NOERROR" || rcode === "NXDOMAIN";
}

function withoutDot(name: string): string {
	return name.replace(/\.$/, "");
}
