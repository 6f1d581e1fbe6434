import type { Question } from "dns-packet";
import { type Answered, answer } from "../dns/answer.ts";
import { listenForQueries, type QueryListener } from "../dns/listener.ts";
import { reply } from "../dns/packets.ts";
import type { Recursor } from "../dns/recursor.ts";
import { canonicalName } from "../dns/zone-source.ts";
import type { CustomerDns } from "./provider.ts";
import type { Which } from "./zone-views.ts";

/** Where the provider's two name servers are, on the port of DNS; Linux answers all of 127.0.0.0/8 without being told to. */
export const customerServerAddresses = { first: "127.0.53.21", second: "127.0.53.22" } as const;

/** Answers as one of the provider's name servers; undefined: not at all. REFUSED for what is no customer's. */
export type AnswerAsServer = (question: Question) => Promise<Answered | undefined>;

/** `flatten` finds what an ALIAS leads to. */
export function createNameServer(customers: CustomerDns, which: Which, flatten: Recursor["resolve"]): AnswerAsServer {
	const view = customers.viewOf(which);
	const authority = { sources: [view], servfail: new Set<string>() };
	return async (question) => {
		const name = canonicalName(question.name);
		if (customers.faultAt(name, "silent")) return undefined;
		if (customers.faultAt(name, "servfail")) return empty("SERVFAIL");
		const known = answer(question.name, question.type, authority);
		const alias = view.aliasAt(name);
		if (known.rcode === "REFUSED" || !alias || (question.type !== "A" && question.type !== "AAAA")) return known;
		const found = await flatten({ name: alias.target, type: question.type });
		if (found.rcode === "SERVFAIL") return empty("SERVFAIL");
		const answers = found.answers.flatMap((record) =>
			record.type === question.type && "ttl" in record
				? [{ ...record, name: question.name, ttl: Math.min(alias.ttlSeconds, record.ttl ?? 0) }]
				: [],
		);
		return answers.length > 0 ? { ...known, answers, authorities: [] } : known;
	};
}

/** Serves customers' zones at both addresses. Rejects when the port is taken. */
export async function startNameServers(
	customers: CustomerDns,
	{ port, flatten }: { port: number; flatten: Recursor["resolve"] },
): Promise<Pick<QueryListener, "close">> {
	const started = await Promise.allSettled(
		(["first", "second"] as const).map((which) => {
			const answerTo = createNameServer(customers, which, flatten);
			const host = customerServerAddresses[which];
			return listenForQueries({ host, port, answerTo: (query, transport) => reply(query, transport, answerTo) });
		}),
	);
	const running = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
	const close = async () => void (await Promise.all(running.map((one) => one.close())));
	for (const one of started) {
		if (one.status === "fulfilled") continue;
		await close();
		throw one.reason;
	}
	return { close };
}

function empty(rcode: Answered["rcode"]): Answered {
	return { rcode, authoritative: false, answers: [], authorities: [] };
}
