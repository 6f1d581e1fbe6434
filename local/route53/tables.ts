import { z } from "zod";
import { inTransaction, type Store } from "../store.ts";
import { changeTable } from "./change-table.ts";
import type { RecordSet } from "./record-set.ts";
import { recordTable } from "./record-table.ts";
import { signingTable } from "./signing-table.ts";
import { tagTable } from "./tag-table.ts";
import { type Zone, zoneTable } from "./zone-table.ts";

// `current` is what the API tells, `served` what DNS answers; they differ while a change is PENDING.
const schema = `
CREATE TABLE IF NOT EXISTS route53_zones (
	id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, caller_reference TEXT NOT NULL, comment TEXT NOT NULL,
	name_servers TEXT NOT NULL, UNIQUE (account_id, caller_reference)
) STRICT;
CREATE INDEX IF NOT EXISTS route53_zones_by_name ON route53_zones (name);
CREATE TABLE IF NOT EXISTS route53_records (
	zone_id TEXT NOT NULL, sort_key TEXT NOT NULL, type TEXT NOT NULL, current TEXT, served TEXT,
	PRIMARY KEY (zone_id, sort_key, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS route53_changes (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, zone_id TEXT NOT NULL,
	submitted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, comment TEXT NOT NULL, writes TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS route53_changes_pending ON route53_changes (due_ms) WHERE writes IS NOT NULL;
CREATE TABLE IF NOT EXISTS route53_refusals (name TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT;
`;

/** Route 53's durable state. Every method that writes is one transaction. */
export type Route53Tables = ReturnType<typeof route53Tables>;

export function route53Tables(store: Store) {
	store.exec(schema);
	const zones = zoneTable(store);
	const records = recordTable(store);
	const changes = changeTable(store, records);
	const signing = signingTable(store);
	const tags = tagTable(store);
	return {
		zones,
		records,
		changes,
		refusals: refusalTable(store),
		signing,
		tags,
		/** A new zone, in DNS at once. */
		addZone(zone: Zone, sets: readonly RecordSet[]): void {
			const writes = sets.map((set) => ({ name: set.name, type: set.type, set }));
			inTransaction(store, () => {
				zones.insert(zone);
				records.write("current", zone.id, writes);
				records.write("served", zone.id, writes);
			});
		},
		removeZone(zoneId: string): void {
			inTransaction(store, () => {
				records.removeAll(zoneId);
				changes.forget(zoneId);
				signing.forget(zoneId);
				tags.forget(zoneId);
				zones.remove(zoneId);
			});
		},
	};
}

function refusalTable(store: Store) {
	return {
		put(name: string, reason: string): void {
			store.prepare("INSERT OR REPLACE INTO route53_refusals VALUES (?, ?)").run(name, reason);
		},
		remove(name: string): void {
			store.prepare("DELETE FROM route53_refusals WHERE name = ?").run(name);
		},
		all(): Map<string, string> {
			const rows = z
				.array(z.object({ name: z.string(), reason: z.string() }))
				.parse(store.prepare("SELECT name, reason FROM route53_refusals ORDER BY name").all());
			return new Map(rows.map((row) => [row.name, row.reason]));
		},
	};
}
