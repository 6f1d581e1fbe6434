import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
	ChangeResourceRecordSetsCommand,
	ListResourceRecordSetsCommand,
	Route53Client,
	type RRType,
} from "@aws-sdk/client-route-53";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cloud, startCloud } from "../../../local/cloud.ts";
import { createClient } from "../../../local/demo/client.ts";
import { createViewer } from "../../../local/demo/viewer.ts";
import { endpointsOf } from "../../../local/endpoints.ts";
import { asFunction } from "../../../local/iam/calling-function.ts";
import { platformDomain } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";
import { packageStages } from "../../../scripts/package.ts";

let cloud: Cloud;
let clients: ReturnType<typeof clientsOf>;
beforeAll(async () => {
	await packageStages(["nonprod"]);
	cloud = await startCloud({ ports: await freePorts(undefined), insyncDelayMs: 100 });
	clients = clientsOf();
}, 120_000);
afterAll(() => cloud.close());

function clientsOf(accessKeyId = "LOCAL222222222222") {
	const endpoint = `http://127.0.0.1:${cloud.ports.aws}`;
	const credentials = { accessKeyId, secretAccessKey: "local" };
	const config = { endpoint, region: "us-east-1", maxAttempts: 1, credentials };
	return { dynamodb: new DynamoDBClient(config), route53: new Route53Client(config), sqs: new SQSClient(config) };
}

const nameOf = (key: string) => `hostmaster-nonprod-${key}`;
const as = <T>(key: string, act: () => Promise<T>) => asFunction(nameOf(key), act);
const capital = (key: string) => key.charAt(0).toUpperCase() + key.slice(1);
const principal = (key: string) =>
	`arn:aws:sts::222222222222:assumed-role/hostmaster-nonprod-${capital(key)}Role/${nameOf(key)}`;

