import { z } from "zod";
import type { Store } from "../store.ts";

/** What somebody has asked a stack to be. */
export interface Asked {
	/** As it came: JSON or YAML. */
	template: string;
	/** Those with a default included. */
	parameters: Record<string, string>;
	tags: Record<string, string>;
}

/** What becomes of a stack that cannot be deployed to its end. */
export const failureChoices = ["DO_NOTHING", "ROLLBACK", "DELETE"] as const;
export type FailureChoice = (typeof failureChoices)[number];

/** A stack as CloudFormation shows it; what it holds is the stack engine's to know. */
export interface StackRecord extends Asked {
	name: string;
	id: string;
	/** E.g. `CREATE_IN_PROGRESS`: it tells what is under way, also to the next process. */
	status: string;
	reason: string;
	outputs: Record<string, string>;
	createdMs: number;
	onFailure: FailureChoice;
	/** Of the request that began what is under way, or was last; empty where it gave none. */
	token: string;
	/** What it was when it last stood as a whole; undefined while it never has. */
	stable: Asked | undefined;
}

/** Columns hold JSON where they are not plain: this reads one. */
export const jsonColumn = <S extends z.ZodType>(schema: S) =>
	z.string().transform((text) => schema.parse(JSON.parse(text)));
const texts = z.record(z.string(), z.string());
export const textsColumn = jsonColumn(texts);

const askedSchema = z.object({ template: z.string(), parameters: texts, tags: texts });
const schema = z
	.object({
		...{ id: z.string(), name: z.string(), status: z.string(), reason: z.string(), template: z.string() },
		...{ parameters: textsColumn, tags: textsColumn, outputs: textsColumn },
		...{ created_ms: z.number(), on_failure: z.enum(failureChoices), stable: jsonColumn(askedSchema.nullable()) },
		token: z.string(),
	})
	.transform(
		({ created_ms: createdMs, on_failure: onFailure, stable, ...row }): StackRecord => ({
			...row,
			...{ createdMs, onFailure, stable: stable ?? undefined },
		}),
	);

const originSchema = z.object({ id: z.string(), token: z.string() });

/** The stacks, kept in the store. A deleted one is found by its id only: its name is free. */
export function stackRecords(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS cloudformation_stacks (
			id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, template TEXT NOT NULL,
			parameters TEXT NOT NULL, tags TEXT NOT NULL, outputs TEXT NOT NULL, created_ms INTEGER NOT NULL,
			on_failure TEXT NOT NULL, stable TEXT NOT NULL, token TEXT NOT NULL
		) STRICT;
		CREATE UNIQUE INDEX IF NOT EXISTS cloudformation_stacks_live ON cloudformation_stacks (name)
			WHERE status <> 'DELETE_COMPLETE';`);
	const put = store.prepare("INSERT OR REPLACE INTO cloudformation_stacks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	const byId = store.prepare("SELECT * FROM cloudformation_stacks WHERE id = ?");
	const live = "FROM cloudformation_stacks WHERE status <> 'DELETE_COMPLETE'";
	const byName = store.prepare(`SELECT * ${live} AND name = ?`);
	const originByName = store.prepare(`SELECT id, token ${live} AND name = ?`);
	const all = store.prepare(`SELECT * ${live} ORDER BY name`);

	return {
		put(stack: StackRecord): void {
			const { id, name, status, reason, template, parameters, tags, outputs, createdMs, onFailure, stable, token } =
				stack;
			const kept = [parameters, tags, outputs].map((value) => JSON.stringify(value));
			put.run(id, name, status, reason, template, ...kept, createdMs, onFailure, JSON.stringify(stable ?? null), token);
		},
		/** By its id, or by its name while it is not deleted. */
		find(nameOrId: string): StackRecord | undefined {
			const row = nameOrId.startsWith("arn:") ? byId.get(nameOrId) : byName.get(nameOrId);
			return row && schema.parse(row);
		},
		/** Whose an event of this moment is: the stack that has the name now, and the request that it works at. */
		originOf: (name: string) => originSchema.optional().parse(originByName.get(name)),
		/** Those that are not deleted. */
		list: (): StackRecord[] => z.array(schema).parse(all.all()),
	};
}
export type StackRecords = ReturnType<typeof stackRecords>;
