import { z } from "zod";
import type { Store } from "../store.ts";

const tagSchema = z.object({ key: z.string(), value: z.string() });

/** The tags of zones. */
export function tagTable(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS route53_zone_tags (
			zone_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (zone_id, key)
		) STRICT;`);
	const set = store.prepare("INSERT OR REPLACE INTO route53_zone_tags VALUES (?, ?, ?)");
	const forget = store.prepare("DELETE FROM route53_zone_tags WHERE zone_id = ?");
	const all = store.prepare("SELECT key, value FROM route53_zone_tags WHERE zone_id = ? ORDER BY key");
	return {
		/** Those of other keys stay. */
		put(zoneId: string, tags: Readonly<Record<string, string>>): void {
			for (const [key, value] of Object.entries(tags)) set.run(zoneId, key, value);
		},
		forget: (zoneId: string): void => void forget.run(zoneId),
		of: (zoneId: string): { key: string; value: string }[] => z.array(tagSchema).parse(all.all(zoneId)),
	};
}
