// dynalite 4 ships no types: this declares the part of its inside that the embedded DynamoDB stands on.

type DynaliteDone<T> = (error: unknown, result?: T) => void;

/** One keyspace of the database: a table's items, or one of its indexes. */
interface DynaliteKeyspace {
	get(key: string, done: DynaliteDone<unknown>): void;
	put(key: string, value: unknown, done: DynaliteDone<void>): void;
	del(key: string, done: DynaliteDone<void>): void;
	/** `run` gets a function that gives the lock back before it calls on. */
	lock(key: string, run: (release: <T>(done: DynaliteDone<T>) => DynaliteDone<T>) => void): void;
}

type DynaliteBatchWrite = { type: "put"; key: string; value: unknown } | { type: "del"; key: string };

interface DynaliteRange {
	gte: string;
	lt: string;
}

/** The LevelDB beneath; values are JSON. A missing key reads as undefined. */
interface DynaliteLevel {
	open(): Promise<void>;
	close(): Promise<void>;
	/** Blocks, for microseconds: LevelDB answers from its memory, or from the system's. */
	getSync(key: string): unknown;
	batch(writes: DynaliteBatchWrite[]): Promise<void>;
	iterator(range: DynaliteRange): { all(): Promise<[key: string, value: unknown][]> };
}

interface DynaliteStore {
	db: DynaliteLevel;
	tableDb: DynaliteKeyspace;
	/** `checkStatus` may be left out: then `done` comes in its place. */
	getTable(name: string, checkStatus: boolean | DynaliteDone<DynaliteTable>, done: DynaliteDone<DynaliteTable>): void;
	getItemDb(table: string): DynaliteKeyspace;
	getIndexDb(kind: string, table: string, index: string): DynaliteKeyspace;
}

interface DynaliteKey {
	AttributeName: string;
	KeyType: string;
}

interface DynaliteIndex {
	IndexName: string;
	KeySchema: DynaliteKey[];
	Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

interface DynaliteTable {
	TableName: string;
	TableStatus: string;
	KeySchema: DynaliteKey[];
	AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
	GlobalSecondaryIndexes?: DynaliteIndex[];
	LocalSecondaryIndexes?: DynaliteIndex[];
}

/** A DynamoDB item, or a whole request, in wire form. */
type DynaliteDocument = Record<string, unknown>;

declare module "dynalite/db/index.js" {
	const database: {
		create(options: { path?: string; createTableMs: number }): DynaliteStore;
		/** An error to give back, or nothing when the condition of `data` holds. */
		checkConditional(data: DynaliteDocument, item: DynaliteDocument | undefined): Error | null | undefined;
		validateKey(key: unknown, table: DynaliteTable): Error | null | undefined;
		createKey(item: unknown, table: DynaliteTable): string;
		getIndexActions(
			indexes: DynaliteIndex[],
			before: DynaliteDocument | undefined,
			after: DynaliteDocument,
			table: DynaliteTable,
		): { puts: { index: string; key: string; item: DynaliteDocument }[] };
	};
	export = database;
}

declare module "dynalite/validations/index.js" {
	const validations: {
		/** Drops what is unknown, even from `data` itself. Throws. */
		checkTypes(data: DynaliteDocument, types: unknown): DynaliteDocument;
		/** Adds the parsed expressions to `data`. Throws. */
		checkValidations(data: DynaliteDocument, types: unknown, custom: unknown, store: DynaliteStore): void;
	};
	export = validations;
}

declare module "dynalite/validations/*" {
	const rules: { types: unknown; custom: unknown };
	export = rules;
}

declare module "dynalite/actions/*" {
	const action: (store: DynaliteStore, data: DynaliteDocument, done: DynaliteDone<DynaliteDocument>) => void;
	export = action;
}
