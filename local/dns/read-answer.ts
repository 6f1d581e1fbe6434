import type { Answer, DecodedPacket } from "dns-packet";
import { type Delegation, type Known, recordTtl } from "./record-cache.ts";
import { canonicalName, isWithin } from "./zone-source.ts";

/** What a server's answer is worth to whoever asked it as a server of `zone`. */
export type Reading =
	| { kind: "known"; known: Known; type: string }
	| { kind: "referral"; delegation: Delegation; ttlSeconds: number }
	/** It does not serve the zone, whatever the parent says. */
	| { kind: "lame" };

const rcodeMask = 0xf;
const noError = 0;
const noName = 3;

/**
 * Reads what a server of `zone` answered for (`name`, `type`), both names canonical. Believed is only what is asked for, said with
 * authority, and a referral that leads down: towards the name, from this zone.
 */
export function readAnswer(packet: DecodedPacket, zone: string, name: string, type: string): Reading {
	const rcode = (packet.flags ?? 0) & rcodeMask;
	if (rcode !== noError && rcode !== noName) return { kind: "lame" };
	const authorities = packet.authorities ?? [];
	if (!packet.flag_aa) return referral(packet, authorities, zone, name) ?? { kind: "lame" };
	for (const wanted of [type, "CNAME"]) {
		const records = (packet.answers ?? []).filter((one) => one.type === wanted && canonicalName(one.name) === name);
		if (records.length > 0) return { kind: "known", type: wanted, known: { kind: "records", records } };
	}
	const soa = authorities.find((one) => one.type === "SOA" && isWithin(name, canonicalName(one.name)));
	return { kind: "known", type, known: { kind: rcode === noName ? "no-name" : "no-data", soa: soa && bounded(soa) } };
}

function referral(
	{ additionals = [] }: DecodedPacket,
	authorities: Answer[],
	zone: string,
	name: string,
): Reading | undefined {
	const isBelow = (cut: string) => cut !== zone && isWithin(cut, zone) && isWithin(name, cut);
	const servers = authorities.filter((one) => one.type === "NS" && isBelow(canonicalName(one.name)));
	const [first] = servers;
	if (!first) return undefined;
	const cut = canonicalName(first.name);
	const named = servers.flatMap((one) =>
		one.type === "NS" && canonicalName(one.name) === cut ? [canonicalName(one.data)] : [],
	);
	// Addresses of names outside the zone are not its to give.
	const glue = (server: string) =>
		additionals.flatMap((one) =>
			one.type === "A" && canonicalName(one.name) === server && isWithin(server, zone) ? [one.data] : [],
		);
	return {
		kind: "referral",
		delegation: { zone: cut, servers: named.map((server) => ({ name: server, addresses: glue(server) })) },
		ttlSeconds: Math.min(...servers.map(recordTtl)),
	};
}

/** The SOA with the TTL for which its "no" may be believed (RFC 2308 §5). */
function bounded(soa: Answer): Answer {
	return soa.type === "SOA" ? { ...soa, ttl: Math.min(recordTtl(soa), soa.data.minimum ?? 0) } : soa;
}
