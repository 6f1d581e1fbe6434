import {
	type Answer,
	AUTHORITATIVE_ANSWER,
	CHECKING_DISABLED,
	type DecodedPacket,
	decode,
	encode,
	type Question,
	RECURSION_AVAILABLE,
	RECURSION_DESIRED,
	TRUNCATED_RESPONSE,
} from "dns-packet";
import type { Answered } from "./answer.ts";

// RFC 1035 §4.1.1; dns-packet has them by name only in what it decodes.
const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };
const opcodeMask = 0x7800;
const classicUdpOctets = 512;
// What fits a path without fragments: https://www.dnsflagday.net/2020/
const ednsUdpOctets = 1232;

const refusal: Answered = { rcode: "REFUSED", authoritative: false, answers: [], authorities: [] };

/** What a query wants, besides its question: that others are asked, that signatures are looked at. */
export function mannerOf(query: Buffer): { wantsRecursion: boolean; isChecking: boolean } {
	const flags = query.readUInt16BE(2);
	return { wantsRecursion: (flags & RECURSION_DESIRED) !== 0, isChecking: (flags & CHECKING_DISABLED) === 0 };
}

/** The answer to one query, as octets; undefined for what deserves none, or gets none from `answerTo`, whose rejection rejects. */
export async function reply(
	query: Buffer,
	transport: "udp" | "tcp",
	answerTo: (question: Question) => Promise<Answered | undefined>,
): Promise<Buffer | undefined> {
	const read = readQuery(query);
	if (!read || "response" in read) return read?.response;
	const outcome = isServed(read.question) ? await answerTo(read.question) : refusal;
	return outcome && printReply(read, outcome, transport);
}

/** A query of one question. */
interface ReadQuery {
	asked: DecodedPacket;
	question: Question;
	/** The UDP payload that the client takes by EDNS; undefined without it. */
	acceptedOctets: number | undefined;
}

/** Reads a query; `response` is what it gets when it cannot be one of ours. */
function readQuery(query: Buffer): ReadQuery | { response: Buffer } | undefined {
	const asked = decoded(query);
	if (asked === undefined || asked === "response") return undefined;
	if (asked === "malformed") return { response: headerOnly(query, rcodes.FORMERR) };
	const question = asked.questions?.[0];
	if ((asked.flags ?? 0) & opcodeMask) return { response: headerOnly(query, rcodes.NOTIMP) };
	if (!question || asked.questions?.length !== 1) return { response: headerOnly(query, rcodes.FORMERR) };
	const edns = asked.additionals?.find((record) => record.type === "OPT");
	return { asked, question, acceptedOctets: edns?.type === "OPT" ? edns.udpPayloadSize : undefined };
}

/** ANY is not worth an amplification: RFC 8482 lets a server refuse it. */
function isServed({ class: kind, type }: Question): boolean {
	return kind === "IN" && String(type) !== "ANY";
}

/** Over UDP the size is bounded by what the client takes: a longer answer is cut to nothing with the TC bit, for another try over TCP. */
function printReply({ asked, acceptedOctets }: ReadQuery, outcome: Answered, transport: "udp" | "tcp"): Buffer {
	const edns = acceptedOctets !== undefined;
	const whole = packet(asked, outcome, { edns, truncated: false });
	const most = Math.max(classicUdpOctets, Math.min(acceptedOctets ?? 0, ednsUdpOctets));
	if (transport === "tcp" || whole.length <= most) return whole;
	return packet(asked, { ...outcome, answers: [], authorities: [], glue: [] }, { edns, truncated: true });
}

const edns: Answer = {
	type: "OPT",
	name: ".",
	udpPayloadSize: ednsUdpOctets,
	extendedRcode: 0,
	ednsVersion: 0,
	flags: 0,
	flag_do: false,
	options: [],
};

function packet(asked: DecodedPacket, outcome: Answered, told: { edns: boolean; truncated: boolean }): Buffer {
	return encode({
		type: "response",
		id: asked.id,
		flags:
			((asked.flags ?? 0) & RECURSION_DESIRED) |
			(outcome.recursive ? RECURSION_AVAILABLE : 0) |
			(outcome.authoritative ? AUTHORITATIVE_ANSWER : 0) |
			(told.truncated ? TRUNCATED_RESPONSE : 0) |
			rcodes[outcome.rcode],
		questions: asked.questions,
		answers: outcome.answers,
		authorities: outcome.authorities,
		additionals: [...(outcome.glue ?? []), ...(told.edns ? [edns] : [])],
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