/** What IAM says to a function that lacks a right. */
function refusal(key: string, action: string, resource: string) {
	return `User: ${principal(key)} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

function change(zoneId: string, ...records: [name: string, type: RRType, value: string][]) {
	const Changes = records.map(([Name, Type, Value]) => ({
		Action: "UPSERT" as const,
		ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] },
	}));
	return clients.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
}

const put = (table: string) =>
	clients.dynamodb.send(
		new PutItemCommand({ TableName: cloud.resolver.ref(table), Item: { pk: { S: "a" }, sk: { S: "b" } } }),
	);

describe("the zone writer's role", () => {
	const below = `iam.${platformDomain}`;

	it.each<[string, [string, RRType, string][]]>([
		["an address at the apex", [[platformDomain, "A", "192.0.2.1"]]],
		["an address at the apex, however it is written", [[`${platformDomain.toUpperCase()}.`, "A", "192.0.2.1"]]],
		["a text below the platform domain", [[below, "TXT", '"x"']]],
		["a delegation below the platform domain", [[below, "NS", "ns.example.net"]]],
		["a name beside the platform domain", [[`x${platformDomain}`, "A", "192.0.2.1"]]],
		[
			"a batch with one bad record among good ones",
			[
				[below, "A", "192.0.2.1"],
				[platformDomain, "A", "192.0.2.1"],
			],
		],
	])("does not let it write %s", async (_, records) => {
		const zoneId = cloud.resolver.ref("PlatformZone");
		await expect(as("writeZoneChanges", () => change(zoneId, ...records))).rejects.toMatchObject({
			name: "AccessDenied",
			message: refusal(
				"writeZoneChanges",
				"route53:ChangeResourceRecordSets",
				`arn:aws:route53:::hostedzone/${zoneId}`,
			),
			$metadata: { httpStatusCode: 403 },
		});
		const listed = await clients.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
		expect(listed.ResourceRecordSets?.map(({ Type }) => Type).sort()).toEqual([
			"A",
			"AAAA",
			"CNAME",
			"CNAME",
			"NS",
			"SOA",
		]);
	});

	it("does not let it touch another zone of the account", async () => {
		const { id } = cloud.services.route53.createZone("other.test");
		const refused = refusal(
			"writeZoneChanges",
			"route53:ChangeResourceRecordSets",
			`arn:aws:route53:::hostedzone/${id}`,
		);
		const delegation = () => change(id, ["x.other.test", "NS", "ns.example.net"]);
		const address = () => change(id, [`x.${platformDomain}`, "A", "192.0.2.1"]);
		await expect(as("writeZoneChanges", delegation)).rejects.toThrow(refused);
		await expect(as("writeZoneChanges", address)).rejects.toThrow(refused);
		await expect(delegation()).resolves.toBeDefined();
	});

	it("lets it write addresses below the platform domain", async () => {
		const zoneId = cloud.resolver.ref("PlatformZone");
		const written = await as("writeZoneChanges", () =>
			change(zoneId, [below, "A", "192.0.2.1"], [below, "AAAA", "::1"]),
		);
		expect(written.ChangeInfo?.Status).toBe("PENDING");
	});
});

describe("a function", () => {
	it("may not do what its role does not allow, and the account's key may", async () => {
		const table = cloud.resolver.attribute("RegistryTable", "Arn");
		await expect(as("showTenant", () => put("RegistryTable"))).rejects.toMatchObject({
			name: "AccessDeniedException",
			message: refusal("showTenant", "dynamodb:PutItem", table),
			$metadata: { httpStatusCode: 400 },
		});
		await expect(put("RegistryTable")).resolves.toBeDefined();
	});

	it("needs the right for each item of a transaction", async () => {
		const TableName = cloud.resolver.ref("RegistryTable");
		const Key = { pk: { S: "a" }, sk: { S: "c" } };
		const command = new TransactWriteItemsCommand({
			TransactItems: [{ Put: { TableName, Item: Key } }, { Delete: { TableName, Key: { ...Key, sk: { S: "d" } } } }],
		});
		const told = refusal("createTenant", "dynamodb:DeleteItem", cloud.resolver.attribute("RegistryTable", "Arn"));
		await expect(as("createTenant", () => clients.dynamodb.send(command))).rejects.toThrow(told);
		await expect(as("startOperation", () => clients.dynamodb.send(command))).resolves.toBeDefined();
	});

	it("may send to its own queues only; SQS says so in its own way", async () => {
		const message = new SendMessageCommand({ QueueUrl: cloud.resolver.ref("ZoneQueue"), MessageBody: "{}" });
		await expect(as("createTenant", () => clients.sqs.send(message))).rejects.toMatchObject({
			message: refusal("createTenant", "sqs:sendmessage", cloud.resolver.attribute("ZoneQueue", "Arn")),
			$metadata: { httpStatusCode: 403 },
		});
	});

	it("gains nothing by another's name, or by one that nobody has", async () => {
		const read = new GetItemCommand({
			TableName: cloud.resolver.ref("RegistryTable"),
			Key: { pk: { S: "a" }, sk: { S: "b" } },
		});
		await expect(as("routeTenant", () => clients.dynamodb.send(read))).rejects.toThrow("RouteTenantRole");
		await expect(as("nobody", () => clients.dynamodb.send(read))).rejects.toThrow("is not authorized");
	});

	it("calls another account with what it got there: its own role does not reach so far", async () => {
		const there = clientsOf("LOCAL111111111111");
		const read = new GetItemCommand({
			TableName: cloud.resolver.ref("RegistryTable"),
			Key: { pk: { S: "a" }, sk: { S: "b" } },
		});
		await expect(as("showHealth", () => there.dynamodb.send(read))).rejects.not.toThrow("is not authorized");
	});
});

describe("an onboarding", () => {
	it("is done with the rights of the functions, each under its own role", async () => {
		const endpoints = await endpointsOf(cloud);
		const client = createClient(endpoints);
		const { tenant, operation } = await client.createTenant(client.newTenant("acme"));
		expect(await client.follow(operation.operationId, 20_000, () => {})).toMatchObject({ status: "succeeded" });
		expect(await createViewer(endpoints).open(tenant.hostname)).toMatchObject({ status: 200 });
		const used = cloud.services.iam
			.rights()
			.flatMap(({ role, action, used: times }) => (times > 0 ? [`${role} ${action}`] : []));
		const expected = [
			["createTenant", "dynamodb:PutItem"],
			["startOperation", "states:StartExecution"],
			["checkCertificate", "acm:DescribeCertificate"],
			["writeZoneChanges", "route53:ChangeResourceRecordSets"],
			["publishRoute", "dynamodb:PutItem"],
			["checkWaits", "states:SendTaskSuccess"],
			["recordExecution", "events:PutEvents"],
			["routeTenant", "dynamodb:GetItem"],
			["routeTenant", "secretsmanager:GetSecretValue"],
		].map(([key = "", action]) => `hostmaster-nonprod-${capital(key)}Role ${action}`);
		expect(used).toEqual(expect.arrayContaining(expected));
	});
});
