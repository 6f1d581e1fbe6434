import { once } from "node:events";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { CertificateAuthority } from "../../local/ca/authority.ts";

/** A POST as a receiver of webhooks sees it: the body is kept as it came, since the signature is over its octets. */
export interface Received {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
}

/** How a receiver answers: a status, or by hand. */
export type Answering = number | ((response: ServerResponse) => void);

/** An https endpoint at `localhost` with a certificate of that authority. It answers in the order of `answers`, the last one for ever. */
export async function aReceiver(authority: CertificateAuthority, ...answers: [Answering, ...Answering[]]) {
	const { chain, key } = await authority.issue(["localhost"], new Date(), new Date());
	const received: Received[] = [];
	const server = createServer({ cert: chain, key }, (request, response) => {
		void buffer(request).then((body) => {
			const answer = answers[Math.min(received.length, answers.length - 1)] ?? 500;
			const { method = "", url: path = "", headers } = request;
			received.push({ method, path, headers, body: body.toString("utf8") });
			if (typeof answer === "number") response.writeHead(answer).end();
			else answer(response);
		});
	});
	// A caller that does not trust us says so here.
	server.on("tlsClientError", () => undefined);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	return {
		received,
		port,
		url: `https://localhost:${port}/hostmaster`,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
export type Receiver = Awaited<ReturnType<typeof aReceiver>>;

/** The headers that a receiver verifies a signature by. */
export function signatureOf({ headers }: Pick<Received, "headers">): Record<string, string> {
	const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
	return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}
