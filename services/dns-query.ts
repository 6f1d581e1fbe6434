import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type Answer, CHECKING_DISABLED, decode, encode, RECURSION_DESIRED, type RecordType } from "dns-packet";

/** A server to ask. */
export interface DnsServer {
	/** IPv4 or IPv6. */
	address: string;
	port: number;
}

export interface DnsQuestion {
	/** Without the final dot. */
	name: string;
	type: RecordType;
	/**
	 * `find-out`: it is a resolver, and is to ask others. `find-out-unchecked`: without looking at signatures (RFC 4035, section 3.2.2).
	 * `know`: what it says by itself is wanted.
	 */
	manner: "find-out" | "find-out-unchecked" | "know";
}

/** What one server answers, as it stands in its message. */
export interface DnsAnswer {
	/** E.g. `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`. */
	rcode: string;
	/** Whether it speaks with authority (AA). */
	authoritative: boolean;
	answers: Answer[];
	authorities: Answer[];
}

/** How often, and for how long each time, an answer is waited for. */
export interface Patience {
	tries: number;
	tryMs: number;
}

const ordinary: Patience = { tries: 2, tryMs: 2_000 };

/** The longest that a question takes: each try may be cut off over UDP at its end, and then hang over TCP. */
export const longestQuestionMs = 2 * ordinary.tries * ordinary.tryMs;

/**
 * Asks one server one question, over UDP and, when the answer does not fit, over TCP (RFC 7766). Undefined when it does not answer in
 * time, or not to this question: nobody knows then (R9). Never rejects for what comes from outside.
 */
export async function askServer(
	server: DnsServer,
	{ name, type, manner }: DnsQuestion,
	{ tries, tryMs }: Patience = ordinary,
): Promise<DnsAnswer | undefined> {
	for (let attempt = 1; attempt <= tries; attempt++) {
		const id = randomInt(65_536);
		const flags = flagsOf[manner];
		const query = encode({ type: "query", id, flags, questions: [{ name, type }] });
		const read: Read = (bytes) => readAnswer(bytes, id, { name, type });
		const answer = await overUdp(server, query, read, tryMs);
		const whole = answer === "truncated" ? await overTcp(server, query, read, tryMs) : answer;
		if (whole && whole !== "truncated") return whole;
	}
	return undefined;
}

const flagsOf: Readonly<Record<DnsQuestion["manner"], number>> = {
	"find-out": RECURSION_DESIRED,
	"find-out-unchecked": RECURSION_DESIRED | CHECKING_DISABLED,
	know: 0,
};

/** RFC 1035, section 4.1.1, by number. */
const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const rcodeMask = 0xf;

type Reading = DnsAnswer | "truncated" | undefined;
type Read = (bytes: Buffer) => Reading;

/** Undefined for what answers another question, or nothing at all: anybody may send a packet here. */
function readAnswer(bytes: Buffer, id: number, { name, type }: Pick<DnsQuestion, "name" | "type">): Reading {
	try {
		const packet = decode(bytes);
		const [asked] = packet.questions ?? [];
		if (!packet.flag_qr || packet.id !== id || asked?.type !== type) return undefined;
		if (asked.name.toLowerCase() !== name.toLowerCase()) return undefined;
		if (packet.flag_tc) return "truncated";
		return {
			rcode: rcodes[(packet.flags ?? 0) & rcodeMask] ?? "OTHER",
			authoritative: packet.flag_aa,
			answers: packet.answers ?? [],
			authorities: packet.authorities ?? [],
		};
	} catch {
		return undefined;
	}
}

function overUdp({ address, port }: DnsServer, query: Buffer, read: Read, tryMs: number): Promise<Reading> {
	return new Promise((resolve) => {
		const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
		const end = (reading: Reading) => {
			clearTimeout(timer);
			socket.removeAllListeners();
			socket.on("error", () => undefined); // what comes after the end is nobody's concern
			socket.close();
			resolve(reading);
		};
		const timer = setTimeout(() => end(undefined), tryMs);
		socket.once("error", () => end(undefined));
		socket.on("message", (bytes) => {
			const reading = read(bytes);
			if (reading) end(reading);
		});
		// Connected, so that only this server's packets arrive, and a port that is closed shows at once.
		socket.connect(port, address, () => socket.send(query));
	});
}

/** Each message stands behind its length in two octets (RFC 1035, section 4.2.2). */
function overTcp({ address, port }: DnsServer, query: Buffer, read: Read, tryMs: number): Promise<Reading> {
	return new Promise((resolve) => {
		const connection = connect({ host: address, port });
		let received: Buffer = Buffer.alloc(0);
		const end = (reading: Reading) => {
			clearTimeout(timer);
			connection.destroy();
			resolve(reading);
		};
		// Not of silence: a trickle must not hold it for ever.
		const timer = setTimeout(() => end(undefined), tryMs);
		connection.once("connect", () => {
			const length = Buffer.alloc(2);
			length.writeUInt16BE(query.length);
			connection.write(Buffer.concat([length, query]));
		});
		connection.on("data", (chunk) => {
			received = Buffer.concat([received, chunk]);
			if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
			end(read(received.subarray(2, 2 + received.readUInt16BE(0))));
		});
		connection.once("error", () => end(undefined));
		connection.once("close", () => end(undefined));
	});
}
