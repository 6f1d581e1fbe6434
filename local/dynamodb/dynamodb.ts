import { z } from "zod";
import { AwsError, type Caller, type JsonService } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { type Action, parseRequest, runAction, tableNamed } from "./actions.ts";
import { type Engine, openEngine } from "./engine.ts";
import { createTable, deleteTable, readSettings } from "./tables.ts";
import { sweepExpired } from "./time-to-live.ts";
import { transactGetItems, transactWriteItems } from "./transactions.ts";

/** How often expired items are deleted; at AWS it takes up to a few days (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html). */
const sweepEveryMs = 60_000;

export interface Dynamodb {
	service: JsonService;
	/** Makes or updates a table from its CloudFormation properties (AWS::DynamoDB::Table or GlobalTable); safe to repeat, keeps the data. */
	createTable(definition: unknown, tableName: string): Promise<void>;
	/** Takes the table away with all that it holds; safe to repeat. */
	deleteTable(tableName: string): Promise<void>;
	/** While unreachable, every call that names the table is answered 503, in all regions. */
	setUnreachable(tableName: string, unreachable: boolean): void;
	/** Lets the write under way end, then closes the database; what comes later fails. */
	close(): Promise<void>;
}

interface DynamodbOptions {
	/** A directory; undefined keeps everything in memory. */
	path: string | undefined;
	clock: Clock;
	/** The account that owns the tables, and their home region. */
	caller: Caller;
}

/** The embedded DynamoDB. Every replica of a global table reads and writes the same data at once. */
export async function createDynamodb({ path, clock, caller: home }: DynamodbOptions): Promise<Dynamodb> {
	const engine = await openEngine(path);
	const tables = await readSettings(engine);
	const unreachable = new Set<string>();

	const admit = (input: unknown, caller: Caller) => {
		for (const name of tablesNamed(input)) {
			if (unreachable.has(name)) throw new AwsError("ServiceUnavailable", `${name} cannot be reached.`, 503);
			const served = caller.accountId === home.accountId && tables.get(name)?.regions.includes(caller.region);
			if (!served)
				throw new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
		}
	};
	const admitted = (operation: (input: unknown) => Promise<unknown>) => (input: unknown, caller: Caller) => {
		admit(input, caller);
		return operation(input);
	};

	let sweeping: Promise<void> = Promise.resolve();
	const sweepLater = () =>
		clock.at(clock.now() + sweepEveryMs, () => {
			cancelSweep = sweepLater();
			sweeping = sweeping.then(() => sweepExpired(engine, tables, clock.now()));
		});
	let cancelSweep = sweepLater();

	return {
		service: {
			target: "DynamoDB_20120810",
			contentType: "application/x-amz-json-1.0",
			operations: {
				BatchGetItem: admitted(reading(engine, "BatchGetItem")),
				BatchWriteItem: admitted(writing(engine, "BatchWriteItem")),
				DeleteItem: admitted(writing(engine, "DeleteItem")),
				DescribeTable: admitted(reading(engine, "DescribeTable")),
				GetItem: admitted(reading(engine, "GetItem")),
				PutItem: admitted(writing(engine, "PutItem")),
				Query: admitted(reading(engine, "Query")),
				Scan: admitted(reading(engine, "Scan")),
				TransactGetItems: admitted((input) => transactGetItems(engine, input)),
				TransactWriteItems: admitted((input) => transactWriteItems(engine, clock.now(), input)),
				UpdateItem: admitted(writing(engine, "UpdateItem")),
			},
		},
		async createTable(definition, tableName) {
			tables.set(tableName, await createTable(engine, home, clock.now(), definition, tableName));
		},
		async deleteTable(tableName) {
			tables.delete(tableName);
			await deleteTable(engine, tableName);
		},
		setUnreachable(tableName, isUnreachable) {
			if (isUnreachable) unreachable.add(tableName);
			else unreachable.delete(tableName);
		},
		async close() {
			cancelSweep();
			await sweeping;
			await engine.close();
		},
	};
}

function reading({ store }: Engine, action: Action): (input: unknown) => Promise<unknown> {
	return async (input) => runAction(store, action, parseRequest(store, action, input));
}

const wantsItem = z.looseObject({ ReturnValuesOnConditionCheckFailure: z.literal("ALL_OLD"), TableName: z.string() });
const keyOrItem = z
	.object({ Key: z.record(z.string(), z.unknown()) })
	.or(z.object({ Item: z.record(z.string(), z.unknown()) }));

function writing(engine: Engine, action: Action): (input: unknown) => Promise<unknown> {
	return (input) => {
		const data = parseRequest(engine.store, action, input);
		return engine.write(async ({ store }) => {
			try {
				return await runAction(store, action, data);
			} catch (error) {
				const asked = wantsItem.safeParse(input);
				if (!(error instanceof AwsError) || error.name !== "ConditionalCheckFailedException" || !asked.success)
					throw error;
				const Item = await itemOf(store, asked.data.TableName, input);
				throw new AwsError(error.name, error.message, error.status, Item === undefined ? {} : { Item });
			}
		});
	};
}

/** The item that a single write is about, as it is now; undefined when there is none. */
async function itemOf(store: DynaliteStore, tableName: string, input: unknown): Promise<unknown> {
	const table = await tableNamed(store, tableName);
	const named = keyOrItem.parse(input);
	const whole = "Key" in named ? named.Key : named.Item;
	const Key = Object.fromEntries(table.KeySchema.map((key) => [key.AttributeName, whole[key.AttributeName]]));
	const found = await runAction(store, "GetItem", parseRequest(store, "GetItem", { TableName: tableName, Key }));
	return found["Item"];
}

const named = z.looseObject({ TableName: z.string() });
const namesTables = z.looseObject({
	TableName: z.string().optional(),
	RequestItems: z.record(z.string(), z.unknown()).optional(),
	TransactItems: z.array(z.record(z.string(), named)).optional(),
});

/** Every table that a request names; none when it is malformed, which its own operation then says. */
function tablesNamed(input: unknown): string[] {
	const request = namesTables.safeParse(input);
	if (!request.success) return [];
	const { TableName, RequestItems, TransactItems } = request.data;
	return [
		...(TableName === undefined ? [] : [TableName]),
		...Object.keys(RequestItems ?? {}),
		...(TransactItems ?? []).flatMap((item) => Object.values(item).map((action) => action.TableName)),
	];
}
