import { strict as assert } from "node:assert";
import { TransactGetItemsCommand, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type Check, refused, type Stage, type Suite } from "../check.ts";
import { aTable } from "./dynamodb-table.ts";

const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";
const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const write = "dynamodb:TransactWriteItems";
const isNew = "attribute_not_exists(pk)";

async function transacting(stage: Stage) {
	const table = await aTable(stage);
	const { TableName, keyOf } = table;
	const transact = (items: TransactWriteItem[], ClientRequestToken?: string) =>
		stage.clients.dynamodb.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken }));
	const putNew = (pk: string, more: object = {}): TransactWriteItem => ({
		Put: { TableName, Item: marshall({ pk, sk: "row", ...more }), ConditionExpression: isNew },
	});
	const add = (pk: string): TransactWriteItem => ({
		Update: {
			...{ TableName, Key: keyOf(pk), UpdateExpression: "ADD hits :one" },
			ExpressionAttributeValues: marshall({ ":one": 1 }),
		},
	});
	return { ...table, transact, putNew, add };
}

function codesOf(error: Error): string[] {
	const reasons: unknown = Reflect.get(error, "CancellationReasons");
	return Array.isArray(reasons) ? reasons.map((reason) => String(reason.Code)) : [];
}

const checks: readonly Check[] = [
	{
		name: "a transaction writes all of its items: put, update, delete, and a check of another",
		operations: [write, "dynamodb:GetItem"],
		source: `${api}/API_TransactWriteItems.html`,
		async run(stage) {
			const { TableName, keyOf, put, get, transact, putNew, add } = await transacting(stage);
			await put({ pk: "gone" });
			await put({ pk: "looked-at", generation: 1 });
			await transact([
				putNew("new"),
				add("counted"),
				{ Delete: { TableName, Key: keyOf("gone") } },
				{
					ConditionCheck: {
						...{ TableName, Key: keyOf("looked-at"), ConditionExpression: "generation = :one" },
						ExpressionAttributeValues: marshall({ ":one": 1 }),
					},
				},
			]);
			assert.deepEqual([await get("new"), await get("gone")], [{ pk: "new", sk: "row" }, undefined]);
			assert.deepEqual([(await get("counted"))?.["hits"], (await get("looked-at"))?.["generation"]], [1, 1]);
		},
	},
	{
		name: "a refused transaction names each action's reason in order, and writes nothing",
		operations: [write, "dynamodb:GetItem"],
		source: `${api}/API_TransactWriteItems.html`,
		async run(stage) {
			const { put, get, transact, putNew, add } = await transacting(stage);
			await put({ pk: "taken", owner: "first" });
			const taken = putNew("taken");
			const shown = { Put: { ...taken.Put, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } } as TransactWriteItem;
			const error = await refused(transact([putNew("new"), shown, add("counted")]), "TransactionCanceledException");
			assert.deepEqual(codesOf(error), ["None", "ConditionalCheckFailed", "None"]);
			const reasons: { Item?: Record<string, never> }[] = Reflect.get(error, "CancellationReasons");
			assert.equal(unmarshall(reasons[1]?.Item ?? {})["owner"], "first");
			assert.deepEqual([await get("new"), await get("counted")], [undefined, undefined]);
		},
	},
	{
		name: "a transaction's token makes its repetition harmless",
		operations: [write, "dynamodb:GetItem"],
		source: `${api}/API_TransactWriteItems.html`,
		async run(stage) {
			const { get, transact, add } = await transacting(stage);
			const token = stage.unique("").slice(0, 36);
			await transact([add("a")], token);
			await transact([add("a")], token);
			assert.equal((await get("a"))?.["hits"], 1);
		},
	},
	{
		name: "a transaction's token with another request is refused",
		operations: [write],
		source: `${api}/API_TransactWriteItems.html`,
		async run(stage) {
			const { transact, add } = await transacting(stage);
			const token = stage.unique("").slice(0, 36);
			await transact([add("a")], token);
			await refused(transact([add("b")], token), "IdempotentParameterMismatchException");
		},
	},
	{
		name: "a transaction names an item once",
		operations: [write],
		source: `${api}/API_TransactWriteItems.html`,
		async run(stage) {
			const { transact, add, putNew } = await transacting(stage);
			await refused(transact([putNew("a"), add("a")]), "ValidationException");
		},
	},
	{
		name: "a transaction of 100 actions is taken, one of 101 is refused",
		operations: [write],
		source: `${guide}/ServiceQuotas.html`,
		async run(stage) {
			const { transact, putNew } = await transacting(stage);
			const puts = Array.from({ length: 101 }, (_, at) => putNew(`row-${at}`));
			await refused(transact(puts), "ValidationException");
			await transact(puts.slice(1));
		},
	},
	{
		name: "50 racing transactions for one item have one winner",
		operations: [write, "dynamodb:GetItem"],
		source: `${guide}/transaction-apis.html`,
		async run(stage) {
			const { get, transact, putNew, add } = await transacting(stage);
			const race = Array.from({ length: 50 }, (_, owner) => transact([putNew("a", { owner }), add(`by-${owner}`)]));
			const outcomes = await Promise.allSettled(race);
			const losers = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
			assert.equal(losers.length, 49);
			for (const loser of losers) {
				assert.equal(loser.name, "TransactionCanceledException");
				assert.match(codesOf(loser)[0] ?? "", /^(ConditionalCheckFailed|TransactionConflict)$/);
			}
			const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
			assert.equal((await get("a"))?.["owner"], winner);
			assert.equal((await get(`by-${winner === 0 ? 1 : 0}`))?.["hits"], undefined);
		},
	},
	{
		name: "TransactGetItems answers in order, and leaves out what is not there",
		operations: ["dynamodb:TransactGetItems"],
		source: `${api}/API_TransactGetItems.html`,
		async run(stage) {
			const { TableName, keyOf, put } = await transacting(stage);
			await put({ pk: "a" });
			await put({ pk: "c" });
			const TransactItems = ["c", "b", "a"].map((pk) => ({ Get: { TableName, Key: keyOf(pk) } }));
			const { Responses } = await stage.clients.dynamodb.send(new TransactGetItemsCommand({ TransactItems }));
			assert.deepEqual(
				Responses?.map(({ Item }) => Item?.["pk"]?.S),
				["c", undefined, "a"],
			);
		},
	},
];

/** Transactions of DynamoDB, as claims and operations are written. */
export const dynamodbTransactions: Suite = { service: "dynamodb", checks };
