import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { edgeZone, staticHosts } from "./memory-zones.ts";
import { reply } from "./packets.ts";
import { canonicalName, type ZoneSource } from "./zone-source.ts";

/** What the DNS server answers from, and where it listens. */
export interface DnsOptions {
	/** Asked in order; among the zones above a name the longest wins, then the first source. */
	sources: readonly ZoneSource[];
	/** `127.0.0.1` unless told. */
	host?: string;
	/** One number for UDP and TCP; 0 takes one that is free for both. */
	port: number;
	/** What `*.cloudfront.net` and every alias to it resolve to; `127.0.0.1` and `::1` unless told. */
	edgeAddresses?: readonly string[];
	/** Further names with fixed addresses. */
	hosts?: Record<string, readonly string[]>;
}

/** A running DNS server. */
export interface Dns {
	host: string;
	port: number;
	/** Makes every question that meets this very name fail with SERVFAIL, until it is switched off. */
	setServfail(name: string, on: boolean): void;
	/** Resolves when both sockets are closed; open TCP connections are cut. */
	close(): Promise<void>;
}

/** Answers over UDP and TCP on one port. Rejects when the port is taken. */
export async function startDns(options: DnsOptions): Promise<Dns> {
	const host = options.host ?? "127.0.0.1";
	const servfail = new Set<string>();
	const edge = edgeZone(options.edgeAddresses ?? ["127.0.0.1", "::1"]);
	const authority = { sources: [...options.sources, edge, staticHosts(options.hosts ?? {})], servfail };
	const answerTo = (query: Buffer, transport: "udp" | "tcp") => {
		try {
			return reply(query, transport, authority);
		} catch (error) {
			// One record that cannot be encoded must not end the server: the client sees a time-out, the operator this line.
			console.error("dns: a query could not be answered", error);
			return undefined;
		}
	};
	const connections = new Set<Socket>();
	const { udp, tcp } = await bindBoth(host, options.port);
	udp.on("message", (query, client) => {
		const response = answerTo(query, "udp");
		// A client that is gone is no concern of the server's.
		if (response) udp.send(response, client.port, client.address, () => undefined);
	});
	tcp.on("connection", (connection) => {
		connections.add(connection);
		connection.once("close", () => connections.delete(connection));
		converse(connection, (query) => answerTo(query, "tcp"));
	});
	return {
		host,
		port: udp.address().port,
		setServfail(name, on) {
			if (on) servfail.add(canonicalName(name));
			else servfail.delete(canonicalName(name));
		},
		async close() {
			for (const connection of connections) connection.destroy();
			await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))]);
		},
	};
}

const idleMs = 10_000;

/** Queries and answers on one connection, each behind its length in two octets (RFC 1035 §4.2.2); several may come at once. */
function converse(connection: Socket, answerTo: (query: Buffer) => Buffer | undefined): void {
	let pending: Buffer = Buffer.alloc(0);
	connection.setTimeout(idleMs, () => connection.destroy());
	connection.on("error", () => connection.destroy());
	connection.on("data", (chunk) => {
		pending = Buffer.concat([pending, chunk]);
		while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
			const end = 2 + pending.readUInt16BE(0);
			const response = answerTo(pending.subarray(2, end));
			pending = pending.subarray(end);
			if (!response) return void connection.destroy();
			const length = Buffer.alloc(2);
			length.writeUInt16BE(response.length);
			connection.write(Buffer.concat([length, response]));
		}
	});
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
