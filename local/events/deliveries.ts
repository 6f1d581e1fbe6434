import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Cancel, Clock } from "../clock.ts";
import type { Store } from "../store.ts";
import type { Target } from "./rule.ts";
import { type Attempt, attemptTo, type Delivery, type TargetDoors } from "./targets.ts";

/** What is on its way to targets: kept until a target has taken it, or given it up. */
export interface Deliveries {
	/** Notes a delivery; part of the caller's transaction. It is tried from `pump` on. */
	add(ruleArn: string, target: Target, input: string): void;
	/** Tries what is due now, and arms the clock for the rest. */
	pump(): void;
	/** How many are on their way. */
	pending(): number;
	close(): void;
}

interface DeliveryOptions extends TargetDoors {
	store: Store;
	clock: Clock;
	/** Told of what no dead letter queue takes. */
	onLost(delivery: Delivery, problem: string): void;
}

const rowSchema = z.object({
	id: z.string(),
	rule_arn: z.string(),
	target: z.string(),
	input: z.string(),
	accepted_ms: z.number(),
	due_ms: z.number(),
	attempts: z.number(),
});

/** Deliveries in the store: a process that dies in the middle of one tries it again, so a target may see an event twice, as on AWS. */
export function createDeliveries(options: DeliveryOptions): Deliveries {
	const { store, clock } = options;
	store.exec(`CREATE TABLE IF NOT EXISTS events_deliveries (
		id TEXT PRIMARY KEY, rule_arn TEXT NOT NULL, target TEXT NOT NULL, input TEXT NOT NULL,
		accepted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL)`);
	const insert = store.prepare("INSERT INTO events_deliveries VALUES (?, ?, ?, ?, ?, ?, 0)");
	const all = store.prepare("SELECT * FROM events_deliveries ORDER BY due_ms, rowid");
	const one = store.prepare("SELECT * FROM events_deliveries WHERE id = ?");
	const postpone = store.prepare("UPDATE events_deliveries SET due_ms = ?, attempts = attempts + 1 WHERE id = ?");
	const remove = store.prepare("DELETE FROM events_deliveries WHERE id = ?");
	const count = store.prepare("SELECT count(*) AS pending FROM events_deliveries");
	const armed = new Map<string, Cancel>();
	/** Noted since the last pump; all are, before the first. */
	let fresh: { id: string; dueMs: number }[] | undefined;
	let closed = false;

	function arm(id: string, dueMs: number): void {
		if (!closed)
			armed.set(
				id,
				clock.at(dueMs, () => void attempt(id)),
			);
	}

	async function attempt(id: string): Promise<void> {
		const row = one.get(id);
		if (!row) {
			armed.delete(id); // the transaction that noted it was rolled back
			return;
		}
		const delivery = deliveryOf(row);
		const outcome: Attempt = await attemptTo(delivery, options, clock.now());
		if (closed) return; // the store may be closed too; the next process tries again
		armed.delete(id);
		if (outcome.kind === "retry") {
			const dueMs = clock.now() + outcome.afterMs;
			postpone.run(dueMs, id);
			arm(id, dueMs);
			return;
		}
		if (outcome.kind === "lost") options.onLost(delivery, outcome.problem);
		remove.run(id);
	}

	return {
		add(ruleArn, target, input) {
			const nowMs = clock.now();
			const id = randomUUID();
			insert.run(id, ruleArn, JSON.stringify(target), input, nowMs, nowMs);
			fresh?.push({ id, dueMs: nowMs });
		},
		pump() {
			const found =
				fresh ??
				all
					.all()
					.map((row) => rowSchema.parse(row))
					.map(({ id, due_ms: dueMs }) => ({ id, dueMs }));
			fresh = [];
			for (const { id, dueMs } of found) if (!armed.has(id)) arm(id, dueMs);
		},
		pending: () => Number(count.get()?.["pending"]),
		close() {
			closed = true;
			for (const cancel of armed.values()) cancel();
		},
	};
}

function deliveryOf(value: unknown): Delivery {
	const row = rowSchema.parse(value);
	return {
		ruleArn: row.rule_arn,
		// Cast: written by `add` from a target that was parsed.
		target: JSON.parse(row.target) as Target,
		input: row.input,
		acceptedMs: row.accepted_ms,
		attempts: row.attempts,
	};
}
