import { z } from "zod";
import type { Store } from "../store.ts";
import { type Fault, printFault, readFault } from "./faults.ts";
import { customerTypes } from "./record-values.ts";

const values = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const zoneRow = z
	.object({ name: z.string(), serial: z.int(), negative_ttl: z.int(), delegated: values.nullable() })
	.transform(({ negative_ttl: negativeTtlSeconds, ...zone }) => ({ ...zone, negativeTtlSeconds }));
const recordRow = z
	.object({ name: z.string(), type: z.enum(customerTypes), ttl: z.int(), vals: values })
	.transform(({ name, type, ttl: ttlSeconds, vals }) => ({ name, type, ttlSeconds, values: vals }));
const changeRow = z
	.object({ name: z.string(), type: z.enum(customerTypes), ttl: z.int().nullable(), vals: values, visible_ms: z.int() })
	.transform(({ name, type, ttl, vals, visible_ms: visibleMs }) => ({
		...{ name, type, visibleMs },
		before: ttl === null ? undefined : { ttlSeconds: ttl, values: vals },
	}));
const faultRow = z
	.object({ scope: z.string(), fault: z.string() })
	.transform(({ scope, fault }) => ({ scope, fault: readFault(fault) }));

/** A zone at the provider. Names are canonical. */
export type ZoneRow = z.output<typeof zoneRow>;
/** The records of one type at a name. */
export type RecordRow = z.output<typeof recordRow>;
/** A change that the second name server does not know before `visibleMs`; `before`: what it says until then. */
export type ChangeRow = z.output<typeof changeRow>;
/** A fault of a name and of all below it. */
export type FaultRow = { scope: string; fault: Fault };

/** The rows of the customers' zones. Several writes at once want a transaction around them. */
export type CustomerTables = ReturnType<typeof customerTables>;

export function customerTables(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS customer_dns_zones (
			name TEXT PRIMARY KEY, serial INTEGER NOT NULL, negative_ttl INTEGER NOT NULL, delegated TEXT
		) STRICT;
		CREATE TABLE IF NOT EXISTS customer_dns_records (
			zone TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, ttl INTEGER NOT NULL, vals TEXT NOT NULL, PRIMARY KEY (name, type)
		) STRICT;
		CREATE INDEX IF NOT EXISTS customer_dns_records_of ON customer_dns_records (zone);
		CREATE TABLE IF NOT EXISTS customer_dns_changes (
			id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, ttl INTEGER, vals TEXT NOT NULL, visible_ms INTEGER NOT NULL
		) STRICT;
		CREATE TABLE IF NOT EXISTS customer_dns_faults (
			scope TEXT NOT NULL, kind TEXT NOT NULL, fault TEXT NOT NULL, PRIMARY KEY (scope, kind)
		) STRICT;
	`);
	const all = {
		zones: store.prepare("SELECT * FROM customer_dns_zones ORDER BY name"),
		changes: store.prepare("SELECT name, type, ttl, vals, visible_ms FROM customer_dns_changes ORDER BY id"),
		faults: store.prepare("SELECT scope, fault FROM customer_dns_faults ORDER BY scope, kind"),
	};
	const oneZone = store.prepare("SELECT * FROM customer_dns_zones WHERE name = ?");
	const recordsOf = store.prepare("SELECT * FROM customer_dns_records WHERE zone = ? ORDER BY name, type");
	const putZone = store.prepare("INSERT OR REPLACE INTO customer_dns_zones VALUES (?, ?, ?, ?)");
	const dropZone = store.prepare("DELETE FROM customer_dns_zones WHERE name = ?");
	const putRecord = store.prepare("INSERT OR REPLACE INTO customer_dns_records VALUES (?, ?, ?, ?, ?)");
	const dropRecord = store.prepare("DELETE FROM customer_dns_records WHERE name = ? AND type = ?");
	const addChange = store.prepare(
		"INSERT INTO customer_dns_changes (name, type, ttl, vals, visible_ms) VALUES (?, ?, ?, ?, ?)",
	);
	const dropChanges = store.prepare("DELETE FROM customer_dns_changes WHERE visible_ms <= ?");
	const dropChangesOf = store.prepare("DELETE FROM customer_dns_changes WHERE name = ?");
	const putFault = store.prepare("INSERT OR REPLACE INTO customer_dns_faults VALUES (?, ?, ?)");
	const dropFault = store.prepare("DELETE FROM customer_dns_faults WHERE scope = ? AND kind = ?");

	return {
		zones: (): ZoneRow[] => z.array(zoneRow).parse(all.zones.all()),
		zone: (name: string): ZoneRow | undefined => zoneRow.optional().parse(oneZone.get(name)),
		recordsOf: (zone: string): RecordRow[] => z.array(recordRow).parse(recordsOf.all(zone)),
		changes: (): ChangeRow[] => z.array(changeRow).parse(all.changes.all()),
		faults: (): FaultRow[] => z.array(faultRow).parse(all.faults.all()),
		putZone: ({ name, serial, negativeTtlSeconds, delegated }: ZoneRow) =>
			void putZone.run(name, serial, negativeTtlSeconds, delegated && JSON.stringify(delegated)),
		dropZone: (name: string) => void dropZone.run(name),
		putRecord: (zone: string, { name, type, ttlSeconds, values }: RecordRow) =>
			void putRecord.run(zone, name, type, ttlSeconds, JSON.stringify(values)),
		dropRecord: (name: string, type: string) => void dropRecord.run(name, type),
		/** Also forgets the changes that everybody knows by `nowMs`. */
		addChange({ name, type, before, visibleMs }: ChangeRow, nowMs: number): void {
			dropChanges.run(nowMs);
			addChange.run(name, type, before?.ttlSeconds ?? null, JSON.stringify(before?.values ?? []), visibleMs);
		},
		dropChangesOf: (name: string) => void dropChangesOf.run(name),
		putFault: ({ scope, fault }: FaultRow) => void putFault.run(scope, fault.kind, printFault(fault)),
		dropFault: (scope: string, kind: Fault["kind"]) => void dropFault.run(scope, kind),
	};
}
