import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** How a query is answered, as octets; undefined for one that deserves no answer. */
export type AnswerTo = (query: Buffer, transport: "udp" | "tcp") => Buffer | undefined | Promise<Buffer | undefined>;

/** Something that hears queries. */
export interface QueryListener {
	host: string;
	port: number;
	/** Resolves when both sockets are closed; open TCP connections are cut. Safe to repeat. */
	close(): Promise<void>;
}

/** Hears queries over UDP and TCP on one number; 0 takes one that is free for both. Rejects when it is taken. */
export async function listenForQueries(options: {
	host: string;
	port: number;
	answerTo: AnswerTo;
}): Promise<QueryListener> {
	const { host } = options;
	const answerTo = async (query: Buffer, transport: "udp" | "tcp") => {
		try {
			return await options.answerTo(query, transport);
		} catch (error) {
			// One record that cannot be encoded must not end the server: the client sees a time-out, the operator this line.
			console.error("dns: a query could not be answered", error);
			return undefined;
		}
	};
	const connections = new Set<Socket>();
	let closed = false;
	const { udp, tcp } = await bindBoth(host, options.port);
	udp.on("message", async (query, client) => {
		const response = await answerTo(query, "udp");
		// A client that is gone is no concern of the server's.
		if (response && !closed) udp.send(response, client.port, client.address, () => undefined);
	});
	tcp.on("connection", (connection) => {
		connections.add(connection);
		connection.once("close", () => connections.delete(connection));
		converse(connection, (query) => answerTo(query, "tcp"));
	});
	return {
		host,
		port: udp.address().port,
		async close() {
			if (closed) return;
			closed = true;
			for (const connection of connections) connection.destroy();
			await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))]);
		},
	};
}

const idleMs = 10_000;

/**
 * Queries and answers on one connection, each behind its length in two octets (RFC 1035 §4.2.2); several may come at once,
 * and an answer that takes longer does not hold up the next (RFC 7766 §6.2.1.1).
 */
function converse(connection: Socket, answerTo: (query: Buffer) => Promise<Buffer | undefined>): void {
	let pending: Buffer = Buffer.alloc(0);
	connection.setTimeout(idleMs, () => connection.destroy());
	connection.on("error", () => connection.destroy());
	connection.on("data", (chunk) => {
		pending = Buffer.concat([pending, chunk]);
		while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
			const end = 2 + pending.readUInt16BE(0);
			void answerTo(pending.subarray(2, end)).then(send);
			pending = pending.subarray(end);
		}
	});
	function send(response: Buffer | undefined): void {
		if (!response) return void connection.destroy();
		const length = Buffer.alloc(2);
		length.writeUInt16BE(response.length);
		if (!connection.destroyed) connection.write(Buffer.concat([length, response]));
	}
}

const attempts = 20;

/** UDP first, then TCP on the same number; when the number was free to choose and TCP is taken there, another one. */
async function bindBoth(host: string, port: number): Promise<{ udp: UdpSocket; tcp: Server }> {
	for (let attempt = 1; ; attempt++) {
		const udp = createSocket(host.includes(":") ? "udp6" : "udp4");
		const tcp = createServer();
		try {
			udp.bind(port, host);
			await once(udp, "listening");
			tcp.listen(udp.address().port, host);
			await once(tcp, "listening");
			return { udp, tcp };
		} catch (error) {
			udp.close();
			if (port !== 0 || attempt === attempts) throw error;
		}
	}
}
