import type { Clock } from "../clock.ts";
import type { Registration } from "../dns/registry-zones.ts";
import { isWithin } from "../dns/zone-source.ts";
import type { Store } from "../store.ts";
import { type Fault, printFault, readFault } from "./faults.ts";
import { type HeldZone, openMemory } from "./memory.ts";
import { readOwner, readTarget, shown } from "./names.ts";
import { type CustomerType, isSingle, readType, readValue } from "./record-values.ts";
import { Refused } from "./refused.ts";
import { conflictOf } from "./rules.ts";
import type { CustomerTables, RecordRow } from "./tables.ts";
import { faultAt, nameServers, type Which, type ZoneViews, zoneViews } from "./zone-views.ts";

/** What a record is to be, as it was typed. */
export interface RecordOrder {
	name: string;
	type: string;
	/** In presentation form, or as people write it. */
	values: readonly string[];
	/** 60 unless told. */
	ttlSeconds?: number | undefined;
	/** Set it although no provider would: mistakes have to be shown, too. */
	force?: boolean | undefined;
	/** The zone that it is meant for; any unless told. */
	zone?: string | undefined;
}

/** A zone for people and programs: names without the final dot. */
export interface ZoneView {
	name: string;
	/** To whom the registry delegates it. */
	delegatedTo: readonly string[];
	/** For so long resolvers believe that there is nothing. */
	negativeTtlSeconds: number;
	records: { name: string; type: CustomerType; ttlSeconds: number; values: readonly string[] }[];
}

/** Customers' zones at their DNS provider, and what goes wrong with them on order. What refuses throws Refused. */
export interface CustomerDns {
	/** Replaces what stands at the name of that type; the first record makes the zone. */
	set(order: RecordOrder): {
		zone: string;
		name: string;
		type: CustomerType;
		ttlSeconds: number;
		values: readonly string[];
	};
	/** Takes a name's records away, of one type or all; answers which. */
	remove(name: string, type?: string): { name: string; types: CustomerType[] };
	/** Takes a zone away with all that is in it, as when its domain is given up. */
	removeZone(name: string): { zone: string };
	/** Changes what a zone is like; `delegatedTo`: the registry's name servers of it, empty for the provider's own. */
	setZone(
		name: string,
		to: { negativeTtlSeconds?: number | undefined; delegatedTo?: readonly string[] | undefined },
	): ZoneView;
	setFault(name: string, fault: string, on: boolean): { name: string; fault: string; on: boolean };
	/** All zones, or the one that a name is in. */
	zones(name?: string): ZoneView[];
	faults(): { name: string; fault: string }[];
	/** The fault of that kind that a canonical name is under. */
	faultAt<K extends Fault["kind"]>(name: string, kind: K): Extract<Fault, { kind: K }> | undefined;
	/** What one of the two name servers answers from. */
	viewOf(which: Which): ZoneViews;
	/** As registries have them. */
	registrations(): Registration[];
}

const ordinaryTtlSeconds = 60;
/** Short, since somebody watches; others give 300 to 3,600. */
const ordinaryNegativeTtlSeconds = 10;
const longestTtlSeconds = 604_800;
/** Of a key that nobody has. */
const strayDigest = `4711 13 2 ${"ab".repeat(32)}`;

