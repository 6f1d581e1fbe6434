import type { Store } from "../store.ts";
import { inTransaction } from "../store.ts";
import {
	type ChangeRow,
	type CustomerTables,
	customerTables,
	type FaultRow,
	type RecordRow,
	type ZoneRow,
} from "./tables.ts";

/** A zone with its records by name. */
export interface HeldZone {
	row: ZoneRow;
	names: ReadonlyMap<string, readonly RecordRow[]>;
}

/** All that the provider holds, as the store has it: read once, and again after each write. */
export interface Held {
	zones: ReadonlyMap<string, HeldZone>;
	changes: readonly ChangeRow[];
	faults: readonly FaultRow[];
}

/** The provider's memory: what is read is what was committed, also after the process was killed. */
export interface Memory {
	now(): Held;
	/** All of the writes, or none; of records only those of one zone. */
	write(zone: string, act: (tables: CustomerTables) => void): void;
}

/** Opens the tables in the store; empty ones are made. */
export function openMemory(store: Store): Memory {
	const tables = customerTables(store);
	const besides = () => ({ changes: tables.changes(), faults: tables.faults() });
	const zones = new Map(tables.zones().map((row) => [row.name, heldZone(row, tables)]));
	let held: Held = { zones, ...besides() };
	return {
		now: () => held,
		write(zone, act) {
			inTransaction(store, () => act(tables));
			const row = tables.zone(zone);
			if (row) zones.set(zone, heldZone(row, tables));
			else zones.delete(zone);
			held = { zones, ...besides() };
		},
	};
}

function heldZone(row: ZoneRow, tables: CustomerTables): HeldZone {
	return { row, names: Map.groupBy(tables.recordsOf(row.name), ({ name }) => name) };
}
