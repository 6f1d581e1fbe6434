import { request } from "node:https";
import { resolveAddresses } from "../../services/dns-resolver.ts";

/** Whether the edge answered as only ours does. */
export type EdgeSeen = { isOurs: true } | { isOurs: false; because: string };

const patienceMs = 8_000;

/** A label that no tenant can have: domain/reserved-words.ts keeps it. */
const nobody = "hostmaster-edge";

/**
 * Asks a distribution for a hostname that nobody has, over verified TLS: 404 comes only from our own function, which has read the
 * tenant map for it. Throws when no resolver says where the distribution is: nobody knows then (R9).
 */
export async function probeAnyHostname(
	distribution: string,
	platformDomain: string,
	{ port, authority, resolvers }: { port: number; authority: string; resolvers?: string },
): Promise<EdgeSeen> {
	const found = await resolveAddresses(distribution, resolvers);
	if (found.outcome === "no-answer") throw new Error(`Nobody resolves ${distribution} (${found.code}).`);
	const [address] = found.outcome === "found" ? found.addresses : [];
	if (!address) return { isOurs: false, because: "it has no address" };
	const hostname = `${nobody}.${platformDomain}`;
	return new Promise((resolve) => {
		const asking = request(
			{
				...{ host: address, port, servername: hostname, path: "/", headers: { host: hostname }, agent: false },
				signal: AbortSignal.timeout(patienceMs),
				...(authority && { ca: authority }),
			},
			(response) => {
				response.resume();
				const { statusCode = 0 } = response;
				resolve(
					statusCode === 404
						? { isOurs: true }
						: { isOurs: false, because: `it answers ${statusCode} for a name that nobody has` },
				);
			},
		);
		// A certificate that does not fit, a closed port, silence: viewers would see the same.
		asking.on("error", (error) => resolve({ isOurs: false, because: error.message }));
		asking.end();
	});
}
