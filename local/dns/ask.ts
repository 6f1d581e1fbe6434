import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type DecodedPacket, decode, encode, type Question } from "dns-packet";

/** A name server's address. */
export interface ServerAddress {
	host: string;
	port: number;
}

/** What one server answers, over UDP and, when it does not fit there, over TCP. Rejects when it is not there, late or not readable. */
export async function askServer(server: ServerAddress, question: Question, timeoutMs: number): Promise<DecodedPacket> {
	const id = randomInt(65_536);
	const query = encode({ type: "query", id, flags: 0, questions: [question] });
	const first = decode(await overUdp(server, query, timeoutMs));
	return first.flag_tc ? decode(await overTcp(server, query, timeoutMs)) : first;
}

/** The server's next packet of this query's id. A socket that is connected hears at once that nobody listens. */
function overUdp({ host, port }: ServerAddress, query: Buffer, timeoutMs: number): Promise<Buffer> {
	const socket = createSocket("udp4");
	return new Promise<Buffer>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`${host} port ${port} does not answer.`)), timeoutMs);
		socket.once("close", () => clearTimeout(timer));
		socket.once("error", reject);
		socket.on("message", (message) => {
			if (message.subarray(0, 2).equals(query.subarray(0, 2))) resolve(message);
		});
		socket.connect(port, host, () => socket.send(query));
	}).finally(() => socket.close());
}

function overTcp({ host, port }: ServerAddress, query: Buffer, timeoutMs: number): Promise<Buffer> {
	const connection = connect({ host, port });
	return new Promise<Buffer>((resolve, reject) => {
		const length = Buffer.alloc(2);
		length.writeUInt16BE(query.length);
		connection.write(Buffer.concat([length, query]));
		let received: Buffer = Buffer.alloc(0);
		connection.setTimeout(timeoutMs, () => reject(new Error(`${host} port ${port} does not answer over TCP.`)));
		connection.once("error", reject);
		connection.once("end", () => reject(new Error(`${host} port ${port} hung up.`)));
		connection.on("data", (chunk) => {
			received = Buffer.concat([received, chunk]);
			if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) resolve(received.subarray(2));
		});
	}).finally(() => connection.destroy());
}
