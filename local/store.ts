import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The embedded cloud's own memory: one SQLite file, in which each service keeps tables under its own prefix. */
export type Store = DatabaseSync;

/** Opens (or makes) the file at `path`; `":memory:"` keeps nothing. What was written survives `kill -9` of the process. */
export function openStore(path: string): Store {
	if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
	const store = new DatabaseSync(path);
	// WAL with NORMAL loses nothing when the process dies; only a power cut may undo the last commits (https://sqlite.org/pragma.html#pragma_synchronous).
	store.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
	return store;
}

/** Runs `act` in one transaction: all of its writes, or none. `act` must be synchronous. */
export function inTransaction<T>(store: Store, act: () => T): T {
	store.exec("BEGIN IMMEDIATE");
	try {
		const result = act();
		store.exec("COMMIT");
		return result;
	} catch (error) {
		store.exec("ROLLBACK");
		throw error;
	}
}
