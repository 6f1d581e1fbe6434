import { createServer, get, type IncomingMessage } from "node:http";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Listening, listen } from "../../../local/aws/http.ts";
import { asFunction, functionHeader, nameFunctionsTo } from "../../../local/iam/calling-function.ts";

let seen: (string | undefined)[];
let aws: Listening;
let elsewhere: Listening;
let forget: () => void;
beforeEach(async () => {
	seen = [];
	const note = ({ headers }: IncomingMessage) => void seen.push(headers[functionHeader]?.toString());
	const server = () => createServer((request, response) => void [note(request), response.end("{}")]);
	aws = await listen(server(), "127.0.0.1", 0);
	elsewhere = await listen(server(), "127.0.0.1", 0);
	forget = nameFunctionsTo(new URL(aws.url).host);
});
afterEach(async () => {
	forget();
	await Promise.all([aws.close(), elsewhere.close()]);
});

const byHttp = (url: string) =>
	new Promise((resolve) => get(url, (response) => response.resume().once("end", resolve)));
const byFetch = async (url: string) => (await fetch(url)).text();

describe("a function's requests", () => {
	it.each([
		["node:http", byHttp],
		["fetch", byFetch],
	])("by %s name it to AWS and to nobody else", async (_, ask) => {
		await asFunction("act", () => ask(aws.url));
		await asFunction("act", () => ask(elsewhere.url));
		await ask(aws.url);
		expect(seen).toEqual(["act", undefined, undefined]);
	});

	it("name it also when functions share a client and its connections", async () => {
		const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "local" };
		const client = new DynamoDBClient({ endpoint: aws.url, region: "us-east-1", credentials });
		const names = ["a", "b", "c", "d", "a", "c"];
		await Promise.all(names.map((name) => asFunction(name, () => client.send(new ListTablesCommand()))));
		await client.send(new ListTablesCommand());
		expect(seen.slice(0, 6).sort()).toEqual(names.toSorted());
		expect(seen[6]).toBeUndefined();
	});

	it("name it no more once the account is closed", async () => {
		forget();
		await asFunction("act", () => byHttp(aws.url));
		expect(seen).toEqual([undefined]);
	});
});