/** Opens the provider over the store of the embedded cloud. */
export function openCustomerDns(store: Store, clock: Clock): CustomerDns {
	const memory = openMemory(store);

	/** Writes one change to a set of records, and lets the second name server hear of it later when it is slow. */
	function change(
		tables: CustomerTables,
		zone: string,
		name: string,
		type: CustomerType,
		after: RecordRow | undefined,
	): void {
		const held = memory.now();
		const before = held.zones
			.get(zone)
			?.names.get(name)
			?.find((record) => record.type === type);
		const slow = faultAt(held, name, "slow");
		const nowMs = clock.now();
		if (slow) tables.addChange({ name, type, before, visibleMs: nowMs + 1_000 * slow.seconds }, nowMs);
		if (after) tables.putRecord(zone, after);
		else tables.dropRecord(name, type);
		const row = held.zones.get(zone)?.row ?? newZone(zone);
		tables.putZone({ ...row, serial: row.serial + 1 });
	}

	function heldZone(text: string): HeldZone {
		const { zone } = readOwner(text);
		const held = memory.now().zones.get(zone);
		if (held) return held;
		throw new Refused(`There is no zone ${shown(zone)}: the first record in it makes it.`, 404);
	}

	return {
		set({ force = false, ...order }) {
			const { name, zone } = readOwner(order.name);
			if (order.zone !== undefined && readOwner(order.zone).zone !== zone) {
				throw new Refused(`${shown(name)} is not in the zone ${order.zone}: it is in ${shown(zone)}.`);
			}
			const type = readType(order.type);
			const record: RecordRow = {
				name,
				type,
				ttlSeconds: ttlIn(order.ttlSeconds),
				values: valuesIn(type, order.values),
			};
			const standing = memory.now().zones.get(zone)?.names.get(name) ?? [];
			const conflict = force ? undefined : conflictOf(record, zone, standing);
			if (conflict !== undefined) throw new Refused(conflict, 409);
			memory.write(zone, (tables) => change(tables, zone, name, type, record));
			return { ...record, zone: shown(zone), name: shown(name) };
		},
		remove(text, typed) {
			const { name, zone } = readOwner(text);
			const type = typed === undefined ? undefined : readType(typed);
			const standing = memory.now().zones.get(zone)?.names.get(name) ?? [];
			const gone = standing.filter((record) => type === undefined || record.type === type).map((record) => record.type);
			if (gone.length === 0) {
				const others = standing.map((record) => record.type).join(" and ");
				throw new Refused(`${shown(name)} has no ${type ?? "records"}${others && `; it has ${others}`}.`, 404);
			}
			memory.write(zone, (tables) => {
				for (const one of gone) change(tables, zone, name, one, undefined);
			});
			return { name: shown(name), types: gone };
		},
		removeZone(text) {
			const { row, names } = heldZone(text);
			memory.write(row.name, (tables) => {
				for (const record of [...names.values()].flat()) tables.dropRecord(record.name, record.type);
				for (const { name } of memory.now().changes) if (isWithin(name, row.name)) tables.dropChangesOf(name);
				tables.dropZone(row.name);
			});
			return { zone: shown(row.name) };
		},
		setZone(text, to) {
			const { row } = heldZone(text);
			const delegated = to.delegatedTo?.map(readTarget) ?? row.delegated;
			const negativeTtlSeconds = ttlIn(to.negativeTtlSeconds ?? row.negativeTtlSeconds);
			const serial = row.serial + 1;
			memory.write(row.name, (tables) =>
				tables.putZone({ ...row, serial, negativeTtlSeconds, delegated: delegated?.length ? delegated : null }),
			);
			return viewOf(heldZone(text));
		},
		setFault(text, typed, on) {
			const { name, zone } = readOwner(text);
			const fault = readFault(typed);
			if (fault.kind === "lame" && name !== zone) {
				throw new Refused(`A name server has a whole zone or has it not: order '${typed}' for ${shown(zone)}.`);
			}
			memory.write(zone, (tables) => {
				if (on) tables.putFault({ scope: name, fault });
				else tables.dropFault(name, fault.kind);
				// What was late is known at once when nothing is slow any more.
				if (fault.kind !== "slow" || on) return;
				for (const late of memory.now().changes) if (isWithin(late.name, name)) tables.dropChangesOf(late.name);
			});
			return { name: shown(name), fault: printFault(fault), on };
		},
		zones(text) {
			if (text !== undefined) return [viewOf(heldZone(text))];
			const byName = [...memory.now().zones.values()].sort((one, other) => (one.row.name < other.row.name ? -1 : 1));
			return byName.map(viewOf);
		},
		faults: () => memory.now().faults.map(({ scope, fault }) => ({ name: shown(scope), fault: printFault(fault) })),
		faultAt: (name, kind) => faultAt(memory.now(), name, kind),
		viewOf: (which) => zoneViews(memory, which, clock),
		registrations: () =>
			[...memory.now().zones.values()].map(({ row: { name, delegated } }) => ({
				...{ name, nameServers: delegated ?? nameServers },
				...(faultAt(memory.now(), name, "dnssec") && { ds: [strayDigest] }),
			})),
	};
}

function newZone(name: string) {
	return { name, serial: 0, negativeTtlSeconds: ordinaryNegativeTtlSeconds, delegated: null };
}

function viewOf({ row, names }: HeldZone): ZoneView {
	return {
		name: shown(row.name),
		delegatedTo: (row.delegated ?? nameServers).map(shown),
		negativeTtlSeconds: row.negativeTtlSeconds,
		records: [...names.values()].flat().map((record) => ({ ...record, name: shown(record.name) })),
	};
}

function ttlIn(seconds: number = ordinaryTtlSeconds): number {
	if (Number.isInteger(seconds) && seconds >= 0 && seconds <= longestTtlSeconds) return seconds;
	throw new Refused(`A TTL is 0 to ${longestTtlSeconds} whole seconds, not ${seconds}.`);
}

function valuesIn(type: CustomerType, texts: readonly string[]): string[] {
	const values = [...new Set(texts.map((text) => readValue(type, text)))];
	if (values.length === 0) throw new Refused(`A record of type ${type} needs a value.`);
	if (isSingle(type) && values.length > 1) throw new Refused(`A name has one ${type}, not ${values.length}.`);
	return values;
}
