import { Resolver } from "node:dns/promises";
import { optionalSetting } from "./settings.ts";

/** Nothing found is an answer; an error is none. */
export type Addresses =
	| { outcome: "found"; addresses: string[] }
	| { outcome: "not-found" }
	| { outcome: "no-answer"; code: string };

/**
 * What the resolvers (`ip[:port]`, comma list; empty: the machine's) answer for a name's A records; those of RESOLVERS unless others are
 * given.
 */
export async function resolveAddresses(
	hostname: string,
	servers: string = optionalSetting("RESOLVERS"),
): Promise<Addresses> {
	const resolver = new Resolver({ timeout: 2_000, tries: 2 });
	if (servers) resolver.setServers(servers.split(",").map((server) => server.trim()));
	try {
		return { outcome: "found", addresses: await resolver.resolve4(hostname) };
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "EUNKNOWN";
		return code === "ENOTFOUND" || code === "ENODATA" ? { outcome: "not-found" } : { outcome: "no-answer", code };
	}
}
