import { lookup as lookUp } from "node:dns";
import { Agent, request } from "node:https";
import type { LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import { optionalSetting } from "./settings.ts";
import { addressIn, reachability } from "./webhook-addresses.ts";

/** What became of a POST: the receiver's status, or why there is none. */
export type PostOutcome = { status: number } | { error: string };

/** Longest time for a receiver to answer, in milliseconds; half of it for the connection. */
export const postTimeoutMs = 10_000;

/**
 * POSTs JSON to a receiver, over verified TLS, following no redirect, and reads no more of the answer than its head. Only public addresses
 * are called, whatever a name resolves to: else whoever registers a URL could reach what only this function can. Rejects only
 * when a setting is wrong.
 */
export async function postWebhook(
	url: string,
	headers: Record<string, string>,
	body: string,
	timeoutMs = postTimeoutMs,
): Promise<PostOutcome> {
	const isReachable = reachability();
	// A literal is not looked up.
	const address = addressIn(url);
	if (address !== undefined && !isReachable(address)) return { error: refusalOf(address) };
	const authority = optionalSetting("EDGE_AUTHORITY");
	return await new Promise((resolve) => {
		const asking = request(
			url,
			{
				method: "POST",
				headers: {
					...{ "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) },
					...{ "user-agent": "Hostmaster", ...headers },
				},
				lookup: lookUpBy(isReachable),
				// Kept by nobody; it asks for all addresses, and tries one after the other.
				agent: new Agent({ autoSelectFamily: true }),
				signal: AbortSignal.timeout(timeoutMs),
				...(authority && { ca: [...rootCertificates, authority] }),
			},
			(response) => {
				// The status says it all; a body without end must not be waited for.
				resolve({ status: response.statusCode ?? 0 });
				response.destroy();
			},
		);
		const connecting = setTimeout(
			() => asking.destroy(new Error(`no connection ${within(timeoutMs / 2)}`)),
			timeoutMs / 2,
		);
		asking.on("socket", (socket) => socket.on("secureConnect", () => clearTimeout(connecting)));
		asking.on("close", () => clearTimeout(connecting));
		asking.on("error", (error) =>
			resolve({ error: error.name === "AbortError" ? `no answer ${within(timeoutMs)}` : error.message }),
		);
		asking.end(body);
	});
}

/** As dns.lookup, but with an error for a name that has an address which must not be called. What it answers is what is connected to. */
function lookUpBy(isReachable: (address: string) => boolean): LookupFunction {
	return (hostname, options, answer) => {
		lookUp(hostname, { ...options, all: true }, (error, addresses) => {
			if (error) return answer(error, []);
			const refused = addresses.find(({ address }) => !isReachable(address));
			if (refused) return answer(new Error(`${hostname}: ${refusalOf(refused.address)}`), []);
			return answer(null, addresses);
		});
	};
}

const refusalOf = (address: string) => `${address} is not a public address`;
const within = (ms: number) => `within ${ms / 1000} s`;
