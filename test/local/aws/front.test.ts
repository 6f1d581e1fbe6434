import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ChangeResourceRecordSetsCommand, GetChangeCommand, Route53Client } from "@aws-sdk/client-route-53";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it } from "vitest";
import { createFront, type FrontOptions } from "../../../local/aws/front.ts";
import { AwsError, type Caller, type JsonService, type RestService } from "../../../local/aws/service.ts";
import { realClock } from "../../../local/clock.ts";
import { createFaults, type FaultRule } from "../../../local/faults.ts";
import { createSessions } from "../../../local/iam/sessions.ts";
import { openStore } from "../../../local/store.ts";
import { createSts } from "../../../local/sts.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const listening of open.splice(0)) await listening.close();
});

/** A front with a DynamoDB that only notes its puts, and a Route 53 that refuses all changes. */
async function aFront(options: Partial<FrontOptions> = {}) {
	const puts: Caller[] = [];
	const dynamodb: JsonService = {
		target: "DynamoDB_20120810",
		contentType: "application/x-amz-json-1.0",
		operations: {
			PutItem(_, caller) {
				puts.push(caller);
				return {};
			},
			GetItem() {
				throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400, {
					Item: { pk: { S: "seen" } },
				});
			},
		},
	};
	const route53: RestService = {
		name: "route53",
		prefix: "/2013-04-01/",
		handle(request) {
			if (request.path.includes("/change/")) return Promise.resolve(undefined);
			return Promise.reject(new AwsError("InvalidChangeBatch", "['a.test' & <b>]"));
		},
	};
	const sessions = createSessions({ store: openStore(":memory:"), clock: realClock });
	const home = { accountId: "222222222222", region: "us-east-1" };
	const sts = createSts({ caller: home, iam: { trusts: () => true }, sessions, peers: {} }).service;
	const front = createFront({ json: [dynamodb], rest: [route53], query: [sts], ...options });
	const listening = await front.listen("127.0.0.1", 0);
	open.push(listening);
	return { front, url: listening.url, puts, config: configFor(listening.url) };
}

function configFor(endpoint: string, accessKeyId = "LOCAL222222222222") {
	return { endpoint, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: "local" } };
}

const put = () => new PutItemCommand({ TableName: "waits", Item: { pk: { S: "a" } } });

describe("the front", () => {
	it("tells a service which account and region call", async () => {
		const { config, puts, url } = await aFront();
		await new DynamoDBClient(config).send(put());
		await new DynamoDBClient({ ...configFor(url, "LOCAL333333333333"), region: "eu-west-1" }).send(put());
		expect(puts).toEqual([
			{ accountId: "222222222222", region: "us-east-1" },
			{ accountId: "333333333333", region: "eu-west-1" },
		]);
	});

	it("answers errors that the SDK raises as their own class, with their members", async () => {
		const { config } = await aFront();
		const got = new DynamoDBClient(config).send(new GetItemCommand({ TableName: "waits", Key: { pk: { S: "a" } } }));
		await expect(got).rejects.toMatchObject({
			name: "ConditionalCheckFailedException",
			message: "The conditional request failed",
			Item: { pk: { S: "seen" } },
			$metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
		});
		const batch = {
			Changes: [{ Action: "CREATE" as const, ResourceRecordSet: { Name: "a.test", Type: "A" as const } }],
		};
		const changed = new Route53Client(config).send(
			new ChangeResourceRecordSetsCommand({ HostedZoneId: "Z1", ChangeBatch: batch }),
		);
		await expect(changed).rejects.toMatchObject({ name: "InvalidChangeBatch", message: "['a.test' & <b>]" });
	});

	it("answers 501 with the name of what is not emulated, in each protocol", async () => {
		const { config } = await aFront();
		const error = { name: "NotImplemented", $metadata: { httpStatusCode: 501 } };
		await expect(new DynamoDBClient(config).send(new ScanCommand({ TableName: "waits" }))).rejects.toMatchObject({
			...error,
			message: "dynamodb.Scan is not emulated by the embedded cloud.",
		});
		await expect(new Route53Client(config).send(new GetChangeCommand({ Id: "C1" }))).rejects.toMatchObject({
			...error,
			message: "route53.GetChange is not emulated by the embedded cloud.",
		});
		await expect(new STSClient(config).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
			...error,
			message: "query.GetSessionToken is not emulated by the embedded cloud.",
		});
	});

	it("refuses a call without an account", async () => {
		const { url } = await aFront();
		await expect(new DynamoDBClient(configFor(url, "AKIA")).send(put())).rejects.toMatchObject({
			name: "UnrecognizedClientException",
			$metadata: { httpStatusCode: 403 },
		});
		const headers = { "x-amz-target": "DynamoDB_20120810.PutItem" };
		const bare = await fetch(url, { method: "POST", headers, body: "{}" });
		expect([bare.status, await bare.json()]).toEqual([
			403,
			{ __type: "MissingAuthenticationToken", message: "Missing Authentication Token" },
		]);
	});

	it("counts every call by service and operation", async () => {
		const { config, front } = await aFront();
		const client = new DynamoDBClient(config);
		await client.send(put());
		await client.send(put());
		await client.send(new ScanCommand({ TableName: "waits" })).catch(() => {});
		expect(front.calls()).toEqual({ "dynamodb.PutItem": 2, "dynamodb.Scan": 1 });
	});

	it("reports a defect of its own as 500 and goes on", async () => {
		const defects: unknown[] = [];
		const json: JsonService[] = [
			{
				target: "DynamoDB_20120810",
				contentType: "application/x-amz-json-1.0",
				operations: {
					PutItem: () => {
						throw new TypeError("ours");
					},
				},
			},
		];
		const { config } = await aFront({ json, onDefect: (error, operation) => defects.push([String(error), operation]) });
		await expect(new DynamoDBClient(config).send(put())).rejects.toMatchObject({ name: "InternalFailure" });
		expect(defects).toEqual([["TypeError: ours", "dynamodb.PutItem"]]);
	});

	it("serves documents beside the services", async () => {
		const { url } = await aFront({
			document: (path) => (path === "/issuer/keys" ? { contentType: "application/json", body: "{}" } : undefined),
		});
		expect(await (await fetch(`${url}/issuer/keys`)).json()).toEqual({});
		expect((await fetch(`${url}/issuer/others`)).status).toBe(403);
	});
});

