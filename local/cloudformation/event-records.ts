import { z } from "zod";
import type { Store } from "../store.ts";

/** One line of a stack's history, the newest with the highest number. */
export interface EventRecord {
	seq: number;
	stackId: string;
	atMs: number;
	logicalId: string;
	type: string;
	/** Empty while it has none. */
	physicalId: string;
	status: string;
	/** Empty where nothing is to be said. */
	reason: string;
	/** Of the request that began it; empty where it gave none. */
	token: string;
}

const schema = z
	.object({
		...{ seq: z.number(), stack_id: z.string(), at_ms: z.number(), logical_id: z.string(), type: z.string() },
		...{ physical_id: z.string(), status: z.string(), reason: z.string(), token: z.string() },
	})
	.transform(
		({ stack_id: stackId, at_ms: atMs, logical_id: logicalId, physical_id: physicalId, ...row }): EventRecord => ({
			...row,
			...{ stackId, atMs, logicalId, physicalId },
		}),
	);

/** What has happened to stacks, kept in the store, also after they are deleted. */
export function eventRecords(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS cloudformation_events (
			seq INTEGER PRIMARY KEY, stack_id TEXT NOT NULL, at_ms INTEGER NOT NULL, logical_id TEXT NOT NULL, type TEXT NOT NULL,
			physical_id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, token TEXT NOT NULL
		) STRICT;
		CREATE INDEX IF NOT EXISTS cloudformation_events_of ON cloudformation_events (stack_id, seq);`);
	const add = store.prepare("INSERT INTO cloudformation_events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)");
	const page = store.prepare(
		"SELECT * FROM cloudformation_events WHERE stack_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
	);

	return {
		add({ stackId, atMs, logicalId, type, physicalId, status, reason, token }: Omit<EventRecord, "seq">): void {
			add.run(stackId, atMs, logicalId, type, physicalId, status, reason, token);
		},
		/** The newest first, from before an event on; `count` at most. */
		page: (stackId: string, beforeSeq: number, count: number): EventRecord[] =>
			z.array(schema).parse(page.all(stackId, beforeSeq, count)),
	};
}
export type EventRecords = ReturnType<typeof eventRecords>;
