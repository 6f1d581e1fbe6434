import { amazonAuthorities, judgeCaa } from "../../domain/caa.ts";
import { delegationDiagnoses } from "../../domain/delegation-diagnosis.ts";
import { type Diagnosis, fault } from "../../domain/diagnosis.ts";
import { caaClimb, type DnsPlace, delegatedViews, publicViews, serverViews } from "../../services/public-dns.ts";

/** Whether the world finds a zone: asked of the servers of the zone `above`, of the resolvers, and of every server that is listed. */
export async function lookAtDelegation(
	{ name, nameServers, above }: { name: string; nameServers: readonly string[]; above?: string | undefined },
	dns: DnsPlace,
): Promise<Diagnosis[]> {
	const [resolvers, delegated] = await Promise.all([
		publicViews(name, dns),
		above ? delegatedViews(name, above, dns) : [],
	]);
	const told = [...resolvers, ...delegated].flatMap(({ servers }) => servers.map(withoutDot));
	const listed = [...new Set([...nameServers.map(withoutDot), ...told])];
	const servers = await serverViews(name, listed, dns);
	return delegationDiagnoses(name, nameServers, { above: delegated, resolvers, servers });
}

function withoutDot(server: string): string {
	return server.toLowerCase().replace(/\.$/, "");
}

/** Whether Amazon may issue for a hostname. */
export async function lookAtCaa(hostname: string, dns: DnsPlace): Promise<Diagnosis[]> {
	const climb = await caaClimb(hostname, dns);
	if (!climb) throw new Error("No resolver answers for CAA.");
	const judgement = judgeCaa(hostname, climb, amazonAuthorities);
	if (judgement.permitted) return [];
	const { name, because, remedy } = judgement;
	return [fault(`${name}'s CAA records forbid a certificate for ${hostname}: ${because}.`, `${remedy}.`)];
}
