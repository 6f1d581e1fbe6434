import type { Answer } from "dns-packet";
import { answerOf } from "./rdata.ts";
import {
	canonicalName,
	isWithin,
	parentName,
	type ServedRecordSet,
	type ServedZone,
	type ZoneSource,
} from "./zone-source.ts";

/** What one question gets. `authoritative` is false for a referral and for what is not ours. */
export interface Answered {
	rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED";
	authoritative: boolean;
	answers: Answer[];
	authorities: Answer[];
	/** Addresses of the name servers that a referral names, as far as the zone holds them. */
	glue?: Answer[];
	/** Whether it was found by asking other servers. */
	recursive?: boolean;
}

/** Where to look, and which names fail on order. */
export interface Authority {
	sources: readonly ZoneSource[];
	/** Zones that only an alias leads to: who asks for their names directly is refused. */
	behindAliases?: readonly ZoneSource[];
	servfail: ReadonlySet<string>;
}

const longestChain = 16;
const aliasTtlSeconds = 60; // Of an alias to CloudFront: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html

/**
 * Answers as the authoritative server of every zone that the sources know, following CNAMEs from one to another. The name asked
 * keeps its spelling, for clients that check it (0x20).
 */
export function answer(asked: string, type: string, authority: Authority): Answered {
	const answers: Answer[] = [];
	let owner = asked;
	for (let link = 0; link < longestChain; link++) {
		const name = canonicalName(owner);
		if (authority.servfail.has(name)) return failed();
		const zone = closestZone(name, type, authority.sources);
		if (!zone) return answers.length > 0 ? found(answers) : refused();
		const cut = delegation(zone, name, type);
		if (cut) {
			const referral = { authorities: cut, glue: glueFor(zone, cut) };
			return { rcode: "NOERROR", authoritative: answers.length > 0, answers, ...referral };
		}
		const sets = matching(zone, name);
		if (!sets) return { ...negative(zone, answers), rcode: "NXDOMAIN" };
		const exact = sets.find((set) => set.type === type);
		if (exact) {
			const resolved = recordsOf(owner, exact, authority);
			if (resolved === "failed") return failed();
			return resolved.length > 0 ? found([...answers, ...resolved]) : negative(zone, answers);
		}
		const cname = sets.find((set) => set.type === "CNAME");
		const target = cname && "values" in cname ? cname.values[0] : undefined;
		if (!cname || !("values" in cname) || target === undefined) return negative(zone, answers);
		answers.push(answerOf(owner, "CNAME", cname.ttlSeconds, target));
		owner = target;
	}
	return failed();
}

/** The zone nearest above the name. A DS is kept by the parent (RFC 4035 §3.1.4.1). */
function closestZone(name: string, type: string, sources: readonly ZoneSource[]): ServedZone | undefined {
	let apex = type === "DS" ? parentName(name) : name;
	for (; apex !== undefined; apex = parentName(apex)) {
		for (const source of sources) {
			const zone = source.zoneAt(apex);
			if (zone) return zone;
		}
	}
	return undefined;
}

/** The NS records of a cut between the zone's apex and the name: a zone that is served somewhere else. */
function delegation(zone: ServedZone, name: string, type: string): Answer[] | undefined {
	const below: string[] = [];
	for (let at: string | undefined = name; at !== undefined && at !== zone.apex; at = parentName(at)) below.unshift(at);
	for (const at of below) {
		if (at === name && type === "DS") return undefined;
		const ns = zone.at(at).find((set) => set.type === "NS");
		if (ns && "values" in ns) return ns.values.map((value) => answerOf(at, "NS", ns.ttlSeconds, value));
	}
	return undefined;
}

/** A name server below the zone cannot be found without its address (RFC 1034 §4.2.1); those elsewhere are found by their names. */
function glueFor(zone: ServedZone, cut: readonly Answer[]): Answer[] {
	return cut.flatMap((record) => {
		if (record.type !== "NS") return [];
		const server = canonicalName(record.data);
		if (!isWithin(server, zone.apex)) return [];
		return zone
			.at(server)
			.flatMap((set) =>
				"values" in set && (set.type === "A" || set.type === "AAAA")
					? set.values.map((value) => answerOf(server, set.type, set.ttlSeconds, value))
					: [],
			);
	});
}

/** What stands at the name, or what a wildcard makes of it (RFC 4592 §3.3); undefined when the name does not exist. */
function matching(zone: ServedZone, name: string): readonly ServedRecordSet[] | undefined {
	const exact = zone.at(name);
	if (exact.length > 0 || name === zone.apex || zone.hasBelow(name)) return exact;
	for (let encloser = parentName(name); encloser && isWithin(encloser, zone.apex); encloser = parentName(encloser)) {
		if (encloser === zone.apex || zone.at(encloser).length > 0 || zone.hasBelow(encloser)) {
			const wildcard = zone.at(`*.${encloser}`);
			return wildcard.length > 0 ? wildcard : undefined;
		}
	}
	return undefined;
}

/** The set's records under `owner`; an alias gives its target's, as its own. */
function recordsOf(owner: string, set: ServedRecordSet, authority: Authority): Answer[] | "failed" {
	if ("values" in set) return set.values.map((value) => answerOf(owner, set.type, set.ttlSeconds, value));
	const sources = [...authority.sources, ...(authority.behindAliases ?? [])];
	const target = answer(set.aliasTo, set.type, { ...authority, sources });
	if (target.rcode === "SERVFAIL") return "failed";
	return target.answers.flatMap((record) =>
		record.type === set.type && "data" in record
			? [{ ...record, name: owner, ttl: Math.min(aliasTtlSeconds, ttlOf(record)) }]
			: [],
	);
}

/** An answer without records carries the SOA, whose TTL says for how long that may be believed (RFC 2308 §3). */
function negative(zone: ServedZone, answers: Answer[]): Answered {
	const soa = zone.at(zone.apex).find((set) => set.type === "SOA");
	const authorities =
		soa && "values" in soa
			? soa.values.map((value) => {
					const minimum = Number(value.split(" ").at(-1));
					return answerOf(zone.apex, "SOA", Math.min(soa.ttlSeconds, minimum), value);
				})
			: [];
	return { rcode: "NOERROR", authoritative: true, answers, authorities };
}

function found(answers: Answer[]): Answered {
	return { rcode: "NOERROR", authoritative: true, answers, authorities: [] };
}

function failed(): Answered {
	return { rcode: "SERVFAIL", authoritative: false, answers: [], authorities: [] };
}

function refused(): Answered {
	return { rcode: "REFUSED", authoritative: false, answers: [], authorities: [] };
}

function ttlOf(record: Answer): number {
	return "ttl" in record ? (record.ttl ?? 0) : 0;
}
