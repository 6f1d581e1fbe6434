import {
	type CnameLink,
	type DnsOutcome,
	type DnsReading,
	type DnsView,
	type DomainObservations,
	type NameServerView,
	notAsked,
	type ResolverView,
	seen,
} from "../../domain/domain-observations.ts";
import { target, token } from "./an-expected-domain.ts";

export const lookedAt = "2026-11-23T12:00:00.000Z";
export const edge = ["192.0.2.1", "2001:db8::1"] as const;

export const link = (name: string, to: string, ttlSeconds = 60): CnameLink => ({ name, target: to, ttlSeconds });
export const nothing = (outcome: DnsOutcome = "no-data", ttlSeconds = 60): DnsReading => ({
	...{ outcome, chain: [], values: [], ttlSeconds },
});
export const addresses = (...values: string[]): DnsReading => ({
	outcome: "answer",
	chain: [],
	values,
	ttlSeconds: 60,
});
export const cname = (to: string, ...values: string[]): DnsReading => ({
	...{ outcome: "answer", chain: [link("shop.acme.com", to)], values, ttlSeconds: 60 },
});
export const texts = (...records: string[]): DnsView["proof"] => ({
	...{ outcome: records.length > 0 ? "answer" : "nxdomain", chain: [], ttlSeconds: 60 },
	records: records.map((text) => [text]),
});

/** A view in which the hostname is a CNAME to the target. */
export const aView = (server: string, more: Partial<DnsView> = {}): DnsView => ({
	server,
	a: cname(target, edge[0]),
	aaaa: cname(target, edge[1]),
	proof: texts(),
	...more,
});
export const aResolver = (server: string, more: Partial<ResolverView> = {}): ResolverView => ({
	...aView(server),
	...{ unchecked: notAsked, walked: notAsked },
	...more,
});
export const aServer = (server: string, more: Partial<NameServerView> = {}): NameServerView => ({
	...aView(server, { a: cname(target), aaaa: cname(target) }),
	...{ standing: "authoritative", nameServers: ["ns1", "ns2"], besides: [] },
	...more,
});

/** Views of all who are asked, alike. */
export function allSee(more: Partial<DnsView>): Pick<DomainObservations, "resolvers" | "zone"> {
	const servers = [aServer("ns1", more), aServer("ns2", more)];
	return {
		resolvers: [aResolver("r1", more), aResolver("r2", more)],
		zone: seen({ name: "acme.com", delegated: seen(["ns1", "ns2"]), servers }),
	};
}

/** A look that sees everything as it is to be, with all that could be asked. */
export function aLook(more: Partial<DomainObservations> = {}): DomainObservations {
	return {
		...{ hostname: "shop.acme.com", at: lookedAt },
		...allSee({}),
		...{ sibling: seen(nothing("nxdomain")), strayProofs: seen([]), doubled: seen(nothing("nxdomain")) },
		caa: seen([]),
		validation: notAsked,
		edgeAddresses: seen(edge),
		addresses: seen([
			{
				address: edge[0],
				tls: seen({
					...{ outcome: "handshake", names: ["shop.acme.com"], notAfter: "2027-05-01T00:00:00.000Z" },
					error: undefined,
				}),
				http: seen({ outcome: "answer", status: 200, tenantId: "ten_1" }),
			},
		]),
		certificate: seen({ status: "ISSUED", failureReason: undefined, notAfter: "2027-05-01T00:00:00.000Z" }),
		cloudFront: seen({
			dns: seen({ status: "valid-configuration" }),
			...{ deployment: "Deployed", domain: "active", conflict: undefined },
		}),
		requestLimit: notAsked,
		...more,
	};
}

/** What stands by an apex whose provider flattens. */
export const flattened: Partial<DnsView> = {
	...{ a: addresses(edge[0]), aaaa: addresses(edge[1]), proof: texts(`hostmaster-verification=${token}`) },
};
