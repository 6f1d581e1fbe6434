import { strict as assert } from "node:assert";
import {
	BatchGetItemCommand,
	BatchWriteItemCommand,
	QueryCommand,
	type QueryCommandInput,
	ScanCommand,
	UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type Check, refused, type Stage } from "../check.ts";
import { aTable } from "./dynamodb-table.ts";

const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";
const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";

/** Seven rows of one key; those with an even number are in the index. */
async function sevenRows(stage: Stage) {
	const { dynamodb } = stage.clients;
	const table = await aTable(stage);
	for (let at = 0; at < 7; at++) {
		await table.put({ pk: "a", sk: `row-${at}`, size: at, ...(at % 2 === 0 && { listed: "yes" }) });
	}
	const query = (more: Partial<QueryCommandInput>) =>
		dynamodb.send(
			new QueryCommand({
				...{ TableName: table.TableName, KeyConditionExpression: "pk = :pk" },
				...{ ExpressionAttributeValues: marshall({ ":pk": "a" }), ...more },
			}),
		);
	return { ...table, query };
}

const inIndex = {
	...{ IndexName: "listed", KeyConditionExpression: "listed = :yes" },
	ExpressionAttributeValues: marshall({ ":yes": "yes" }),
};

/** What DynamoDB answers to queries, scans and batches. */
export const dynamodbReads: readonly Check[] = [
	{
		name: "a query answers in the order of the sort key, page by page",
		operations: ["dynamodb:Query"],
		source: `${guide}/Query.Pagination.html`,
		async run(stage) {
			const { query } = await sevenRows(stage);
			const found: string[] = [];
			let last: QueryCommandInput["ExclusiveStartKey"];
			do {
				const page = await query({ Limit: 3, ExclusiveStartKey: last });
				assert((page.Items?.length ?? 0) <= 3);
				found.push(...(page.Items ?? []).map((item) => unmarshall(item)["sk"]));
				last = page.LastEvaluatedKey;
			} while (last && found.length < 20);
			assert.deepEqual(
				found,
				[0, 1, 2, 3, 4, 5, 6].map((at) => `row-${at}`),
			);
			const backwards = await query({ ScanIndexForward: false, Limit: 1 });
			assert.equal(backwards.Items?.[0]?.["sk"]?.S, "row-6");
		},
	},
	{
		name: "a filter takes away after the limit, and ScannedCount tells of it",
		operations: ["dynamodb:Query"],
		source: `${guide}/Query.FilterExpression.html`,
		async run(stage) {
			const { query } = await sevenRows(stage);
			const page = await query({
				...{ Limit: 4, FilterExpression: "#size >= :least", ExpressionAttributeNames: { "#size": "size" } },
				ExpressionAttributeValues: marshall({ ":pk": "a", ":least": 3 }),
			});
			assert.deepEqual([page.Count, page.ScannedCount, page.Items?.length], [1, 4, 1]);
		},
	},
	{
		name: "begins_with and BETWEEN narrow a sort key",
		operations: ["dynamodb:Query"],
		source: `${guide}/Query.KeyConditionExpressions.html`,
		async run(stage) {
			const { query } = await sevenRows(stage);
			const begins = await query({
				KeyConditionExpression: "pk = :pk AND begins_with(sk, :start)",
				ExpressionAttributeValues: marshall({ ":pk": "a", ":start": "row-4" }),
			});
			const between = await query({
				KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
				ExpressionAttributeValues: marshall({ ":pk": "a", ":low": "row-1", ":high": "row-3" }),
			});
			assert.deepEqual([begins.Count, between.Count], [1, 3]);
		},
	},
	{
		name: "an index holds the items that have its key, and pages by it",
		operations: ["dynamodb:Query", "dynamodb:UpdateItem"],
		source: `${guide}/bp-indexes-general-sparse-indexes.html`,
		async run(stage) {
			const { query, TableName } = await sevenRows(stage);
			const page = await query({ ...inIndex, Limit: 2 });
			assert.deepEqual(
				page.Items?.map((item) => item["sk"]?.S),
				["row-0", "row-2"],
			);
			assert.deepEqual(Object.keys(page.LastEvaluatedKey ?? {}).sort(), ["listed", "pk", "sk"]);
			const rest = await query({ ...inIndex, ExclusiveStartKey: page.LastEvaluatedKey });
			assert.deepEqual(
				rest.Items?.map((item) => item["sk"]?.S),
				["row-4", "row-6"],
			);
			const leave = { TableName, Key: marshall({ pk: "a", sk: "row-0" }), UpdateExpression: "REMOVE listed" };
			await stage.clients.dynamodb.send(new UpdateItemCommand(leave));
			assert.equal((await query(inIndex)).Count, 3);
		},
	},
	{
		name: "a consistent read of a global index is refused",
		operations: ["dynamodb:Query"],
		source: `${guide}/GSI.html`,
		async run(stage) {
			const { query } = await sevenRows(stage);
			await refused(query({ ...inIndex, ConsistentRead: true }), "ValidationException");
		},
	},
	{
		name: "a scan goes over everything once, page by page",
		operations: ["dynamodb:Scan"],
		source: `${api}/API_Scan.html`,
		async run(stage) {
			const { TableName } = await sevenRows(stage);
			const found: string[] = [];
			let last: QueryCommandInput["ExclusiveStartKey"];
			do {
				const asked = new ScanCommand({ TableName, Limit: 2, ExclusiveStartKey: last });
				const page = await stage.clients.dynamodb.send(asked);
				found.push(...(page.Items ?? []).map((item) => item["sk"]?.S ?? ""));
				last = page.LastEvaluatedKey;
			} while (last && found.length < 20);
			assert.deepEqual(
				found.sort(),
				[0, 1, 2, 3, 4, 5, 6].map((at) => `row-${at}`),
			);
		},
	},
	{
		name: "a batch puts and deletes up to 25 items, and leaves nothing undone",
		operations: ["dynamodb:BatchWriteItem", "dynamodb:GetItem"],
		source: `${api}/API_BatchWriteItem.html`,
		async run(stage) {
			const { TableName, put, get, keyOf } = await aTable(stage);
			await put({ pk: "old" });
			const item = (at: number) => ({ PutRequest: { Item: marshall({ pk: `new-${at}`, sk: "row" }) } });
			const write = (requests: object[]) =>
				stage.clients.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
			const puts = Array.from({ length: 24 }, (_, at) => item(at));
			const { UnprocessedItems } = await write([...puts, { DeleteRequest: { Key: keyOf("old") } }]);
			assert.deepEqual(UnprocessedItems ?? {}, {});
			assert.deepEqual([await get("old"), await get("new-23")], [undefined, { pk: "new-23", sk: "row" }]);
			await refused(write(Array.from({ length: 26 }, (_, at) => item(at))), "ValidationException");
			await refused(write([item(1), item(1)]), "ValidationException");
		},
	},
	{
		name: "a batch gets what is there of up to 100 keys, in any order",
		operations: ["dynamodb:BatchGetItem"],
		source: `${api}/API_BatchGetItem.html`,
		async run(stage) {
			const { TableName } = await sevenRows(stage);
			const get = (keys: object[]) =>
				stage.clients.dynamodb.send(
					new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys.map((key) => marshall(key)) } } }),
				);
			const { Responses, UnprocessedKeys } = await get([
				{ pk: "a", sk: "row-1" },
				{ pk: "a", sk: "nothing" },
				{ pk: "a", sk: "row-5" },
			]);
			assert.deepEqual(Responses?.[TableName]?.map((item) => item["sk"]?.S).sort(), ["row-1", "row-5"]);
			assert.deepEqual(UnprocessedKeys ?? {}, {});
			await refused(get(Array.from({ length: 101 }, (_, at) => ({ pk: "a", sk: `${at}` }))), "ValidationException");
			await refused(
				get([
					{ pk: "a", sk: "1" },
					{ pk: "a", sk: "1" },
				]),
				"ValidationException",
			);
		},
	},
];
