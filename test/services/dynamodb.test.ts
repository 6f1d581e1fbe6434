import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { documents, isConditionFailure, parseRow, transact } from "../../services/dynamodb.ts";

const client = mockClient(documents);
beforeEach(() => client.reset());

const items = [{ Put: { TableName: "registry", Item: { pk: "a", sk: "-" } } }];
const cancelled = (...codes: (string | undefined)[]) =>
	new TransactionCanceledException({
		$metadata: {},
		message: "cancelled",
		CancellationReasons: codes.map((code) => (code === undefined ? {} : { Code: code })),
	});

describe("a transaction", () => {
	it("answers nothing when all was written", async () => {
		client.on(TransactWriteCommand).resolves({});
		expect(await transact(items)).toBeUndefined();
		expect(client.commandCalls(TransactWriteCommand, { TransactItems: items })).toHaveLength(1);
	});

	it("says of each item why it was refused, with the row that stood in the way", async () => {
		const refused = cancelled(undefined, "ConditionalCheckFailed");
		const [, reason] = refused.CancellationReasons ?? [];
		if (reason) reason.Item = { pk: { S: "a" }, size: { N: "3" } };
		client.on(TransactWriteCommand).rejects(refused);
		expect(await transact(items)).toEqual([
			{ code: "None", item: undefined },
			{ code: "ConditionalCheckFailed", item: { pk: "a", size: 3 } },
		]);
	});

	it("answers an empty list when DynamoDB gives no reasons", async () => {
		client.on(TransactWriteCommand).rejects(new TransactionCanceledException({ $metadata: {}, message: "cancelled" }));
		expect(await transact(items)).toEqual([]);
	});

	it.each(["ThrottlingError", "ProvisionedThroughputExceeded"])("is Throttled when a reason is %s", async (code) => {
		client.on(TransactWriteCommand).rejects(cancelled("None", code));
		await expect(transact(items)).rejects.toMatchObject({ name: "Throttled" });
	});

	it("asks again while another transaction is at one of its rows", async () => {
		client.on(TransactWriteCommand).rejectsOnce(cancelled("TransactionConflict")).resolves({});
		expect(await transact(items)).toBeUndefined();
		expect(client.calls()).toHaveLength(2);
	});

	it("takes no condition for refused while another transaction is at a row", async () => {
		const both = cancelled("ConditionalCheckFailed", "TransactionConflict");
		client.on(TransactWriteCommand).rejectsOnce(both).rejects(cancelled("ConditionalCheckFailed", "None"));
		expect(await transact(items)).toMatchObject([{ code: "ConditionalCheckFailed" }, { code: "None" }]);
		expect(client.calls()).toHaveLength(2);
	});

	it("gives up after eight conflicts, as something that may work later", async () => {
		vi.spyOn(Math, "random").mockReturnValue(0);
		client.on(TransactWriteCommand).rejects(cancelled("TransactionConflict"));
		await expect(transact(items)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(client.calls()).toHaveLength(8);
	});

	it("lets other exceptions pass, in our words where there are any", async () => {
		const named = (name: string) => Object.assign(new Error("no"), { name });
		client.on(TransactWriteCommand).rejectsOnce(named("ThrottlingException")).rejectsOnce(named("ValidationException"));
		await expect(transact(items)).rejects.toMatchObject({ name: "Throttled" });
		await expect(transact(items)).rejects.toMatchObject({ name: "ValidationException" });
	});
});

describe("a row", () => {
	it("that does not parse is never guessed at", () => {
		const schema = z.object({ size: z.number() });
		expect(parseRow(schema, { pk: "a", size: 3 })).toEqual({ size: 3 });
		expect(() => parseRow(schema, { size: "3" })).toThrow(z.ZodError);
	});

	it("was refused by its condition when DynamoDB says so, and only then", () => {
		expect(isConditionFailure(new ConditionalCheckFailedException({ $metadata: {}, message: "no" }))).toBe(true);
		expect(isConditionFailure(new Error("ConditionalCheckFailedException"))).toBe(false);
	});
});
