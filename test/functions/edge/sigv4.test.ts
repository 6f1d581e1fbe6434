import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedHeaders } from "../../../functions/edge/sigv4.ts";
import { type FakeAws, startFakeAws } from "./fake-aws.ts";

describe("a signed request", () => {
	let aws: FakeAws;
	beforeAll(async () => {
		aws = await startFakeAws();
	});
	afterAll(() => aws.close());

	it.each([
		["without a session token", "acme.app.test", undefined],
		["with a session token", "acme.app.test", "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJH="],
		["with a body beyond ASCII", "bücher ☕ 漢字", undefined],
	])("has the signature that the AWS SDK gives the same request, %s", async (_, hostname, sessionToken) => {
		const credentials = {
			accessKeyId: "AKIDEXAMPLE",
			secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
			...(sessionToken !== undefined && { sessionToken }),
		};
		const client = new DynamoDBClient({ region: "eu-west-1", endpoint: aws.endpoint, credentials });
		await client.send(new GetItemCommand({ TableName: "map", Key: { hostname: { S: hostname } } }));
		client.destroy();

		const { headers, body } = aws.requests.at(-1) ?? { headers: {}, body: "" };
		const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1]?.split(";") ?? [];
		const added = ["host", "x-amz-date", "x-amz-security-token"];
		const ours = signedHeaders({
			url: new URL(aws.endpoint),
			headers: Object.fromEntries(
				signed.filter((name) => !added.includes(name)).map((name) => [name, String(headers[name])]),
			),
			body,
			service: "dynamodb",
			region: "eu-west-1",
			credentials,
			now: Date.parse(String(headers["x-amz-date"]).replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5")),
		});
		expect(signed).toContain("x-amz-date");
		expect(ours["authorization"]).toBe(headers.authorization);
	});
});
