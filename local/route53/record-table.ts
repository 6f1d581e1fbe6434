import { z } from "zod";
import type { Store } from "../store.ts";
import type { Write } from "./batch.ts";
import { sortKey } from "./names.ts";
import { type RecordSet, recordSetSchema } from "./record-set.ts";

/** The rows of `route53_records`. `write` wants a transaction around it. */
export type RecordTable = ReturnType<typeof recordTable>;

export function recordTable(store: Store) {
	const putSet = {
		current: store.prepare(
			"INSERT INTO route53_records (zone_id, sort_key, type, current) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET current = excluded.current",
		),
		served: store.prepare(
			"INSERT INTO route53_records (zone_id, sort_key, type, served) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET served = excluded.served",
		),
	};
	const dropEmpty = store.prepare(
		"DELETE FROM route53_records WHERE zone_id = ? AND sort_key = ? AND type = ? AND current IS NULL AND served IS NULL",
	);
	const setsAt = {
		current: store.prepare(
			"SELECT current AS json FROM route53_records WHERE zone_id = ? AND sort_key = ? AND current IS NOT NULL",
		),
		served: store.prepare(
			"SELECT served AS json FROM route53_records WHERE zone_id = ? AND sort_key = ? AND served IS NOT NULL",
		),
	};
	// '/' follows '.' in ASCII: the range holds exactly the keys that begin with the parent's key.
	const below = store.prepare(
		"SELECT 1 FROM route53_records WHERE zone_id = ? AND sort_key > ? AND sort_key < ? AND served IS NOT NULL LIMIT 1",
	);
	return {
		write(column: "current" | "served", zoneId: string, list: readonly Write[]): void {
			for (const { name, type, set } of list) {
				const key = sortKey(name);
				putSet[column].run(zoneId, key, type, set && JSON.stringify(set));
				if (!set) dropEmpty.run(zoneId, key, type);
			}
		},
		removeAll(zoneId: string): void {
			store.prepare("DELETE FROM route53_records WHERE zone_id = ?").run(zoneId);
		},
		setsAt: (column: "current" | "served", zoneId: string, name: string): RecordSet[] =>
			setsAt[column].all(zoneId, sortKey(name)).map(parseSet),
		hasBelow(zoneId: string, name: string): boolean {
			const key = sortKey(name);
			return below.get(zoneId, key, `${key.slice(0, -1)}/`) !== undefined;
		},
		count(zoneId: string): number {
			const row = store
				.prepare("SELECT COUNT(*) AS count FROM route53_records WHERE zone_id = ? AND current IS NOT NULL")
				.get(zoneId);
			return z.object({ count: z.number() }).parse(row).count;
		},
		/** Current sets in Route 53's order, from (`name`, `type`) on. */
		list(zoneId: string, name: string, type: string, limit: number): RecordSet[] {
			const key = name ? sortKey(name) : "";
			return store
				.prepare(
					"SELECT current AS json FROM route53_records WHERE zone_id = ? AND current IS NOT NULL AND (sort_key, type) >= (?, ?) ORDER BY sort_key, type LIMIT ?",
				)
				.all(zoneId, key, type, limit)
				.map(parseSet);
		},
	};
}

const jsonRow = z.object({ json: z.string() });

function parseSet(row: unknown): RecordSet {
	return recordSetSchema.parse(JSON.parse(jsonRow.parse(row).json));
}
