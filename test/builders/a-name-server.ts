import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question, TRUNCATED_RESPONSE } from "dns-packet";
import { listenForQueries, type QueryListener } from "../../local/dns/listener.ts";

/** What a server says to a question; `truncated` only over UDP. */
export interface Said {
	rcode?: "NOERROR" | "SERVFAIL" | "NXDOMAIN" | "REFUSED";
	authoritative?: boolean;
	truncated?: boolean;
	answers?: Answer[];
	authorities?: Answer[];
	/** Instead of the question's own. */
	id?: number;
	question?: Question;
}

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** A server over UDP and TCP that says what a test makes it say; nothing when that is undefined. */
export async function aNameServer(
	say: (question: Question, transport: "udp" | "tcp") => Said | undefined,
	{ host = "127.0.0.1", port = 0 } = {},
): Promise<QueryListener & { asked: Question[] }> {
	const asked: Question[] = [];
	const listening = await listenForQueries({
		host,
		port,
		answerTo(query, transport) {
			const { id, questions: [question] = [] } = decode(query);
			if (!question) return undefined;
			asked.push(question);
			const said = say(question, transport);
			if (!said) return undefined;
			const flags = (said.authoritative ? AUTHORITATIVE_ANSWER : 0) | (said.truncated ? TRUNCATED_RESPONSE : 0);
			return encode({
				type: "response",
				id: said.id ?? id,
				flags: flags | rcodes[said.rcode ?? "NOERROR"],
				questions: [said.question ?? question],
				answers: said.answers,
				authorities: said.authorities,
			});
		},
	});
	return { ...listening, asked };
}

const ttl = 60;
export const nsOf = (name: string, servers: readonly string[]): Answer[] =>
	servers.map((data) => ({ type: "NS", name, ttl, data }));
export const addressOf = (name: string, data: string): Answer[] => [{ type: "A", name, ttl, data }];
export const soaOf = (name: string): Answer[] => [
	{
		type: "SOA",
		name,
		ttl,
		data: { mname: "ns.example.net", rname: "a.example.net", serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
	},
];
export const caaOf = (name: string, value: string, tag: "issue" | "issuewild" = "issue"): Answer[] => [
	{ type: "CAA", name, ttl, data: { flags: 0, tag, value } },
];
