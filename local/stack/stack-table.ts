import { z } from "zod";
import { inTransaction, type Store } from "../store.ts";
import type { PhysicalResource } from "../template/resolver.ts";
import { loadTemplate, type Template } from "../template/template.ts";

/** What a stack is made from. */
export interface StackSource {
	template: Template;
	parameters: Record<string, string>;
}

/** A stack as it is kept. `deploying` and `deleting` are under way, also when the process that began it has died. */
export interface StackRow {
	name: string;
	status: "deploying" | "deployed" | "failed" | "deleting";
	/** Why it failed; empty unless it did. */
	reason: string;
	/** What was asked for last. */
	wanted: StackSource;
	/** What was last deployed to its end. */
	deployed: StackSource | undefined;
}

/** A resource that a stack holds. */
export interface ResourceRow {
	logicalId: string;
	type: string;
	physical: PhysicalResource;
	/** As they were when it was made; resolved where the type has a meaning here. */
	properties: unknown;
	isRetained: boolean;
	/** It has a successor under the same logical id, and is to go. */
	isReplaced: boolean;
}

/** Stacks and their resources in the store. */
export type StackTable = ReturnType<typeof stackTable>;

const sourceText = z.string().transform((text): StackSource => {
	const { template, parameters } = sourceSchema.parse(JSON.parse(text));
	return { template: loadTemplate(JSON.stringify(template)), parameters };
});
const sourceSchema = z.object({ template: z.unknown(), parameters: z.record(z.string(), z.string()) });
const stackSchema = z.object({
	name: z.string(),
	status: z.enum(["deploying", "deployed", "failed", "deleting"]),
	reason: z.string(),
	wanted: sourceText,
	deployed: sourceText.nullable().transform((source) => source ?? undefined),
});
const physicalSchema = z.object({
	ref: z.string(),
	attributes: z.record(z.string(), z.union([z.string(), z.array(z.string())])).exactOptional(),
});
const jsonOf = <S extends z.ZodType>(schema: S) => z.string().transform((text) => schema.parse(JSON.parse(text)));
const resourceSchema = z
	.object({
		logical_id: z.string(),
		type: z.string(),
		physical: jsonOf(physicalSchema),
		properties: jsonOf(z.unknown()),
		retained: z.number(),
		replaced: z.number(),
	})
	.transform(
		({ logical_id: logicalId, type, physical, properties, retained, replaced }): ResourceRow => ({
			...{ logicalId, type, physical, properties },
			...{ isRetained: retained === 1, isReplaced: replaced === 1 },
		}),
	);

export function stackTable(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS stacks (
			name TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT NOT NULL, wanted TEXT NOT NULL, deployed TEXT
		) STRICT;
		CREATE TABLE IF NOT EXISTS stack_resources (
			seq INTEGER PRIMARY KEY, stack TEXT NOT NULL, logical_id TEXT NOT NULL, type TEXT NOT NULL, physical TEXT NOT NULL,
			properties TEXT NOT NULL, retained INTEGER NOT NULL, replaced INTEGER NOT NULL
		) STRICT;
		CREATE TABLE IF NOT EXISTS stack_kept_names (name TEXT PRIMARY KEY) STRICT;
		CREATE UNIQUE INDEX IF NOT EXISTS stack_resources_current ON stack_resources (stack, logical_id) WHERE replaced = 0;`);
	const begin = store.prepare(
		`INSERT INTO stacks VALUES (?, ?, '', ?, NULL)
		ON CONFLICT (name) DO UPDATE SET status = excluded.status, reason = '', wanted = excluded.wanted`,
	);
	const end = store.prepare("UPDATE stacks SET status = ?, reason = ? WHERE name = ?");
	const keep = store.prepare("UPDATE stacks SET deployed = wanted WHERE name = ?");
	const replace = store.prepare(
		"UPDATE stack_resources SET replaced = 1 WHERE stack = ? AND logical_id = ? AND replaced = 0",
	);
	const put = store.prepare(
		`INSERT INTO stack_resources (stack, logical_id, type, physical, properties, retained, replaced) VALUES (?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (stack, logical_id) WHERE replaced = 0 DO UPDATE SET
		type = excluded.type, physical = excluded.physical, properties = excluded.properties, retained = excluded.retained`,
	);
	const leave = store.prepare(
		`INSERT INTO stack_resources (stack, logical_id, type, physical, properties, retained, replaced) VALUES (?, ?, ?, ?, ?, 0, 1)`,
	);
	const all = store.prepare("SELECT * FROM stack_resources WHERE stack = ? ORDER BY seq");
	const drop = store.prepare(
		"DELETE FROM stack_resources WHERE stack = ? AND logical_id = ? AND replaced = ? AND physical = ?",
	);

	const keepName = store.prepare("INSERT OR IGNORE INTO stack_kept_names VALUES (?)");
	const keptNamed = store.prepare("SELECT name FROM stack_kept_names WHERE name = ?");

	return {
		get: (name: string): StackRow | undefined =>
			stackSchema.optional().parse(store.prepare("SELECT * FROM stacks WHERE name = ?").get(name)),
		list: (): StackRow[] => z.array(stackSchema).parse(store.prepare("SELECT * FROM stacks ORDER BY rowid").all()),
		/** Notes what is to become of a stack. */
		begin: (name: string, status: "deploying" | "deleting", wanted: StackSource) =>
			void begin.run(name, status, JSON.stringify(wanted)),
		fail: (name: string, reason: string) => void end.run("failed", reason, name),
		succeed(name: string): void {
			inTransaction(store, () => {
				end.run("deployed", "", name);
				keep.run(name);
			});
		},
		remove: (name: string) => void store.prepare("DELETE FROM stacks WHERE name = ?").run(name),
		/** In the order of making; replaced ones included. */
		resources: (name: string): ResourceRow[] => z.array(resourceSchema).parse(all.all(name)),
		/** Notes a resource; `beside` the one of that logical id, which is then to go, or in place of what was noted of it. */
		save(name: string, row: Omit<ResourceRow, "isReplaced">, where: "beside" | "in-place"): void {
			const { logicalId, type, physical, properties, isRetained } = row;
			inTransaction(store, () => {
				if (where === "beside") replace.run(name, logicalId);
				put.run(
					name,
					logicalId,
					type,
					JSON.stringify(physical),
					JSON.stringify(properties ?? null),
					Number(isRetained),
				);
			});
		},
		/** Notes what a creation that failed has left behind: it is to go. */
		leave(
			name: string,
			{ logicalId, type, physical, properties }: Omit<ResourceRow, "isReplaced" | "isRetained">,
		): void {
			leave.run(name, logicalId, type, JSON.stringify(physical), JSON.stringify(properties ?? null));
		},
		drop: (name: string, { logicalId, isReplaced, physical }: ResourceRow) =>
			void drop.run(name, logicalId, Number(isReplaced), JSON.stringify(physical)),
		/** Forgets a resource that stays without a stack, under `keptName` if that can be no other's. */
		retain(name: string, { logicalId, isReplaced, physical }: ResourceRow, keptName: string | undefined): void {
			inTransaction(store, () => {
				drop.run(name, logicalId, Number(isReplaced), JSON.stringify(physical));
				if (keptName !== undefined) keepName.run(keptName);
			});
		},
		/** Whether something of that name was left by a stack. */
		isKept: (keptName: string): boolean => keptNamed.get(keptName) !== undefined,
	};
}
