import database from "dynalite/db/index.js";

/** A database whose writes come one request at a time, each as one LevelDB batch. */
export interface Engine {
	/** What is committed. Reads only. */
	store: DynaliteStore;
	/** Runs `act` while nobody else writes, then commits all that it wrote; nothing if it throws. */
	write<T>(act: (draft: Draft) => Promise<T>): Promise<T>;
	/** Waits for the write under way. */
	close(): Promise<void>;
}

/** The writes of one request, seen by its own reads and by nobody else yet. */
export interface Draft {
	/** Stands in for the store in dynalite's actions. */
	store: DynaliteStore;
	put(key: string, value: unknown): void;
	delete(key: string): void;
}

/** Opens (or makes) the LevelDB directory at `path`; undefined keeps everything in memory. Rejects if another process has it open. */
export async function openEngine(path: string | undefined): Promise<Engine> {
	const created = database.create({ ...(path === undefined ? {} : { path }), createTableMs: 0 });
	await created.db.open();
	const tables = new Map<string, DynaliteTable>();
	const store = readingStore(created, tables);
	let last: Promise<unknown> = Promise.resolve();
	const alone = <T>(act: () => Promise<T>): Promise<T> => {
		const result = last.then(act);
		last = result.catch(() => undefined);
		return result;
	};
	return {
		store,
		write: (act) =>
			alone(async () => {
				const writes = new Map<string, DynaliteBatchWrite>();
				const result = await act(draftOf(store, writes));
				if (writes.size > 0) await store.db.batch([...writes.values()]);
				if ([...writes.keys()].some((key) => key.startsWith(tablePrefix))) tables.clear();
				return result;
			}),
		close: () => alone(() => store.db.close()),
	};
}

/**
 * The store with quicker reads: nearly every action asks for its table, which never changes but by a write of ours, and for one item,
 * for which a trip through the thread pool costs more than the read.
 */
function readingStore(store: DynaliteStore, tables: Map<string, DynaliteTable>): DynaliteStore {
	return {
		...store,
		getTable(name, checkStatus, done) {
			const answer = typeof checkStatus === "function" ? checkStatus : done;
			const known = tables.get(name);
			if (known) answer(null, known);
			else
				store.getTable(name, false, (error, table) => {
					if (table && !error) tables.set(name, table);
					answer(error, table);
				});
		},
		getItemDb: (table) => ({
			...store.getItemDb(table),
			get: (key, done) => answerRead(() => store.db.getSync(itemPrefix(table) + key), done),
		}),
	};
}

function answerRead(read: () => unknown, done: DynaliteDone<unknown>): void {
	let value: unknown;
	try {
		value = read();
	} catch (error) {
		done(error);
		return;
	}
	done(null, value);
}

/**
 * dynalite writes an index entry and its item one after the other, so a process killed in between leaves an index that lies.
 * Through a draft an item, its index entries and a whole transaction reach LevelDB as one batch, which is atomic
 * (https://github.com/google/leveldb/blob/main/doc/index.md#atomic-updates).
 */
function draftOf(store: DynaliteStore, writes: Map<string, DynaliteBatchWrite>): Draft {
	const put = (key: string, value: unknown) => void writes.set(key, { type: "put", key, value });
	const remove = (key: string) => void writes.set(key, { type: "del", key });
	const keyspace = (prefix: string): DynaliteKeyspace => ({
		get(key, done) {
			const write = writes.get(prefix + key);
			if (write) done(null, write.type === "put" ? write.value : undefined);
			else answerRead(() => store.db.getSync(prefix + key), done);
		},
		put(key, value, done) {
			put(prefix + key, value);
			done(null);
		},
		del(key, done) {
			remove(prefix + key);
			done(null);
		},
		lock: (_key, run) => run((done) => done), // the draft is alone already
	});
	return {
		store: {
			...store,
			getItemDb: (table) => keyspace(itemPrefix(table)),
			getIndexDb: (kind, table, index) => keyspace(indexPrefix(kind, table, index)),
		},
		put,
		delete: remove,
	};
}

/** Where dynalite keeps the descriptions of tables. */
export const tablePrefix = "table~";

/** Where dynalite keeps a table's items; a table's name has no `~`. */
export const itemPrefix = (table: string) => `item-${table}~`;

/** Where dynalite keeps an index of a table; `kind` is Local or Global. */
export const indexPrefix = (kind: string, table: string, index: string) =>
	`index-${kind.toLowerCase()}~${table}~${index}~`;

/** All keys that begin with `prefix`. */
export const under = (prefix: string): DynaliteRange => ({ gte: prefix, lt: `${prefix}\xff` });
