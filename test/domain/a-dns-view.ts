import type { OwnershipViews } from "../../domain/ownership.ts";
import type { OwnershipView } from "../../domain/ownership-evidence.ts";

type Links = readonly (readonly [name: string, target: string])[];
type Outcome = OwnershipView["a"]["outcome"];

/** What stands in DNS: CNAMEs from the hostname on, and the TXT records at the proof's name, each as its strings. */
export interface Standing {
	cname?: Links;
	txt?: readonly (readonly string[])[];
	txtWay?: Links;
	outcome?: Outcome;
}

const linksOf = (links: Links = []) => links.map(([name, target]) => ({ name, target }));

/** What one server says. */
export function aView(server: string, { cname, txt = [], txtWay, outcome }: Standing = {}): OwnershipView {
	const said = (isThere: boolean): Outcome => outcome ?? (isThere ? "answer" : "nxdomain");
	return {
		server,
		a: { outcome: said(cname !== undefined), chain: linksOf(cname) },
		proof: { outcome: said(txt.length > 0), chain: linksOf(txtWay), records: txt },
	};
}

/** The same from two resolvers and two name servers, but for those in `but`. */
export function views(standing: Standing, but: Readonly<Record<string, Standing>> = {}): OwnershipViews {
	const of = (server: string) => aView(server, but[server] ?? standing);
	const nameServers = ["ns1.dns.net", "ns2.dns.net"].map((server) => ({
		...of(server),
		standing: "authoritative" as const,
	}));
	return { resolvers: [of("1.1.1.1"), of("8.8.8.8")], nameServers };
}
