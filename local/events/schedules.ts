import type { Cancel, Clock } from "../clock.ts";
import { inTransaction, type Store } from "../store.ts";
import type { Rule } from "./rule.ts";

/**
 * Fires rules by their schedules. The next time of each is in the store, so that a restart keeps the rhythm; what fell due
 * meanwhile fires once.
 */
export function createSchedules(store: Store, clock: Clock, fire: (rule: Rule) => void) {
	store.exec(`CREATE TABLE IF NOT EXISTS events_schedules (
		rule_arn TEXT PRIMARY KEY, expression TEXT NOT NULL, next_ms INTEGER NOT NULL)`);
	const find = store.prepare("SELECT next_ms FROM events_schedules WHERE rule_arn = ? AND expression = ?");
	const save = store.prepare("INSERT OR REPLACE INTO events_schedules VALUES (?, ?, ?)");
	const forget = store.prepare("DELETE FROM events_schedules WHERE rule_arn = ?");
	const armed = new Map<string, Cancel>();

	/** Arms the rule's next time, and again after each; `fired` runs when its deliveries are in the store. */
	function follow(rule: Rule, fired: () => void): void {
		const { arn, schedule } = rule;
		if (!schedule) return;
		const { expression, next } = schedule;
		const kept = find.get(arn, expression)?.["next_ms"];
		const dueMs = typeof kept === "number" ? kept : next(clock.now());
		save.run(arn, expression, dueMs);
		armed.get(arn)?.();
		const act = () => {
			inTransaction(store, () => {
				fire(rule);
				save.run(arn, expression, next(clock.now()));
			});
			fired();
			follow(rule, fired);
		};
		armed.set(arn, clock.at(dueMs, act));
	}

	return {
		follow,
		/** The rule fires no more; if it comes back, its rhythm begins anew. */
		drop(ruleArn: string): void {
			armed.get(ruleArn)?.();
			armed.delete(ruleArn);
			forget.run(ruleArn);
		},
		close() {
			for (const cancel of armed.values()) cancel();
		},
	};
}
