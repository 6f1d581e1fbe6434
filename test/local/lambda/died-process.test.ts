import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { createFront } from "../../../local/aws/front.ts";
import type { JsonService } from "../../../local/aws/service.ts";
import { realClock } from "../../../local/clock.ts";
import { createFaults } from "../../../local/faults.ts";
import { nameFunctionsTo } from "../../../local/iam/calling-function.ts";
import { createLambda } from "../../../local/lambda/lambda.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of open.splice(0)) await close();
});

/** A function that writes three items, one after the other, and a DynamoDB that notes them. */
async function aWriter() {
	const puts: string[] = [];
	const dynamodb: JsonService = {
		target: "DynamoDB_20120810",
		contentType: "application/x-amz-json-1.0",
		operations: {
			PutItem(input) {
				puts.push(String(Reflect.get(Object(input), "TableName")));
				return {};
			},
		},
	};
	const faults = createFaults({ seed: "s", rate: 0 });
	let over: () => void;
	const ended = new Promise<void>((resolve) => {
		over = resolve;
	});
	const lambda = createLambda({
		resolveHandler: async () => async () => {
			const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "local" };
			const client = new DynamoDBClient({ endpoint: listening.url, region: "us-east-1", credentials, maxAttempts: 2 });
			try {
				for (const TableName of ["one", "two", "three"]) {
					await client.send(new PutItemCommand({ TableName, Item: { pk: { S: "a" } } }));
				}
			} finally {
				client.destroy();
				over();
			}
		},
		...{ clock: realClock, environment: {}, log: () => {}, faults },
		caller: { accountId: "222222222222", region: "us-east-1" },
	});
	const front = createFront({ json: [dynamodb], rest: [], query: [], faults, invocation: lambda.invocation });
	const listening = await front.listen("127.0.0.1", 0);
	open.push(lambda.close, nameFunctionsTo(new URL(listening.url).host), () => listening.close());
	lambda.addFunction({ FunctionName: "act", Handler: "act.handler", Timeout: 20 });
	return { lambda, faults, puts, ended };
}

describe("a function's process that dies after a call", () => {
	it("has made that call and makes no other, and its invocation ends as Lambda tells of a died process", async () => {
		const { lambda, faults, puts, ended } = await aWriter();
		faults.order({ kind: "crash", when: 2 });
		expect(await lambda.invoke("act", {})).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
		await ended; // what is left of it in this process has tried on, in vain
		expect(puts).toEqual(["one", "two"]);
	});

	it("dies once, and lives when it makes fewer calls", async () => {
		const { lambda, faults, puts } = await aWriter();
		faults.order({ kind: "crash", when: 9 });
		expect(await lambda.invoke("act", {})).toMatchObject({ ok: true });
		expect(puts).toHaveLength(3);
	});

	it("is told apart by what it was given, and so are the calls that go wrong", async () => {
		const { lambda, faults, puts } = await aWriter();
		faults.order({ kind: "reset", functionName: "act", payloadIncludes: ["acme"], try: 1, times: 3 });
		expect(await lambda.invoke("act", { tenant: "globex" })).toMatchObject({ ok: true });
		expect(faults.given()).toEqual({});
		expect(await lambda.invoke("act", { tenant: "acme" })).toMatchObject({ ok: true });
		expect(faults.given()).toEqual({ "dynamodb.PutItem reset before": 3 });
		expect(puts).toHaveLength(6);
	});

	it("is heard of when it begins, and forgotten when it ends", async () => {
		const { lambda } = await aWriter();
		const heard: { functionName: string; payload: string; calls: number }[] = [];
		const stop = lambda.listen((invocation) => heard.push(invocation));
		await lambda.invoke("act", { n: 1 });
		stop();
		await lambda.invoke("act", { n: 2 });
		expect(heard).toMatchObject([{ functionName: "act", payload: '{"n":1}', calls: 3 }]);
	});
});
