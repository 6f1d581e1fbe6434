import type { Clock } from "../clock.ts";
import { isWithin, parentName, type ServedRecordSet, type ServedZone, type ZoneSource } from "../dns/zone-source.ts";
import type { Fault } from "./faults.ts";
import type { Held, HeldZone, Memory } from "./memory.ts";
import type { CustomerType } from "./record-values.ts";
import type { RecordRow } from "./tables.ts";

/** Names of the provider's two name servers, at which every customer's zone is. */
export const nameServers = ["ns1.customer-dns.test.", "ns2.customer-dns.test."] as const;

/** Which of two: the first name server or resolver, or the second. */
export type Which = "first" | "second";

/** The zones as one of the name servers has them. */
export interface ZoneViews extends ZoneSource {
	/** The ALIAS that stands at a name. */
	aliasAt(name: string): { target: string; ttlSeconds: number } | undefined;
}

/** The fault of a kind that a canonical name is under; the nearest, if there are several. */
export function faultAt<K extends Fault["kind"]>(
	{ faults }: Held,
	name: string,
	kind: K,
): Extract<Fault, { kind: K }> | undefined {
	for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
		for (const { scope, fault } of faults) if (scope === at && isOf(fault, kind)) return fault;
	}
	return undefined;
}

function isOf<K extends Fault["kind"]>(fault: Fault, kind: K): fault is Extract<Fault, { kind: K }> {
	return fault.kind === kind;
}

/** The zones at one of the name servers: the second learns slow changes later, and may not have a zone at all. */
export function zoneViews(memory: Memory, which: Which, clock: Clock): ZoneViews {
	const recordsAt = (zone: HeldZone, name: string): readonly RecordRow[] => {
		const records = zone.names.get(name) ?? [];
		return which === "first" ? records : asBefore(records, name, memory.now(), clock.now());
	};
	const zoneOf = (name: string): HeldZone | undefined => {
		for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
			const zone = memory.now().zones.get(at);
			if (zone) return zone;
		}
		return undefined;
	};
	return {
		zoneAt(apex) {
			const held = memory.now();
			const zone = held.zones.get(apex);
			const lame = faultAt(held, apex, "lame");
			const isAbsent = lame && (lame.servers === "all" || which === "second");
			return zone && !isAbsent ? servedZone(zone, (name) => recordsAt(zone, name), held) : undefined;
		},
		aliasAt(name) {
			const zone = zoneOf(name);
			const alias = zone && recordsAt(zone, name).find(({ type }) => type === "ALIAS");
			const [target] = alias?.values ?? [];
			return alias && target !== undefined ? { target, ttlSeconds: alias.ttlSeconds } : undefined;
		},
	};
}

/** What the records at a name were, as far as their changes are not known yet: of several changes the first says it. */
function asBefore(records: readonly RecordRow[], name: string, { changes }: Held, nowMs: number): readonly RecordRow[] {
	const before = new Map<CustomerType, RecordRow | undefined>();
	for (const change of changes) {
		if (change.name !== name || change.visibleMs <= nowMs || before.has(change.type)) continue;
		before.set(change.type, change.before && { name, type: change.type, ...change.before });
	}
	if (before.size === 0) return records;
	const others = records.filter(({ type }) => !before.has(type));
	return [...others, ...[...before.values()].filter((record) => record !== undefined)];
}

function servedZone(
	{ row, names }: HeldZone,
	recordsAt: (name: string) => readonly RecordRow[],
	held: Held,
): ServedZone {
	const apex = row.name;
	const soa = `${nameServers[0]} hostmaster.${apex} ${row.serial} 7200 900 1209600 ${row.negativeTtlSeconds}`;
	const isAny = (name: string) => recordsAt(name).length > 0;
	const late = held.changes.map(({ name }) => name);
	return {
		apex,
		at(name) {
			const sets = recordsAt(name).flatMap(served);
			if (name !== apex) return sets;
			const own: ServedRecordSet[] = [{ type: "SOA", ttlSeconds: row.negativeTtlSeconds, values: [soa] }];
			if (!sets.some(({ type }) => type === "NS")) own.push({ type: "NS", ttlSeconds: 300, values: nameServers });
			return [...own, ...sets];
		},
		hasBelow: (name) =>
			[...names.keys(), ...late].some((other) => other !== name && isWithin(other, name) && isAny(other)),
	};
}

/** An ALIAS is a name's addresses, which whoever serves it asks for; here it only says that the name exists. */
function served({ type, ttlSeconds, values }: RecordRow): ServedRecordSet[] {
	if (type !== "ALIAS") return [{ type, ttlSeconds, values }];
	const aliasTo = values[0] ?? ".";
	return [
		{ type: "A", aliasTo },
		{ type: "AAAA", aliasTo },
	];
}
