import { lookup as lookUp } from "node:dns";
import { request } from "node:https";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { optionalSetting } from "./settings.ts";

/** What became of a POST: the receiver's status, or why there is none. */
export type PostOutcome = { status: number } | { error: string };

/** Longest time for a receiver to answer, in milliseconds. */
export const postTimeoutMs = 10_000;

/**
 * POSTs JSON to a receiver, over verified TLS, following no redirect. Only public addresses are called, whatever a name resolves to:
 * else whoever registers a URL could reach what only this function can. Never throws.
 */
export function postWebhook(url: string, headers: Record<string, string>, body: string): Promise<PostOutcome> {
	return new Promise((resolve) => {
		const { hostname } = new URL(url);
		const literal = hostname.replace(/^\[|\]$/g, "");
		if (isIP(literal) !== 0 && !isAllowed(literal)) return resolve({ error: `${literal} is not a public address` });
		const authority = optionalSetting("EDGE_AUTHORITY");
		const asking = request(
			url,
			{
				method: "POST",
				headers: { "content-type": "application/json", "user-agent": "Hostmaster", ...headers },
				lookup: publicLookup,
				agent: false,
				signal: AbortSignal.timeout(postTimeoutMs),
				...(authority && { ca: authority }),
			},
			(response) => {
				// The status says it all; a body without end must not be waited for.
				resolve({ status: response.statusCode ?? 0 });
				response.destroy();
			},
		);
		asking.on("error", (error) =>
			resolve({ error: error.name === "AbortError" ? "no answer within 10 s" : error.message }),
		);
		asking.end(body);
	});
}

/** As dns.lookup, but with an error for a name that has an address which is not public. */
const publicLookup: LookupFunction = (hostname, options, answer) => {
	lookUp(hostname, { ...options, all: true }, (error, addresses) => {
		if (error) return answer(error, []);
		const refused = addresses.find(({ address }) => !isAllowed(address));
		if (refused) return answer(new Error(`${hostname} resolves to ${refused.address}, which is not public`), []);
		const [first] = addresses;
		if (options.all || !first) return answer(null, addresses);
		return answer(null, first.address, first.family);
	});
};

/** True for a public unicast address, and for one of WEBHOOK_NETWORKS (CIDRs, comma list; empty on AWS). */
export function isAllowed(address: string): boolean {
	const parsed = ipaddr.process(address);
	if (parsed.range() === "unicast") return true;
	const networks = optionalSetting("WEBHOOK_NETWORKS").split(",").filter(Boolean);
	return networks.some((network) => {
		const [range, bits] = ipaddr.parseCIDR(network.trim());
		return range.kind() === parsed.kind() && parsed.match(range, bits);
	});
}
