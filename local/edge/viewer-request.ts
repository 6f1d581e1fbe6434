import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import { edgeLimits } from "./limits.ts";

/** A name and a value as they were sent; names may repeat. */
export type HeaderLine = readonly [name: string, value: string];

/** A request as CloudFront took it in. */
export interface ViewerRequest {
	/** The name of the TLS handshake, lower case; undefined over plain HTTP. */
	servername: string | undefined;
	clientIp: string;
	httpVersion: string;
	method: string;
	/** The Host as sent. */
	host: string;
	/** The Host by which a distribution is found: lower case, no port, no trailing dot. */
	hostname: string;
	/** Begins with `/`; encoding as sent. */
	path: string;
	/** Without `?`. */
	query: string;
	/** All but Host. */
	headers: HeaderLine[];
	body: Readable;
	hasBody: boolean;
}

/** A request that is answered before any distribution is looked at, and why. */
export interface RefusedRequest {
	refused: 400 | 414;
	because: string;
}

/**
 * Takes a request in as a careful CDN does: what two readers could take for two different hosts is refused, never guessed.
 * Node's parser has refused bad framing by then (two lengths, folded headers, spaces before a colon).
 */
export function readViewerRequest(request: IncomingMessage | Http2ServerRequest): ViewerRequest | RefusedRequest {
	const lines = pairs(request.rawHeaders);
	const hosts = new Set(lines.filter(([name]) => /^(?:host|:authority)$/i.test(name)).map(([, value]) => value));
	// HTTP/2 clients may send both :authority and host, if they agree (RFC 9113 §8.3.1); in HTTP/1.1 a second Host is an error
	// even if it agrees (RFC 9112 §3.2).
	const repeated = request.httpVersionMajor === 1 && lines.filter(([name]) => /^host$/i.test(name)).length > 1;
	const [host] = hosts;
	if (host === undefined || hosts.size > 1 || repeated) return { refused: 400, because: "not exactly one Host" };
	if (!/^[a-z0-9._-]+(?::\d{1,5})?$/i.test(host)) return { refused: 400, because: "not a host name" };
	const target = request.url ?? "";
	if (Buffer.byteLength(host + target) > edgeLimits.urlBytes.value) return { refused: 414, because: "URL too long" };
	if (!/^\/[!"$-~]*$/.test(target)) return { refused: 400, because: "not a path" }; // an absolute-form target names a second host
	const [path = "/", ...query] = target.split("?");
	const headers = lines.filter(([name]) => !/^(?:host$|:)/i.test(name));
	return {
		servername: request.socket instanceof TLSSocket ? servernameOf(request.socket) : undefined,
		clientIp: request.socket.remoteAddress ?? "",
		httpVersion: request.httpVersion,
		method: request.method ?? "GET",
		host,
		hostname: host.toLowerCase().replace(/:.*$/, "").replace(/\.$/, ""),
		path,
		query: query.join("?"),
		headers,
		body: request,
		hasBody: headers.some(
			([name, value]) => /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && value !== "0"),
		),
	};
}

function servernameOf(socket: TLSSocket): string {
	return typeof socket.servername === "string" ? socket.servername.toLowerCase() : "";
}

function pairs(raw: readonly string[]): HeaderLine[] {
	return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}
