import {
	ConditionalCheckFailedException,
	DynamoDBClient,
	ResourceNotFoundException,
	TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
	DynamoDBDocumentClient,
	GetCommand,
	PutCommand,
	QueryCommand,
	TransactGetCommand,
	TransactWriteCommand,
	UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aDatabase, registryTable } from "./a-database.ts";
import { serveJson } from "./json-endpoint.ts";

describe("the SDK's document client on the embedded DynamoDB", () => {
	let db: Awaited<ReturnType<typeof aDatabase>>;
	let server: Awaited<ReturnType<typeof serveJson>>;
	let client: DynamoDBDocumentClient;
	beforeAll(async () => {
		db = await aDatabase();
		await db.dynamodb.createTable(registryTable, "registry");
		server = await serveJson(db.dynamodb.service);
		const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "secret" };
		const base = new DynamoDBClient({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
		client = DynamoDBDocumentClient.from(base);
	});
	afterAll(async () => {
		client.destroy();
		server.close();
		await db.dynamodb.close();
	});

	const TableName = "registry";
	const rejection = (sent: Promise<unknown>) => sent.catch((error: unknown) => error);

	it("writes, reads, updates and queries", async () => {
		const item = { pk: "a", sk: "1", kindPk: "tenant", kindSk: "a", size: 3, tags: ["x"], nested: { deep: true } };
		await client.send(new PutCommand({ TableName, Item: item }));
		const update = { UpdateExpression: "SET #size = #size + :one", ExpressionAttributeNames: { "#size": "size" } };
		const updated = await client.send(
			new UpdateCommand({
				TableName,
				Key: { pk: "a", sk: "1" },
				...update,
				ExpressionAttributeValues: { ":one": 1 },
				ReturnValues: "ALL_NEW",
			}),
		);
		expect(updated.Attributes).toEqual({ ...item, size: 4 });
		const query = { TableName, IndexName: "byKind", KeyConditionExpression: "kindPk = :k AND begins_with(kindSk, :a)" };
		const found = await client.send(
			new QueryCommand({ ...query, ExpressionAttributeValues: { ":k": "tenant", ":a": "a" } }),
		);
		expect(found.Items).toEqual([{ ...item, size: 4 }]);
		const Get = { TableName, Key: { pk: "a", sk: "1" } };
		const read = await client.send(new TransactGetCommand({ TransactItems: [{ Get }] }));
		expect(read.Responses).toEqual([{ Item: { ...item, size: 4 } }]);
	});

	it("gets its own error classes, with their members", async () => {
		await client.send(new PutCommand({ TableName, Item: { pk: "taken", sk: "-", owner: "acme" } }));
		const claim = {
			TableName,
			Item: { pk: "taken", sk: "-" },
			ConditionExpression: "attribute_not_exists(pk)",
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		} as const;
		const single = await rejection(client.send(new PutCommand(claim)));
		expect(single).toBeInstanceOf(ConditionalCheckFailedException);
		expect(single).toMatchObject({ Item: { owner: { S: "acme" } } });
		const transaction = await rejection(client.send(new TransactWriteCommand({ TransactItems: [{ Put: claim }] })));
		expect(transaction).toBeInstanceOf(TransactionCanceledException);
		expect(transaction).toMatchObject({
			CancellationReasons: [{ Code: "ConditionalCheckFailed", Item: { owner: { S: "acme" } } }],
		});
		const missing = await rejection(client.send(new GetCommand({ TableName: "nowhere", Key: { pk: "a" } })));
		expect(missing).toBeInstanceOf(ResourceNotFoundException);
	});

	it("sees an unreachable table as a 503, which it would retry", async () => {
		db.dynamodb.setUnreachable(TableName, true);
		const error = await rejection(client.send(new GetCommand({ TableName, Key: { pk: "a", sk: "1" } })));
		db.dynamodb.setUnreachable(TableName, false);
		expect(error).toMatchObject({ name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } });
	});
});
