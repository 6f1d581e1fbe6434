import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import database from "dynalite/db/index.js";
import { z } from "zod";
import { AwsError, type Caller } from "../aws/service.ts";
import { parseRequest, tableNamed } from "./actions.ts";
import { type Engine, indexPrefix, itemPrefix, tablePrefix, under } from "./engine.ts";

/** What dynalite's own record of a table does not hold. */
const settings = z.object({
	/** Where the table answers: its home, or every replica of a global table. */
	regions: z.array(z.string()),
	/** Epoch seconds, a Number attribute. */
	timeToLiveAttribute: z.string().optional(),
});
export type TableSettings = z.infer<typeof settings>;

/** The part of AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable that is not CreateTable's own. */
const definitionExtras = z.looseObject({
	Replicas: z.array(z.looseObject({ Region: z.string() })).optional(),
	TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
});

const shape = z.looseObject({
	KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
	AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
	GlobalSecondaryIndexes: z.array(z.custom<DynaliteIndex>((value) => value !== null)).optional(),
	LocalSecondaryIndexes: z.array(z.custom<DynaliteIndex>((value) => value !== null)).optional(),
});

const settingsPrefix = "settings~";

/** The settings of every table that the database holds. */
export async function readSettings(engine: Engine): Promise<Map<string, TableSettings>> {
	const entries = await engine.store.db.iterator(under(settingsPrefix)).all();
	return new Map(entries.map(([key, value]) => [key.slice(settingsPrefix.length), settings.parse(value)]));
}

/**
 * Makes the table as its CloudFormation properties say, or brings an existing one up to them: the data stays, indexes are built anew
 * when they differ. Safe to repeat. Rejects with ValidationException, and when the table's data has another primary key.
 */
export async function createTable(
	engine: Engine,
	home: Caller,
	nowMs: number,
	definition: unknown,
	name: string,
): Promise<TableSettings> {
	const extras = definitionExtras.parse(definition);
	const { TimeToLiveSpecification: timeToLive, Replicas: replicas } = extras;
	const requested = parseRequest(engine.store, "CreateTable", { ...extras, TableName: name });
	const wanted = describe(requested, name, home, nowMs);
	const tableSettings: TableSettings = {
		regions: replicas?.map((replica) => replica.Region) ?? [home.region],
		...(timeToLive?.Enabled && timeToLive.AttributeName ? { timeToLiveAttribute: timeToLive.AttributeName } : {}),
	};
	await engine.write(async (draft) => {
		const existing = await tableNamed(engine.store, name).catch(absent);
		if (existing && !isDeepStrictEqual(primaryKey(existing), primaryKey(wanted)))
			throw new AwsError("ValidationException", `${name} holds data under another primary key: start with fresh data.`);
		draft.put(tablePrefix + name, { ...wanted, ...(existing && identity.parse(existing)) });
		draft.put(settingsPrefix + name, tableSettings);
		if (!existing || isDeepStrictEqual(indexShapes(existing), indexShapes(wanted))) return;
		for (const [kind, index] of indexesOf(existing))
			for (const [key] of await engine.store.db.iterator(under(indexPrefix(kind, name, index.IndexName))).all())
				draft.delete(key);
		for (const [, item] of await engine.store.db.iterator(under(itemPrefix(name))).all())
			for (const [kind, index] of indexesOf(wanted))
				for (const put of database.getIndexActions([index], undefined, document.parse(item), wanted).puts)
					draft.put(indexPrefix(kind, name, put.index) + put.key, put.item);
	});
	return tableSettings;
}

/** Takes a table away with its items and indexes. Safe to repeat. */
export function deleteTable(engine: Engine, name: string): Promise<void> {
	return engine.write(async (draft) => {
		const existing = await tableNamed(engine.store, name).catch(absent);
		if (!existing) return;
		const ranges = [
			itemPrefix(name),
			...indexesOf(existing).map(([kind, index]) => indexPrefix(kind, name, index.IndexName)),
		];
		for (const prefix of ranges) {
			for (const [key] of await engine.store.db.iterator(under(prefix)).all()) draft.delete(key);
		}
		draft.delete(settingsPrefix + name);
		draft.delete(tablePrefix + name);
	});
}

const document = z.record(z.string(), z.unknown());
const identity = z.object({ TableId: z.string(), CreationDateTime: z.number() });

function describe(requested: DynaliteDocument, name: string, home: Caller, nowMs: number): DynaliteTable {
	const arn = `arn:aws:dynamodb:${home.region}:${home.accountId}:table/${name}`;
	const active = (index: DynaliteIndex) => ({
		...index,
		IndexArn: `${arn}/index/${index.IndexName}`,
		IndexStatus: "ACTIVE",
		IndexSizeBytes: 0,
		ItemCount: 0,
	});
	const { GlobalSecondaryIndexes, LocalSecondaryIndexes, ...table } = shape.parse(requested);
	return {
		...table,
		...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(active) }),
		...(LocalSecondaryIndexes && { LocalSecondaryIndexes: LocalSecondaryIndexes.map(active) }),
		...(table["BillingMode"] === "PAY_PER_REQUEST" && { BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" } }),
		TableName: name,
		TableArn: arn,
		TableId: randomUUID(),
		TableStatus: "ACTIVE",
		CreationDateTime: nowMs / 1000,
		ItemCount: 0,
		TableSizeBytes: 0,
	} as DynaliteTable; // it has all of its members: the spread of a loose object hides them from the compiler
}

function absent(error: unknown): undefined {
	if (!(error instanceof AwsError) || error.name !== "ResourceNotFoundException") throw error;
}

function primaryKey(table: DynaliteTable): unknown {
	return table.KeySchema.map(({ AttributeName: name, KeyType }) => {
		const type = table.AttributeDefinitions.find((attribute) => attribute.AttributeName === name)?.AttributeType;
		return { name, KeyType, type };
	});
}

function indexesOf(table: DynaliteTable): [kind: string, index: DynaliteIndex][] {
	return [
		...(table.GlobalSecondaryIndexes ?? []).map((index): [string, DynaliteIndex] => ["Global", index]),
		...(table.LocalSecondaryIndexes ?? []).map((index): [string, DynaliteIndex] => ["Local", index]),
	];
}

function indexShapes(table: DynaliteTable): unknown {
	return indexesOf(table).map(([kind, { IndexName, KeySchema, Projection }]) => ({
		kind,
		IndexName,
		KeySchema,
		Projection,
	}));
}
