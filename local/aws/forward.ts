import { type IncomingHttpHeaders, request as send } from "node:http";
import type { Answer } from "./protocols.ts";

/** A request as it goes over the wire. */
export interface RawRequest {
	method: string;
	/** With its query. */
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/** The answer of another account's front to a request, byte for byte. Rejects when that front is not there, or hangs up. */
export function forward({ method, path, headers, body }: RawRequest, endpoint: string): Promise<Answer<Buffer>> {
	const { host, hostname, port } = new URL(endpoint);
	return new Promise((resolve, reject) => {
		const asking = send({ hostname, port, method, path, headers: { ...headers, host }, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.once("error", reject);
			response.once("end", () => {
				const told = Object.entries(response.headers).flatMap(([name, value]) =>
					value === undefined || hopByHop.has(name) ? [] : [[name, value.toString()]],
				);
				resolve({ status: response.statusCode ?? 502, headers: Object.fromEntries(told), body: Buffer.concat(chunks) });
			});
		});
		asking.once("error", reject);
		asking.end(body);
	});
}

/** Of one connection only (RFC 9110 §7.6.1). */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding"]);
