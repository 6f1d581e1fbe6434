import {
	AUTHORITATIVE_ANSWER,
	type DecodedPacket,
	decode,
	encode,
	RECURSION_DESIRED,
	TRUNCATED_RESPONSE,
} from "dns-packet";
import { type Answered, type Authority, answer } from "./answer.ts";

// RFC 1035 §4.1.1; dns-packet has them by name only in what it decodes.
const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };
const opcodeMask = 0x7800;
const classicUdpOctets = 512;
// What fits a path without fragments: https://www.dnsflagday.net/2020/
const ednsUdpOctets = 1232;

/**
 * The answer to one query, as octets; undefined for what deserves none. Over UDP its size is bounded by what the client takes:
 * a longer one is cut to nothing with the TC bit set, so that the client asks again over TCP.
 */
export function reply(query: Buffer, transport: "udp" | "tcp", authority: Authority): Buffer | undefined {
	const asked = decoded(query);
	if (asked === undefined || asked === "response") return undefined;
	if (asked === "malformed") return headerOnly(query, rcodes.FORMERR);
	const question = asked.questions?.[0];
	if ((asked.flags ?? 0) & opcodeMask) return headerOnly(query, rcodes.NOTIMP);
	if (!question || asked.questions?.length !== 1) return headerOnly(query, rcodes.FORMERR);
	const edns = asked.additionals?.find((record) => record.type === "OPT");
	const accepted = edns?.type === "OPT" ? Math.min(edns.udpPayloadSize, ednsUdpOctets) : 0;
	// ANY is not worth an amplification: RFC 8482 lets a server refuse it.
	const answered =
		question.class === "IN" && String(question.type) !== "ANY"
			? answer(question.name, question.type, authority)
			: undefined;
	const outcome: Answered = answered ?? { rcode: "REFUSED", authoritative: false, answers: [], authorities: [] };
	const whole = packet(asked, outcome, { edns: edns !== undefined, truncated: false });
	if (transport === "tcp" || whole.length <= Math.max(classicUdpOctets, accepted)) return whole;
	return packet(asked, { ...outcome, answers: [], authorities: [] }, { edns: edns !== undefined, truncated: true });
}

function packet(
	asked: DecodedPacket,
	outcome: Answered,
	{ edns, truncated }: { edns: boolean; truncated: boolean },
): Buffer {
	return encode({
		type: "response",
		id: asked.id,
		flags:
			((asked.flags ?? 0) & RECURSION_DESIRED) |
			(outcome.authoritative ? AUTHORITATIVE_ANSWER : 0) |
			(truncated ? TRUNCATED_RESPONSE : 0) |
			rcodes[outcome.rcode],
		questions: asked.questions,
		answers: outcome.answers,
		authorities: outcome.authorities,
		additionals: edns
			? [
					{
						type: "OPT",
						name: ".",
						udpPayloadSize: ednsUdpOctets,
						extendedRcode: 0,
						ednsVersion: 0,
						flags: 0,
						flag_do: false,
						options: [],
					},
				]
			: [],
	});
}

/** Undefined for what is too short to be answered at all. */
function decoded(query: Buffer): DecodedPacket | "malformed" | "response" | undefined {
	if (query.length < 12) return undefined;
	try {
		const packet = decode(query);
		return packet.flag_qr ? "response" : packet;
	} catch {
		return "malformed";
	}
}

/** The query's id and nothing else, for what could not be read. */
function headerOnly(query: Buffer, rcode: number): Buffer {
	const header = Buffer.alloc(12);
	query.copy(header, 0, 0, 2);
	header.writeUInt16BE(0x8000 | (query.readUInt16BE(2) & (opcodeMask | RECURSION_DESIRED)) | rcode, 2);
	return header;
}
