import { z } from "zod";
import { recordTypes } from "../dns/rdata.ts";
import { inTransaction, type Store } from "../store.ts";
import type { Write } from "./batch.ts";
import { recordSetSchema } from "./record-set.ts";
import type { RecordTable } from "./record-table.ts";

/** A change as GetChange tells it. */
export interface ChangeInfo {
	id: string;
	accountId: string;
	zoneId: string;
	status: "PENDING" | "INSYNC";
	submittedMs: number;
	comment: string;
}

const writes: z.ZodType<Write[]> = z.array(
	z.object({ name: z.string(), type: z.enum(recordTypes), set: recordSetSchema.nullable() }),
);
const changeRow = z.object({
	id: z.string(),
	account_id: z.string(),
	zone_id: z.string(),
	submitted_ms: z.number(),
	comment: z.string(),
	writes: z.string().nullable(),
});

/** The rows of `route53_changes`, and the two steps of a change: told by the API at once, answered by DNS when due. */
export function changeTable(store: Store, records: RecordTable) {
	const dueChanges = store.prepare(
		"SELECT seq, zone_id, writes FROM route53_changes WHERE writes IS NOT NULL AND due_ms <= ? ORDER BY seq",
	);
	const markServed = store.prepare("UPDATE route53_changes SET writes = NULL WHERE seq = ?");
	return {
		/** Takes the batch in: the API tells it from now on, DNS from `dueMs` on, or after the zone's earlier changes. */
		add(change: Omit<ChangeInfo, "status">, dueMs: number, list: readonly Write[]): void {
			inTransaction(store, () => {
				const last = z
					.object({ due: z.number().nullable() })
					.parse(
						store
							.prepare("SELECT MAX(due_ms) AS due FROM route53_changes WHERE zone_id = ? AND writes IS NOT NULL")
							.get(change.zoneId),
					);
				records.write("current", change.zoneId, list);
				store
					.prepare(
						"INSERT INTO route53_changes (id, account_id, zone_id, submitted_ms, due_ms, comment, writes) VALUES (?, ?, ?, ?, ?, ?, ?)",
					)
					.run(
						change.id,
						change.accountId,
						change.zoneId,
						change.submittedMs,
						Math.max(dueMs, last.due ?? 0),
						change.comment,
						JSON.stringify(list),
					);
			});
		},
		/** Brings every change that is due by `nowMs` into DNS. Asked before each read, so that nothing hangs on a timer. */
		settle(nowMs: number): void {
			const due = z
				.array(z.object({ seq: z.number(), zone_id: z.string(), writes: z.string() }))
				.parse(dueChanges.all(nowMs));
			if (due.length === 0) return;
			inTransaction(store, () => {
				for (const change of due) {
					records.write("served", change.zone_id, writes.parse(JSON.parse(change.writes)));
					markServed.run(change.seq);
				}
			});
		},
		forget(zoneId: string): void {
			store.prepare("UPDATE route53_changes SET writes = NULL WHERE zone_id = ?").run(zoneId);
		},
		byId(id: string): ChangeInfo | undefined {
			const row = changeRow.optional().parse(store.prepare("SELECT * FROM route53_changes WHERE id = ?").get(id));
			return (
				row && {
					id: row.id,
					accountId: row.account_id,
					zoneId: row.zone_id,
					status: row.writes === null ? "INSYNC" : "PENDING",
					submittedMs: row.submitted_ms,
					comment: row.comment,
				}
			);
		},
	};
}
