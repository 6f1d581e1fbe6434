import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aDatabase, home, mapTable, registryTable } from "./a-database.ts";

describe("the embedded DynamoDB", () => {
	let db: Awaited<ReturnType<typeof aDatabase>>;
	beforeEach(async () => {
		db = await aDatabase();
		await db.dynamodb.createTable(registryTable, "registry");
		await db.dynamodb.createTable(mapTable, "map");
	});
	afterEach(() => db.dynamodb.close());

	const put = (pk: string, more: Record<string, unknown> = {}) =>
		db.call("PutItem", { TableName: "registry", Item: { ...db.keys(pk), ...more } });
	const byKind = (kind: string) =>
		db.call("Query", {
			TableName: "registry",
			IndexName: "byKind",
			KeyConditionExpression: "kindPk = :kind",
			ExpressionAttributeValues: { ":kind": { S: kind } },
		});

	it("keeps a write from happening when its condition fails, and shows the item that was in the way", async () => {
		await put("tenant", { name: { S: "first" } });
		const error = await db.refusal("PutItem", {
			TableName: "registry",
			Item: { ...db.keys("tenant"), name: { S: "second" } },
			ConditionExpression: "attribute_not_exists(pk)",
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		});
		expect(error).toMatchObject({ name: "ConditionalCheckFailedException", status: 400 });
		expect(error.members).toEqual({ Item: { ...db.keys("tenant"), name: { S: "first" } } });
		expect(await db.item("tenant")).toMatchObject({ name: { S: "first" } });
	});

	it("keeps 30 racing counters exact", async () => {
		const increment = {
			TableName: "registry",
			Key: db.keys("counter"),
			UpdateExpression: "ADD seen :one",
			ExpressionAttributeValues: { ":one": { N: "1" } },
		};
		await Promise.all(Array.from({ length: 30 }, () => db.call("UpdateItem", increment)));
		expect(await db.item("counter")).toMatchObject({ seen: { N: "30" } });
	});

	it("moves an item in its index when its key there changes, and drops it when it is deleted", async () => {
		await put("a", { kindPk: { S: "tenant" }, kindSk: { S: "1" } });
		await put("a", { kindPk: { S: "claim" }, kindSk: { S: "1" } });
		expect(await byKind("tenant")).toMatchObject({ Count: 0 });
		expect(await byKind("claim")).toMatchObject({ Count: 1 });
		await db.call("DeleteItem", { TableName: "registry", Key: db.keys("a") });
		expect(await byKind("claim")).toMatchObject({ Count: 0 });
	});

	it("pages through a query by its LastEvaluatedKey", async () => {
		for (const n of [1, 2, 3]) await put(`t${n}`, { kindPk: { S: "tenant" }, kindSk: { S: `${n}` } });
		const query = {
			TableName: "registry",
			IndexName: "byKind",
			Limit: 2,
			KeyConditionExpression: "kindPk = :kind",
			ExpressionAttributeValues: { ":kind": { S: "tenant" } },
		};
		const first = await db.call("Query", query);
		const second = await db.call("Query", { ...query, ExclusiveStartKey: first["LastEvaluatedKey"] });
		expect(first).toMatchObject({ Count: 2, Items: [{ kindSk: { S: "1" } }, { kindSk: { S: "2" } }] });
		expect(second).toMatchObject({ Count: 1, Items: [{ kindSk: { S: "3" } }] });
		expect(second).not.toHaveProperty("LastEvaluatedKey");
	});

	it("writes and reads in batches", async () => {
		const puts = ["a", "b"].map((pk) => ({
			PutRequest: { Item: { ...db.keys(pk), kindPk: { S: "k" }, kindSk: { S: pk } } },
		}));
		await db.call("BatchWriteItem", { RequestItems: { registry: puts } });
		const Keys = ["a", "b", "c"].map((pk) => db.keys(pk));
		const read = await db.call("BatchGetItem", { RequestItems: { registry: { Keys } } });
		expect(read).toMatchObject({ Responses: { registry: { length: 2 } }, UnprocessedKeys: {} });
		expect(await byKind("k")).toMatchObject({ Count: 2 });
	});

	it("names what is wrong with a request", async () => {
		const missing = { TableName: "nowhere", Key: db.keys("a") };
		expect(await db.refusal("GetItem", missing)).toMatchObject({ name: "ResourceNotFoundException" });
		const keyless = { TableName: "registry", Item: { pk: { S: "a" } } };
		expect(await db.refusal("PutItem", keyless)).toMatchObject({ name: "ValidationException" });
		expect(await db.refusal("PutItem", "no object")).toMatchObject({ name: "SerializationException" });
	});

	it("answers in a table's own account and regions only, and every replica reads the same", async () => {
		await db.call("PutItem", { TableName: "map", Item: { hostname: { S: "acme.test" } } });
		const read = { TableName: "map", Key: { hostname: { S: "acme.test" } } };
		expect(await db.call("GetItem", read, { ...home, region: "eu-west-1" })).toHaveProperty("Item");
		const notFound = { name: "ResourceNotFoundException" };
		expect(await db.refusal("GetItem", read, { ...home, region: "ap-south-1" })).toMatchObject(notFound);
		expect(await db.refusal("GetItem", read, { ...home, accountId: "333333333333" })).toMatchObject(notFound);
	});

	it("answers 503 for a table that is unreachable, in whatever call it is named, and then goes on", async () => {
		await put("a");
		db.dynamodb.setUnreachable("map", true);
		const Key = { hostname: { S: "acme.test" } };
		const calls: [string, unknown][] = [
			["GetItem", { TableName: "map", Key }],
			["BatchGetItem", { RequestItems: { map: { Keys: [Key] } } }],
			["TransactWriteItems", { TransactItems: [{ Put: { TableName: "map", Item: Key } }] }],
		];
		for (const [operation, input] of calls)
			expect(await db.refusal(operation, input)).toMatchObject({ name: "ServiceUnavailable", status: 503 });
		expect(await db.item("a")).toBeDefined();
		db.dynamodb.setUnreachable("map", false);
		expect(await db.call("GetItem", { TableName: "map", Key })).toEqual({});
	});

	it("deletes what has expired within a minute, from the indexes too, and nothing else", async () => {
		const nowSeconds = db.clock.now() / 1000;
		const indexed = { kindPk: { S: "k" }, kindSk: { S: "1" } };
		await put("soon", { expiresAt: { N: `${nowSeconds + 30}` }, ...indexed });
		await put("later", { expiresAt: { N: `${nowSeconds + 90}` } });
		await put("text", { expiresAt: { S: `${nowSeconds - 30}` } });
		await put("ancient", { expiresAt: { N: `${nowSeconds - 6 * 365 * 86_400}` } });
		await put("never");
		await db.clock.advance(59_000);
		expect(await db.item("soon")).toBeDefined();
		await db.clock.advance(1_000);
		await vi.waitFor(async () => expect(await db.item("soon")).toBeUndefined());
		expect(await byKind("k")).toMatchObject({ Count: 0 });
		for (const pk of ["later", "text", "ancient", "never"]) expect(await db.item(pk)).toBeDefined();
		await db.clock.advance(60_000);
		await vi.waitFor(async () => expect(await db.item("later")).toBeUndefined());
	});
});

