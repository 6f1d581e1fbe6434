import {
	CloudFormationClient,
	DescribeStacksCommand,
	DetectStackResourceDriftCommand,
	GetTemplateCommand,
	type StackResourceDriftStatus,
} from "@aws-sdk/client-cloudformation";
import { BatchGetItemCommand, DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApi } from "../../../cli/api.ts";
import { lookAtEdge } from "../../../cli/doctor/edge-check.ts";
import { ownApi } from "../../../cli/doctor/hostname-check.ts";
import { lookAtMap } from "../../../cli/doctor/map-check.ts";
import { standingOf } from "../../../cli/doctor/standing.ts";
import { accountOf } from "../../../cli/environments/account.ts";
import { addressOf, aNameServer } from "../../builders/a-name-server.ts";
import { aFakeApi, ok } from "../a-fake-api.ts";
import { aStack } from "../environments/a-landscape.ts";
import { aTemplate, outputs } from "./a-healthy-world.ts";

const mocks = {
	...{ cloudformation: mockClient(CloudFormationClient), sts: mockClient(STSClient) },
	dynamodb: mockClient(DynamoDBClient),
};
const accountId = "333333333333";
const running: { close(): Promise<unknown> }[] = [];
beforeEach(() => {
	for (const mock of Object.values(mocks)) mock.reset();
	mocks.sts.on(GetCallerIdentityCommand).resolves({ Account: accountId });
	mocks.cloudformation.on(GetTemplateCommand).resolves({ TemplateBody: aTemplate("prod") });
});
afterEach(async () => {
	await Promise.all(running.splice(0).map((each) => each.close()));
});
afterAll(() => {
	for (const mock of Object.values(mocks)) mock.restore();
});

/** Prod, of a stack with these outputs and parameters. */
function prod(told: Record<string, string> = {}, stack: Record<string, string> = {}, Resolvers = "127.0.0.1:1") {
	mocks.cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_COMPLETE", { ...outputs, ...told }, stack));
	const account = accountOf({ local: { endpoint: "http://127.0.0.1:1", accountId } });
	const parameters = { PlatformDomain: "app.example.com", Resolvers, EdgePort: "1" };
	return standingOf({ stage: "prod", accountId, account, parameters });
}

describe("the API that --api names", () => {
	const clock = { now: Date.now, pause: () => Promise.resolve() };
	async function named(stage: string, platformDomain: string) {
		const health = { status: "ok", stage, platformDomain, pause: null };
		const fake = await aFakeApi({ "GET /v1/health": [ok(health)] });
		running.push(fake);
		const world = { env: {}, directory: "/", stdin: (async function* () {})(), stdout: sink, stderr: sink, ...clock };
		return { fake, api: createApi({ api: fake.url, token: "t", defaultOrigin: undefined }, world) };
	}
	const sink = { write: () => undefined };

	it("is the environment's own when its stack tells that address", async () => {
		const { api, fake } = await named("prod", "app.example.com");
		expect(await ownApi(api, prod({ HttpApiUrl: `${fake.url}/` }))).toBe(api);
		expect(fake.heard).toEqual([]);
	});

	it("is the environment's own when it says so itself, at an address that the stack does not tell", async () => {
		const { api } = await named("prod", "app.example.com");
		expect(await ownApi(api, prod({ HttpApiUrl: "https://x.execute-api.us-east-1.amazonaws.com" }))).toBe(api);
		expect(await ownApi(api, prod())).toBe(api);
	});

	it.each([
		["nonprod", "app.example.com"],
		["prod", "app.example.net"],
	])("is not asked about it when it is the API of %s for %s", async (stage, domain) => {
		const { api, fake } = await named(stage, domain);
		await expect(ownApi(api, prod())).rejects.toThrow(`${fake.url} is the API of ${stage} (${domain}): give --api`);
		expect(fake.lines()).toEqual(["GET /v1/health"]);
	});
});

describe("the edge on AWS", () => {
	const stands = (StackResourceDriftStatus: StackResourceDriftStatus, PropertyDifferences: object[] = []) =>
		mocks.cloudformation.on(DetectStackResourceDriftCommand, { LogicalResourceId: "Distribution" }).resolves({
			StackResourceDrift: { StackResourceDriftStatus, PropertyDifferences } as never, // as far as it is read
		});
	async function found() {
		const resolver = await aNameServer(({ name }) => ({ answers: addressOf(name, "127.0.0.9") }));
		running.push(resolver);
		const told = await lookAtEdge(prod({}, {}, `127.0.0.1:${resolver.port}`), false);
		return told.map(({ kind, message }) => `${kind}: ${message}`);
	}
	const closed = expect.stringMatching(/^fault: The edge at d1\.test: .*ECONNREFUSED/);
	const version = `note: It runs ${outputs.RouteTenantVersionArn}.`;

	it("is compared with what its stack has", async () => {
		stands("IN_SYNC");
		expect(await found()).toEqual([closed, version]);
		const PropertyPath = "/DistributionConfig/DefaultCacheBehavior/LambdaFunctionAssociations/0/LambdaFunctionARN";
		stands("MODIFIED", [{ PropertyPath, ActualValue: "arn:aws:lambda:us-east-1:1:function:routeTenant:6" }]);
		expect(await found()).toEqual([
			closed,
			version,
			expect.stringMatching(/^fault: Distribution: .*LambdaFunctionARN is arn:.*:6, and the stack has it otherwise\.$/),
		]);
	});

	it("is unknown where CloudFormation did not compare, without hiding what is seen from outside", async () => {
		stands("NOT_CHECKED");
		expect(await found()).toEqual([closed, version, expect.stringMatching(/^unknown: CloudFormation did not compare/)]);
	});
});

describe("the tenant map's replica", () => {
	const region = "eu-central-1";
	const marker = { hostname: "acme.app.example.com", generation: 2, updatedAt: "2026-06-01T00:00:00.000Z" };
	const nowMs = Date.parse("2026-06-02T00:00:00.000Z");
	const found = async () => {
		const told = await lookAtMap(prod({}, { MapReplicaRegion: region }), nowMs);
		return told.map(({ kind, message }) => `${kind}: ${message}`);
	};
	beforeEach(() => {
		const Replicas = [{ RegionName: region, ReplicaStatus: "ACTIVE" as const }];
		mocks.dynamodb.on(DescribeTableCommand).resolves({ Table: { Replicas } });
		mocks.dynamodb.on(ScanCommand).resolves({ Items: [marshall(marker)] });
	});

	it("is asked in its own region, and compared", async () => {
		const regions: string[] = [];
		mocks.dynamodb.on(BatchGetItemCommand).callsFake(async (_, client: () => DynamoDBClient) => {
			regions.push(await client().config.region());
			return { Responses: { "hostmaster-prod-tenant-map": [marshall({ ...marker, generation: 1 })] } };
		});
		expect(await found()).toEqual([expect.stringMatching(/^fault: .*lags by more than 60 s in 1 of 1/)]);
		expect(regions).toEqual([region]);
	});

	it("is unknown, and no fault, where it does not answer", async () => {
		mocks.dynamodb.on(BatchGetItemCommand).rejects(Object.assign(new Error("no"), { name: "TimeoutError" }));
		expect(await found()).toEqual(["unknown: DynamoDB did not answer."]);
	});

	it("is a fault where it is missing", async () => {
		mocks.dynamodb.on(DescribeTableCommand).resolves({ Table: {} });
		expect(await found()).toEqual(["fault: The tenant map has no replica in eu-central-1."]);
	});
});
