import {
	type CnameLink,
	type DnsReading,
	type Look,
	notAsked,
	type ResolverView,
	seen,
} from "../domain/domain-observations.ts";
import { limits } from "../domain/limits.ts";
import type { DnsServer } from "./dns-query.ts";
import { read, readTxt } from "./dns-reading.ts";

/** What one resolver finds out of a hostname and its proof. Never rejects; takes some seconds at most. */
export async function observeResolver(server: DnsServer, hostname: string, txtName: string): Promise<ResolverView> {
	const manner = "find-out" as const;
	const [a, aaaa, proof] = await Promise.all([
		read(server, { name: hostname, type: "A", manner }),
		read(server, { name: hostname, type: "AAAA", manner }),
		readTxt(server, { name: txtName, manner }),
	]);
	const { address, port } = server;
	// Two resolvers of one address, as on a laptop, are two still.
	const name = port === 53 ? address : `${address}:${port}`;
	return { server: name, a, aaaa, proof, ...(await behindFailure(server, hostname, a)) };
}

/** Why it fails, as far as that can be seen from outside. */
async function behindFailure(
	server: DnsServer,
	name: string,
	{ outcome }: DnsReading,
): Promise<Pick<ResolverView, "unchecked" | "walked">> {
	if (outcome !== "servfail") return { unchecked: notAsked, walked: notAsked };
	const [unchecked, walked] = await Promise.all([
		read(server, { name, type: "A", manner: "find-out-unchecked" }),
		walk(server, name),
	]);
	return { unchecked: seen(unchecked), walked };
}

/** What is left of a look after its first questions. */
const longestWalkMs = 5_000;

/** The CNAMEs, one question each: until there is none, or one comes back, or there are more than resolvers follow. */
async function walk(server: DnsServer, hostname: string): Promise<Look<readonly CnameLink[]>> {
	const chain: CnameLink[] = [];
	let at: string | undefined = hostname;
	const endsMs = Date.now() + longestWalkMs;
	while (Date.now() < endsMs && at !== undefined && chain.length <= limits.cnameChain.value) {
		const { chain: links } = await read(server, { name: at, type: "CNAME", manner: "find-out" });
		const next: CnameLink | undefined = links[0];
		if (!next) break;
		const isBack = chain.some(({ name }) => name === next.name);
		if (isBack) break;
		chain.push(next);
		at = next.target;
	}
	return seen(chain);
}
