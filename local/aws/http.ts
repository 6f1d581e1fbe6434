import type { IncomingMessage, Server } from "node:http";

/** A listener that answers. */
export interface Listening {
	/** E.g. `http://127.0.0.1:4567`, without a slash at its end. */
	url: string;
	port: number;
	/** Stops listening and cuts the connections that are open. */
	close(): Promise<void>;
}

/** Listens; port 0 takes a free one. Rejects with the system's error, e.g. `EADDRINUSE`. */
export function listen(server: Server, host: string, port: number): Promise<Listening> {
	// Longer than clients keep a connection that nobody uses: one that a busy machine is late to use would be cut under a request.
	server.keepAliveTimeout = 65_000;
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, () => {
			server.off("error", reject);
			const address = server.address();
			const taken = typeof address === "object" && address ? address.port : port;
			resolve({ url: `http://${host}:${taken}`, port: taken, close: () => closed(server) });
		});
	});
}

function closed(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}

/** The request's body; undefined as soon as it is longer than `limitBytes`. The rest is not kept then. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request) {
		const bytes = Buffer.from(chunk);
		length += bytes.length;
		if (length <= limitBytes) chunks.push(bytes);
	}
	return length > limitBytes ? undefined : Buffer.concat(chunks);
}