describe("a fault on order", () => {
	const service = "dynamodb";
	async function putUnder(rule: FaultRule, maxAttempts = 1) {
		const faults = createFaults({ seed: "s", rate: 0, forMs: 5 });
		faults.order(rule);
		const world = await aFront({ faults });
		const outcome = await new DynamoDBClient({ ...world.config, maxAttempts })
			.send(put())
			.then(() => "done")
			.catch((error: Error) => error.name);
		return { outcome, committed: world.puts.length };
	}

	it.each<[string, FaultRule, string, number]>([
		["throttles before", { service, kind: "throttle" }, "ThrottlingException", 0],
		["fails before", { service, kind: "unavailable" }, "InternalServerError", 0],
		["fails after the commit", { service, kind: "unavailable", when: "after" }, "InternalServerError", 1],
		["times out before the commit", { service, kind: "timeout", when: "before" }, "TimeoutError", 0],
		["times out after the commit", { service, kind: "timeout", when: "after" }, "TimeoutError", 1],
		["resets the connection", { service, kind: "reset" }, "TimeoutError", 0],
		["delays", { service, kind: "delay" }, "done", 1],
		[
			"refuses",
			{ service, kind: "refuse", error: { name: "AccessDeniedException", message: "no" } },
			"AccessDeniedException",
			0,
		],
		["leaves another operation alone", { service, operation: "GetItem", kind: "throttle" }, "done", 1],
		["leaves another body alone", { service, bodyIncludes: "tenants", kind: "throttle" }, "done", 1],
		["meets a body", { service, bodyIncludes: "waits", kind: "throttle" }, "ThrottlingException", 0],
	])("%s", async (_, rule, outcome, committed) => {
		expect(await putUnder(rule)).toEqual({ outcome, committed });
	});

	it("has the words of the service that it strikes", async () => {
		const faults = createFaults({ seed: "s", rate: 0, forMs: 5 });
		const { config } = await aFront({ faults });
		faults.order({ service: "route53", operation: "GetChange", kind: "throttle" });
		faults.order({ service: "sts", kind: "unavailable" });
		await expect(new Route53Client(config).send(new GetChangeCommand({ Id: "C1" }))).rejects.toMatchObject({
			name: "Throttling",
			message: "Rate exceeded",
			$metadata: { httpStatusCode: 400 },
		});
		await expect(new STSClient(config).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
			name: "ServiceUnavailable",
			$metadata: { httpStatusCode: 503 },
		});
	});

	it("strikes as often as told, so that a client's own retries get through", async () => {
		expect(await putUnder({ service, kind: "throttle", times: 2 }, 3)).toEqual({ outcome: "done", committed: 1 });
		expect(await putUnder({ service, kind: "reset", when: "after" }, 2)).toEqual({ outcome: "done", committed: 2 });
	});
});

describe("STS", () => {
	it("says who calls", async () => {
		const { config } = await aFront();
		expect(await new STSClient(config).send(new GetCallerIdentityCommand({}))).toMatchObject({
			Account: "222222222222",
		});
	});

	it("gives credentials that name the role's account and a session of its own", async () => {
		const { config } = await aFront();
		const role = { RoleArn: "arn:aws:iam::222222222222:role/delegation/nonprod", RoleSessionName: "delegate" };
		const keys = new Set<string | undefined>();
		for (let times = 0; times < 2; times++) {
			const assumed = await new STSClient(config).send(new AssumeRoleCommand(role));
			expect(assumed.AssumedRoleUser?.Arn).toBe("arn:aws:sts::222222222222:assumed-role/nonprod/delegate");
			expect(assumed.Credentials?.AccessKeyId).toMatch(/222222222222$/);
			keys.add(assumed.Credentials?.AccessKeyId);
		}
		expect(keys.size).toBe(2);
	});

	it("refuses what is no role", async () => {
		const { config } = await aFront();
		const command = new AssumeRoleCommand({ RoleArn: "arn:aws:iam::1:role/nonprod", RoleSessionName: "delegate" });
		await expect(new STSClient(config).send(command)).rejects.toMatchObject({ name: "ValidationError" });
	});

	it.each([
		["a session for longer than a role allows", { DurationSeconds: 7_200 }, "ValidationError"],
		["a session without a name", { RoleSessionName: "x" }, "ValidationError"],
		["a policy of the session's own, which is not emulated", { Policy: "{}" }, "NotImplemented"],
	])("refuses %s", async (_, more, name) => {
		const { config } = await aFront();
		const role = { RoleArn: "arn:aws:iam::222222222222:role/delegation", RoleSessionName: "delegate", ...more };
		await expect(new STSClient(config).send(new AssumeRoleCommand(role))).rejects.toMatchObject({ name });
	});
});
