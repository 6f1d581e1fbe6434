import { z } from "zod";
import type { Store } from "../store.ts";

/** A stack as CloudFormation shows it; what it holds is the stack engine's to know. */
export interface StackRecord {
	name: string;
	id: string;
	/** E.g. `CREATE_IN_PROGRESS`. */
	status: string;
	reason: string;
	tags: Record<string, string>;
	parameters: Record<string, string>;
	outputs: Record<string, string>;
	createdMs: number;
}

/** A planned deployment. */
export interface ChangeSetRecord {
	stack: string;
	name: string;
	type: "CREATE" | "UPDATE";
	status: "CREATE_COMPLETE" | "FAILED";
	reason: string;
	/** JSON. */
	template: string;
	parameters: Record<string, string>;
	tags: Record<string, string>;
	onFailure: string;
	changes: { action: string; logicalId: string; type: string; replacement: string }[];
}

/** One line of a stack's history, the newest with the highest number. */
export interface EventRecord {
	seq: number;
	stack: string;
	atMs: number;
	logicalId: string;
	type: string;
	physicalId: string;
	status: string;
	reason: string;
}

const json = <S extends z.ZodType>(schema: S) => z.string().transform((text) => schema.parse(JSON.parse(text)));
const texts = json(z.record(z.string(), z.string()));
const stackSchema = z
	.object({
		...{ name: z.string(), id: z.string(), status: z.string(), reason: z.string(), created_ms: z.number() },
		...{ tags: texts, parameters: texts, outputs: texts },
	})
	.transform(({ created_ms: createdMs, ...row }): StackRecord => ({ ...row, createdMs }));
const changeSchema = z.object({ action: z.string(), logicalId: z.string(), type: z.string(), replacement: z.string() });
const changeSetSchema = z
	.object({
		...{
			stack: z.string(),
			name: z.string(),
			type: z.enum(["CREATE", "UPDATE"]),
			reason: z.string(),
			template: z.string(),
		},
		...{ status: z.enum(["CREATE_COMPLETE", "FAILED"]), on_failure: z.string() },
		...{ parameters: texts, tags: texts, changes: json(z.array(changeSchema)) },
	})
	.transform(({ on_failure: onFailure, ...row }): ChangeSetRecord => ({ ...row, onFailure }));
const eventSchema = z
	.object({
		...{ seq: z.number(), stack: z.string(), at_ms: z.number(), logical_id: z.string(), type: z.string() },
		...{ physical_id: z.string(), status: z.string(), reason: z.string() },
	})
	.transform(
		({ at_ms: atMs, logical_id: logicalId, physical_id: physicalId, ...row }): EventRecord => ({
			...row,
			...{ atMs, logicalId, physicalId },
		}),
	);

/** Stacks, change sets and events, kept in the store. */
export function stackRecords(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS cfn_stacks (
			name TEXT PRIMARY KEY, id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, tags TEXT NOT NULL,
			parameters TEXT NOT NULL, outputs TEXT NOT NULL, created_ms INTEGER NOT NULL
		) STRICT;
		CREATE TABLE IF NOT EXISTS cfn_change_sets (
			stack TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, template TEXT NOT NULL,
			parameters TEXT NOT NULL, tags TEXT NOT NULL, on_failure TEXT NOT NULL, changes TEXT NOT NULL, PRIMARY KEY (stack, name)
		) STRICT;
		CREATE TABLE IF NOT EXISTS cfn_events (
			seq INTEGER PRIMARY KEY, stack TEXT NOT NULL, at_ms INTEGER NOT NULL, logical_id TEXT NOT NULL, type TEXT NOT NULL,
			physical_id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL
		) STRICT;`);
	const putStack = store.prepare("INSERT OR REPLACE INTO cfn_stacks VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	const oneStack = store.prepare("SELECT * FROM cfn_stacks WHERE name = ?");
	const allStacks = store.prepare("SELECT * FROM cfn_stacks ORDER BY name");
	const dropStack = store.prepare("DELETE FROM cfn_stacks WHERE name = ?");
	const putChangeSet = store.prepare("INSERT OR REPLACE INTO cfn_change_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	const oneChangeSet = store.prepare("SELECT * FROM cfn_change_sets WHERE stack = ? AND name = ?");
	const dropChangeSet = store.prepare("DELETE FROM cfn_change_sets WHERE stack = ? AND name = ?");
	const putEvent = store.prepare("INSERT INTO cfn_events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
	const eventsOf = store.prepare("SELECT * FROM cfn_events WHERE stack = ? ORDER BY seq DESC LIMIT 1000");

	return {
		putStack({ name, id, status, reason, tags, parameters, outputs, createdMs }: StackRecord): void {
			const kept = [tags, parameters, outputs].map((value) => JSON.stringify(value));
			putStack.run(name, id, status, reason, ...kept, createdMs);
		},
		stack(name: string): StackRecord | undefined {
			const row = oneStack.get(name);
			return row && stackSchema.parse(row);
		},
		stacks: (): StackRecord[] => z.array(stackSchema).parse(allStacks.all()),
		dropStack: (name: string): void => void dropStack.run(name),
		putChangeSet(set: ChangeSetRecord): void {
			const { stack, name, type, status, reason, template, parameters, tags, onFailure, changes } = set;
			const kept = [JSON.stringify(parameters), JSON.stringify(tags), onFailure, JSON.stringify(changes)];
			putChangeSet.run(stack, name, type, status, reason, template, ...kept);
		},
		changeSet(stack: string, name: string): ChangeSetRecord | undefined {
			const row = oneChangeSet.get(stack, name);
			return row && changeSetSchema.parse(row);
		},
		dropChangeSet: (stack: string, name: string): void => void dropChangeSet.run(stack, name),
		putEvent({ stack, atMs, logicalId, type, physicalId, status, reason }: Omit<EventRecord, "seq">): void {
			putEvent.run(stack, atMs, logicalId, type, physicalId, status, reason);
		},
		/** The newest first. */
		events: (stack: string): EventRecord[] => z.array(eventSchema).parse(eventsOf.all(stack)),
	};
}
export type StackRecords = ReturnType<typeof stackRecords>;
