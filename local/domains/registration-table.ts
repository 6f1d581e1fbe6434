import { z } from "zod";
import type { Store } from "../store.ts";

/** How a domain looks otherwise than in order. */
export const shownSchema = z.object({
	autoRenew: z.boolean().exactOptional(),
	transferLock: z.boolean().exactOptional(),
	contact: z.enum(["PENDING", "DONE", "EXPIRED"]).exactOptional(),
	/** Until the registration ends, counted from when it is said; less than nothing is past. */
	daysLeft: z.number().exactOptional(),
});
export type Shown = z.infer<typeof shownSchema>;

const rowSchema = z.object({ shown: z.string(), since_ms: z.number() });

/** What was said of domains, in the store. */
export function registrationTable(store: Store) {
	store.exec(
		"CREATE TABLE IF NOT EXISTS domains_shown (domain TEXT PRIMARY KEY, shown TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT",
	);
	const put = store.prepare("INSERT OR REPLACE INTO domains_shown VALUES (?, ?, ?)");
	const get = store.prepare("SELECT shown, since_ms FROM domains_shown WHERE domain = ?");
	return {
		show: (domain: string, shown: Shown, nowMs: number): void => void put.run(domain, JSON.stringify(shown), nowMs),
		/** `since`: epoch ms of when it was said. */
		of(domain: string): Shown & { since?: number } {
			const row = get.get(domain);
			if (!row) return {};
			const { shown, since_ms: since } = rowSchema.parse(row);
			return { ...shownSchema.parse(JSON.parse(shown)), since };
		},
	};
}
