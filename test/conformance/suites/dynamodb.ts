import { strict as assert } from "node:assert";
import { DescribeTableCommand, GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type Check, refused, type Suite } from "../check.ts";
import { dynamodbReads } from "./dynamodb-reads.ts";
import { aTable } from "./dynamodb-table.ts";

const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";
const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";

const checks: readonly Check[] = [
	{
		name: "a condition that does not hold changes nothing, and shows the item if asked to",
		operations: ["dynamodb:PutItem", "dynamodb:GetItem"],
		source: `${api}/API_PutItem.html`,
		async run(stage) {
			const { put, get } = await aTable(stage);
			await put({ pk: "a", owner: "first" });
			const condition = { ConditionExpression: "attribute_not_exists(pk)" };
			const all = { ...condition, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
			const error = await refused(put({ pk: "a", owner: "second" }, all), "ConditionalCheckFailedException");
			assert.deepEqual(unmarshall(Reflect.get(error, "Item")), { pk: "a", sk: "row", owner: "first" });
			const quiet = await refused(put({ pk: "a", owner: "third" }, condition), "ConditionalCheckFailedException");
			assert.equal(Reflect.get(quiet, "Item"), undefined);
			assert.equal((await get("a"))?.["owner"], "first");
		},
	},
	{
		name: "200 racing conditional puts have one winner",
		operations: ["dynamodb:PutItem", "dynamodb:GetItem"],
		source: `${guide}/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate`,
		async run(stage) {
			const { put, get } = await aTable(stage);
			const condition = { ConditionExpression: "attribute_not_exists(pk)" };
			const tries = Array.from({ length: 200 }, (_, owner) => put({ pk: "a", owner }, condition).then(() => owner));
			const outcomes = await Promise.allSettled(tries);
			const winners = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
			const names = outcomes.flatMap((one) => (one.status === "rejected" ? [String(one.reason.name)] : []));
			assert.equal(winners.length, 1);
			assert.deepEqual([...new Set(names)], ["ConditionalCheckFailedException"]);
			assert.equal((await get("a"))?.["owner"], winners[0]);
		},
	},
	{
		name: "an update is fenced by its condition, and answers the item as it is then",
		operations: ["dynamodb:UpdateItem"],
		source: `${api}/API_UpdateItem.html`,
		async run(stage) {
			const { put, update } = await aTable(stage);
			await put({ pk: "a", generation: 2, gone: true });
			const write = (generation: number) =>
				update("a", {
					UpdateExpression: "SET generation = :new, #names = if_not_exists(#names, :none) REMOVE gone ADD looks :one",
					ConditionExpression: "generation < :new",
					ExpressionAttributeNames: { "#names": "names" },
					ExpressionAttributeValues: marshall({ ":new": generation, ":none": [], ":one": 1 }),
					ReturnValues: "ALL_NEW",
				});
			await refused(write(2), "ConditionalCheckFailedException");
			const { Attributes = {} } = await write(3);
			assert.deepEqual(unmarshall(Attributes), { pk: "a", sk: "row", generation: 3, names: [], looks: 1 });
		},
	},
	{
		name: "an update makes an item that is not there, unless its condition says otherwise",
		operations: ["dynamodb:UpdateItem", "dynamodb:GetItem"],
		source: `${api}/API_UpdateItem.html`,
		async run(stage) {
			const { update, get } = await aTable(stage);
			const set = { UpdateExpression: "SET x = :x", ExpressionAttributeValues: marshall({ ":x": 1 }) };
			await refused(
				update("a", { ...set, ConditionExpression: "attribute_exists(pk)" }),
				"ConditionalCheckFailedException",
			);
			assert.equal(await get("a"), undefined);
			await update("a", set);
			assert.deepEqual(await get("a"), { pk: "a", sk: "row", x: 1 });
		},
	},
	{
		name: "100 racing additions all count",
		operations: ["dynamodb:UpdateItem", "dynamodb:GetItem"],
		source: `${guide}/WorkingWithItems.html#WorkingWithItems.AtomicCounters`,
		async run(stage) {
			const { update, get } = await aTable(stage);
			const one = { UpdateExpression: "ADD hits :one", ExpressionAttributeValues: marshall({ ":one": 1 }) };
			await Promise.all(Array.from({ length: 100 }, () => update("a", one)));
			assert.equal((await get("a"))?.["hits"], 100);
		},
	},
	{
		name: "an item is deleted under a condition, is answered as it was, and again is no error",
		operations: ["dynamodb:DeleteItem"],
		source: `${api}/API_DeleteItem.html`,
		async run(stage) {
			const { put, remove, get } = await aTable(stage);
			await put({ pk: "a", owner: "first" });
			const owned = {
				ConditionExpression: "#owner = :owner",
				ExpressionAttributeNames: { "#owner": "owner" },
				ExpressionAttributeValues: marshall({ ":owner": "second" }),
			};
			await refused(remove("a", owned), "ConditionalCheckFailedException");
			const { Attributes } = await remove("a", { ReturnValues: "ALL_OLD" });
			assert.equal(Attributes && unmarshall(Attributes)["owner"], "first");
			assert.equal(await get("a"), undefined);
			await remove("a");
		},
	},
	{
		name: "numbers keep 38 digits",
		operations: ["dynamodb:PutItem", "dynamodb:GetItem"],
		source: `${guide}/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number`,
		async run(stage) {
			const { TableName, keyOf } = await aTable(stage);
			const { dynamodb } = stage.clients;
			const N = "12345678901234567890123456789012345678";
			await dynamodb.send(new PutItemCommand({ TableName, Item: { ...keyOf("a"), n: { N } } }));
			const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key: keyOf("a") }));
			assert.deepEqual(Item?.["n"], { N });
		},
	},
	{
		name: "an empty key, a missing key and an item beyond 400 KB are refused",
		operations: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
		source: `${guide}/Constraints.html`,
		async run(stage) {
			const { put, update } = await aTable(stage);
			await refused(put({ pk: "" }), "ValidationException");
			await refused(put({ other: "a" }), "ValidationException");
			await refused(put({ pk: "a", text: "x".repeat(410 * 1024) }), "ValidationException");
			const key = { UpdateExpression: "SET pk = :x", ExpressionAttributeValues: marshall({ ":x": "b" }) };
			await refused(update("a", key), "ValidationException");
		},
	},
	{
		name: "an expression that names a value that is not given is refused",
		operations: ["dynamodb:PutItem"],
		source: `${guide}/Programming.Errors.html#Programming.Errors.MessagesAndCodes`,
		async run(stage) {
			const { put } = await aTable(stage);
			await refused(put({ pk: "a" }, { ConditionExpression: "version = :v" }), "ValidationException");
			const unused = {
				ConditionExpression: "attribute_not_exists(pk)",
				ExpressionAttributeValues: marshall({ ":v": 1 }),
			};
			await refused(put({ pk: "a" }, unused), "ValidationException");
		},
	},
	{
		name: "a table that is not there is refused with ResourceNotFoundException",
		operations: ["dynamodb:DescribeTable", "dynamodb:Scan"],
		source: `${api}/API_DescribeTable.html`,
		async run({ clients, unique }) {
			const TableName = unique("nothing");
			await refused(clients.dynamodb.send(new DescribeTableCommand({ TableName })), "ResourceNotFoundException");
			await refused(clients.dynamodb.send(new ScanCommand({ TableName })), "ResourceNotFoundException");
		},
	},
	{
		name: "DescribeTable tells keys, indexes and status",
		operations: ["dynamodb:DescribeTable"],
		source: `${api}/API_DescribeTable.html`,
		async run(stage) {
			const { TableName } = await aTable(stage);
			const { Table } = await stage.clients.dynamodb.send(new DescribeTableCommand({ TableName }));
			assert.deepEqual([Table?.TableName, Table?.TableStatus], [TableName, "ACTIVE"]);
			assert.deepEqual(
				Table?.KeySchema?.map(({ AttributeName }) => AttributeName),
				["pk", "sk"],
			);
			assert.deepEqual(
				Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
				["listed"],
			);
		},
	},
];

/** Single items of DynamoDB, as the registry writes them. */
export const dynamodb: Suite = { service: "dynamodb", checks: [...checks, ...dynamodbReads] };