describe("a database on disk", () => {
	let path: string;
	beforeEach(() => {
		path = join(mkdtempSync(join(tmpdir(), "dynamodb-")), "deep", "data");
	});
	afterEach(() => rmSync(join(path, "..", ".."), { recursive: true }));

	it("has its data, tables and expiry after a restart", async () => {
		const before = await aDatabase(path);
		await before.dynamodb.createTable(registryTable, "registry");
		const expiresAt = { N: `${before.clock.now() / 1000 + 10}` };
		await before.call("PutItem", { TableName: "registry", Item: before.keys("kept") });
		await before.call("PutItem", { TableName: "registry", Item: { ...before.keys("expires"), expiresAt } });
		await before.dynamodb.close();

		const after = await aDatabase(path);
		expect(await after.item("kept")).toEqual(after.keys("kept"));
		await after.clock.advance(60_000);
		await vi.waitFor(async () => expect(await after.item("expires")).toBeUndefined());
		await after.dynamodb.createTable(registryTable, "registry");
		expect(await after.item("kept")).toBeDefined();
		await after.dynamodb.close();
	});

	it("builds a new index over what is there, and refuses another primary key", async () => {
		const { GlobalSecondaryIndexes, ...plain } = registryTable;
		const keysOnly = registryTable.AttributeDefinitions.slice(0, 2);
		const db = await aDatabase(path);
		await db.dynamodb.createTable({ ...plain, AttributeDefinitions: keysOnly }, "registry");
		const Item = { ...db.keys("a"), kindPk: { S: "k" }, kindSk: { S: "1" } };
		await db.call("PutItem", { TableName: "registry", Item });
		await db.dynamodb.createTable({ ...plain, GlobalSecondaryIndexes }, "registry");
		const query = { TableName: "registry", IndexName: "byKind", KeyConditionExpression: "kindPk = :k" };
		const found = await db.call("Query", { ...query, ExpressionAttributeValues: { ":k": { S: "k" } } });
		expect(found).toMatchObject({ Items: [Item] });
		await expect(db.dynamodb.createTable(mapTable, "registry")).rejects.toMatchObject({ name: "ValidationException" });
		await db.dynamodb.close();
	});

	it("cannot be opened twice at once", async () => {
		const db = await aDatabase(path);
		await expect(aDatabase(path)).rejects.toThrow();
		await db.dynamodb.close();
	});
});
