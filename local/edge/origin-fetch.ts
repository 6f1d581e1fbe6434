import { Agent as HttpAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent, request as secureRequest } from "node:https";
import { isIPv6 } from "node:net";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { checkServerIdentity } from "node:tls";
import { newRequestId } from "./edge-event.ts";
import type { EdgeResult } from "./edge-result.ts";
import type { HeaderLine } from "./viewer-request.ts";

/** IP addresses of a name; rejects or answers none when it does not resolve. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

export type OriginAnswer =
	| { ok: true; status: number; statusText: string; headers: HeaderLine[]; body: Readable }
	/** 502: the origin cannot be reached or trusted; 504: it does not answer in time. */
	| { ok: false; status: 502 | 504; because: string };

export interface OriginFetch {
	fetch(request: ToOrigin, body: Readable | undefined): Promise<OriginAnswer>;
	close(): void;
}

type ToOrigin = Extract<EdgeResult, { kind: "request" }>["request"];

/**
 * Makes the edge's connections to origins: HTTP/1.1, kept alive, names by `lookup`, certificates verified against `authority`
 * (PEM) alone. Its timeouts are of real time, whatever the clock: they belong to sockets.
 */
export function createOriginFetch(lookup: Lookup, authority: string): OriginFetch {
	const agent = new Agent({ keepAlive: true, ca: authority });
	const plainAgent = new HttpAgent({ keepAlive: true });

	return {
		async fetch(request, body) {
			const domainName = (request.origin.custom ?? request.origin.s3)?.domainName ?? "";
			const addresses = await lookup(domainName).catch(() => []);
			if (addresses.length === 0) return { ok: false, status: 502, because: `${domainName} does not resolve` };
			const options = requestOptions(request, addresses);
			return new Promise((resolve) => {
				const outgoing =
					request.origin.custom?.protocol === "http"
						? plainRequest({ ...options, agent: plainAgent })
						: secureRequest({ ...options, ...tlsOptions(request), agent });
				outgoing.once("response", (response) => resolve(answerOf(response)));
				outgoing.once("timeout", () => outgoing.destroy(new OriginTimeout()));
				outgoing.on("error", (error) => {
					resolve({ ok: false, status: error instanceof OriginTimeout ? 504 : 502, because: String(error) });
				});
				if (body)
					pipeline(body, outgoing).catch((error: unknown) =>
						outgoing.destroy(error instanceof Error ? error : undefined),
					);
				else outgoing.end();
			});
		},
		close() {
			agent.destroy();
			plainAgent.destroy();
		},
	};
}

class OriginTimeout extends Error {}

function requestOptions({ method, uri, querystring, headers, origin }: ToOrigin, addresses: readonly string[]) {
	const { domainName, path, customHeaders } = origin.custom ??
		origin.s3 ?? { domainName: "", path: "", customHeaders: {} };
	const all = { ...headers, ...customHeaders, "x-amz-cf-id": [{ key: "X-Amz-Cf-Id", value: newRequestId() }] };
	const resolved = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
	return {
		method,
		hostname: domainName,
		port: origin.custom?.port ?? 443,
		path: `${path}${uri}${querystring === "" ? "" : `?${querystring}`}`,
		headers: Object.fromEntries(
			Object.entries(all).map(([name, values]) => [values[0]?.key ?? name, headerValue(values)]),
		),
		setHost: false,
		timeout: (origin.custom?.readTimeout ?? 30) * 1_000,
		lookup: (
			_name: string,
			options: { all?: boolean | undefined },
			done: (error: null, address: string | typeof resolved, family?: number) => void,
		) => (options.all ? done(null, resolved) : done(null, resolved[0]?.address ?? "", resolved[0]?.family ?? 4)),
	};
}

/** A value that came once is text: Node's HTTP client takes no list for Host. */
function headerValue(values: readonly { value: string }[]): string | string[] {
	const [only, ...others] = values.map(({ value }) => value);
	return only === undefined ? [] : others.length === 0 ? only : [only, ...others];
}

/**
 * The certificate must be for the origin's domain or for the Host that is sent.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html
 */
function tlsOptions({ headers, origin }: ToOrigin) {
	const domainName = (origin.custom ?? origin.s3)?.domainName ?? "";
	const host = headers["host"]?.[0]?.value.replace(/:\d+$/, "") ?? domainName;
	return {
		servername: host,
		minVersion: "TLSv1.2" as const,
		checkServerIdentity: (_servername: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
			checkServerIdentity(domainName, certificate) && checkServerIdentity(host, certificate),
	};
}

// Of one connection only, or said anew by CloudFront: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders
const notPassedOn =
	/^(?:connection|keep-alive|proxy-authenticate|proxy-connection|te|trailer|transfer-encoding|upgrade|via|age|x-cache|x-amz-cf-.*|x-edge-.*)$/i;

function answerOf(response: IncomingMessage): OriginAnswer {
	const raw = response.rawHeaders;
	const headers = raw.flatMap((name, at) =>
		at % 2 === 0 && !notPassedOn.test(name) ? [[name, raw[at + 1] ?? ""] as const] : [],
	);
	return {
		ok: true,
		status: response.statusCode ?? 502,
		statusText: response.statusMessage ?? "",
		headers,
		body: response,
	};
}
