import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aDatabase, registryTable } from "./a-database.ts";

describe("a transaction", () => {
	let db: Awaited<ReturnType<typeof aDatabase>>;
	beforeEach(async () => {
		db = await aDatabase();
		await db.dynamodb.createTable(registryTable, "registry");
	});
	afterEach(() => db.dynamodb.close());

	const TableName = "registry";
	const unclaimed = { ConditionExpression: "attribute_not_exists(pk)" };
	const put = (pk: string, more: Record<string, unknown> = {}) => ({ Put: { TableName, Item: db.keys(pk), ...more } });
	const transact = (TransactItems: unknown[], more = {}) => db.call("TransactWriteItems", { TransactItems, ...more });
	const refused = (TransactItems: unknown[], more = {}) => db.refusal("TransactWriteItems", { TransactItems, ...more });

	it("has one winner when 50 race for the same key", async () => {
		const claims = Array.from({ length: 50 }, (_, n) =>
			transact([
				put(`tenant${n}`),
				{ Put: { TableName, Item: { ...db.keys("claim"), owner: { N: `${n}` } }, ...unclaimed } },
			]),
		);
		const results = await Promise.allSettled(claims);
		const winners = results.flatMap((result, n) => (result.status === "fulfilled" ? [n] : []));
		expect(winners).toHaveLength(1);
		expect(await db.item("claim")).toMatchObject({ owner: { N: `${winners[0]}` } });
		expect(await db.call("Scan", { TableName })).toMatchObject({ Count: 2 });
	});

	it("races single writes fairly: a claim goes to one of both kinds", async () => {
		const single = () => db.call("PutItem", { TableName, Item: db.keys("claim"), ...unclaimed });
		const both = Array.from({ length: 20 }, (_, n) => (n % 2 ? single() : transact([put("claim", unclaimed)])));
		const results = await Promise.allSettled(both);
		expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
	});

	it("writes nothing when one action fails, and says of each action whether it was to blame", async () => {
		await transact([{ Put: { TableName, Item: { ...db.keys("taken"), owner: { S: "acme" } } } }, put("doomed")]);
		const error = await refused([
			put("new", { Item: { ...db.keys("new"), kindPk: { S: "k" }, kindSk: { S: "1" } } }),
			put("taken", { ...unclaimed, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
			{ Delete: { TableName, Key: db.keys("doomed") } },
			{ ConditionCheck: { TableName, Key: db.keys("ghost"), ConditionExpression: "attribute_exists(pk)" } },
		]);
		const Message = "The conditional request failed";
		expect(error).toMatchObject({
			name: "TransactionCanceledException",
			message:
				"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None, ConditionalCheckFailed]",
		});
		expect(error.members).toEqual({
			CancellationReasons: [
				{ Code: "None" },
				{ Code: "ConditionalCheckFailed", Message, Item: { ...db.keys("taken"), owner: { S: "acme" } } },
				{ Code: "None" },
				{ Code: "ConditionalCheckFailed", Message },
			],
		});
		expect(await db.item("new")).toBeUndefined();
		expect(await db.item("doomed")).toBeDefined();
		expect(await db.call("Scan", { TableName, IndexName: "byKind" })).toMatchObject({ Count: 0 });
	});

	it("puts, updates, deletes and checks in one go, indexes included", async () => {
		await transact([put("old"), put("counter"), put("guard")]);
		await transact([
			put("new", { Item: { ...db.keys("new"), kindPk: { S: "k" }, kindSk: { S: "1" } } }),
			{
				Update: {
					TableName,
					Key: db.keys("counter"),
					UpdateExpression: "SET #n = if_not_exists(#n, :zero) + :one",
					ExpressionAttributeNames: { "#n": "n" },
					ExpressionAttributeValues: { ":zero": { N: "0" }, ":one": { N: "1" } },
				},
			},
			{ Delete: { TableName, Key: db.keys("old") } },
			{ ConditionCheck: { TableName, Key: db.keys("guard"), ConditionExpression: "attribute_exists(pk)" } },
		]);
		expect(await db.item("counter")).toMatchObject({ n: { N: "1" } });
		expect(await db.item("old")).toBeUndefined();
		expect(await db.call("Scan", { TableName, IndexName: "byKind" })).toMatchObject({ Items: [{ pk: { S: "new" } }] });
	});

	it("blames an update that cannot be applied, and still writes nothing", async () => {
		await transact([{ Put: { TableName, Item: { ...db.keys("text"), n: { S: "no number" } } } }]);
		const ExpressionAttributeValues = { ":one": { N: "1" } };
		const add = { TableName, Key: db.keys("text"), UpdateExpression: "ADD n :one", ExpressionAttributeValues };
		const error = await refused([put("new"), { Update: add }]);
		expect(error.members).toMatchObject({ CancellationReasons: [{ Code: "None" }, { Code: "ValidationError" }] });
		expect(await db.item("new")).toBeUndefined();
	});

	it("is refused whole when it is malformed", async () => {
		const malformed = [
			[],
			[{}],
			[{ ...put("a"), Delete: { TableName, Key: db.keys("b") } }],
			[put("a"), { Delete: { TableName, Key: db.keys("a") } }],
			[{ Delete: { TableName, Key: { pk: { S: "a" } } } }],
			[put("a", { ConditionExpression: "not an expression" })],
			Array.from({ length: 101 }, (_, n) => put(`${n}`)),
		];
		for (const items of malformed) expect(await refused(items)).toMatchObject({ name: "ValidationException" });
		expect(await db.call("Scan", { TableName })).toMatchObject({ Count: 0 });
	});

	it("succeeds again when its token is sent again, without writing twice, for ten minutes", async () => {
		const ClientRequestToken = "00000000-0000-4000-8000-000000000000";
		const claim = [put("claim", unclaimed)];
		await transact(claim, { ClientRequestToken });
		expect(await transact(claim, { ClientRequestToken })).toEqual({});
		const other = await refused([put("other")], { ClientRequestToken });
		expect(other).toMatchObject({ name: "IdempotentParameterMismatchException" });
		await db.clock.advance(600_000);
		const late = await refused(claim, { ClientRequestToken });
		expect(late).toMatchObject({ name: "TransactionCanceledException" });
	});

	it("is never seen half-done by a transactional read", async () => {
		const set = (n: number) =>
			transact(["a", "b", "c"].map((pk) => ({ Put: { TableName, Item: { ...db.keys(pk), n: { N: `${n}` } } } })));
		await set(0);
		const TransactItems = ["a", "b", "c"].map((pk) => ({ Get: { TableName, Key: db.keys(pk) } }));
		const rounds = Array.from({ length: 20 }, (_, n) => [set(n), db.call("TransactGetItems", { TransactItems })]);
		for (const [, reading] of rounds) {
			const seen = JSON.stringify(await reading).match(/"N":"\d+"/g);
			expect(seen).toHaveLength(3);
			expect(new Set(seen).size).toBe(1);
		}
		await vi.waitFor(async () => expect(await db.item("c")).toMatchObject({ n: { N: "19" } }));
	});

	it("reads a missing item as an empty answer, and a projection as asked", async () => {
		await transact([{ Put: { TableName, Item: { ...db.keys("a"), n: { N: "1" }, secret: { S: "x" } } } }]);
		const read = await db.call("TransactGetItems", {
			TransactItems: [
				{ Get: { TableName, Key: db.keys("ghost") } },
				{ Get: { TableName, Key: db.keys("a"), ProjectionExpression: "n" } },
			],
		});
		expect(read).toEqual({ Responses: [{}, { Item: { n: { N: "1" } } }] });
	});
});
