import { z } from "zod";
import type { Store } from "../store.ts";
import { type Asked, type FailureChoice, failureChoices, jsonColumn, textsColumn } from "./stack-records.ts";

/** A planned deployment. */
export interface ChangeSetRecord extends Asked {
	stackId: string;
	name: string;
	type: "CREATE" | "UPDATE";
	/** `FAILED`: it can be looked at, and not be carried out. */
	status: "CREATE_COMPLETE" | "FAILED";
	reason: string;
	/** Undefined: who carries it out decides. */
	onFailure: FailureChoice | undefined;
	changes: Change[];
	createdMs: number;
}

/** One resource that a change set touches. */
export interface Change {
	action: "Add" | "Modify" | "Remove";
	logicalId: string;
	type: string;
	/** Whether it is made anew; only of what is modified. */
	replacement?: "True" | "False" | "Conditional";
}

const changeSchema = z.object({
	action: z.enum(["Add", "Modify", "Remove"]),
	logicalId: z.string(),
	type: z.string(),
	replacement: z.enum(["True", "False", "Conditional"]).exactOptional(),
});
const schema = z
	.object({
		...{ stack_id: z.string(), name: z.string(), type: z.enum(["CREATE", "UPDATE"]) },
		...{ status: z.enum(["CREATE_COMPLETE", "FAILED"]), reason: z.string(), created_ms: z.number() },
		...{ template: z.string(), parameters: textsColumn, tags: textsColumn },
		...{ on_failure: z.enum(failureChoices).nullable(), changes: jsonColumn(z.array(changeSchema)) },
	})
	.transform(
		({ stack_id: stackId, created_ms: createdMs, on_failure: onFailure, ...row }): ChangeSetRecord => ({
			...row,
			...{ stackId, createdMs, onFailure: onFailure ?? undefined },
		}),
	);

/** Change sets that nobody has carried out yet, kept in the store. */
export function changeSetRecords(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS cloudformation_change_sets (
			stack_id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
			template TEXT NOT NULL, parameters TEXT NOT NULL, tags TEXT NOT NULL, on_failure TEXT, changes TEXT NOT NULL,
			created_ms INTEGER NOT NULL, PRIMARY KEY (stack_id, name)
		) STRICT;`);
	const put = store.prepare("INSERT INTO cloudformation_change_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	const one = store.prepare("SELECT * FROM cloudformation_change_sets WHERE stack_id = ? AND name = ?");
	const drop = store.prepare("DELETE FROM cloudformation_change_sets WHERE stack_id = ? AND name = ?");
	const dropAll = store.prepare("DELETE FROM cloudformation_change_sets WHERE stack_id = ?");

	return {
		add(set: ChangeSetRecord): void {
			const { stackId, name, type, status, reason, template, parameters, tags, onFailure, changes, createdMs } = set;
			const asked = [template, JSON.stringify(parameters), JSON.stringify(tags), onFailure ?? null];
			put.run(stackId, name, type, status, reason, ...asked, JSON.stringify(changes), createdMs);
		},
		find(stackId: string, name: string): ChangeSetRecord | undefined {
			const row = one.get(stackId, name);
			return row && schema.parse(row);
		},
		drop: (stackId: string, name: string): void => void drop.run(stackId, name),
		/** All of a stack. */
		dropAll: (stackId: string): void => void dropAll.run(stackId),
	};
}
