import { readFileSync } from "node:fs";
import { ACMClient, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { Route53Client } from "@aws-sdk/client-route-53";
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { parseDocument } from "yaml";
import { z } from "zod";
import type { Claim } from "../../domain/claim.ts";
import type { Operation } from "../../domain/operation.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { AwsError } from "../../local/aws/service.ts";
import { virtualClock } from "../../local/clock.ts";
import { createDynamodb } from "../../local/dynamodb/dynamodb.ts";
import { logger } from "../../services/log.ts";
import { claimRow, keys, operationRow, tenantRow } from "../../services/registry.ts";
import { serveJson } from "../local/dynamodb/json-endpoint.ts";
import { platformDomain } from "./entities.ts";

const home = { accountId: "222222222222", region: "us-east-1" };
const tables = {
	...{ registry: "RegistryTable", map: "TenantMapTable", waits: "WaitsTable", zone: "ZoneChangesTable" },
	webhooks: "WebhooksTable",
	imports: "ImportsTable",
	usage: "UsageTable",
};
export type TableName = keyof typeof tables;

const environment = {
	AWS_REGION: home.region,
	AWS_ACCESS_KEY_ID: "LOCAL222222222222",
	AWS_SECRET_ACCESS_KEY: "secret",
	STAGE: "nonprod",
	PLATFORM_DOMAIN: platformDomain,
	REGISTRY_TABLE: "registry",
	TENANT_MAP_TABLE: "map",
	WAITS_TABLE: "waits",
	ZONE_CHANGES_TABLE: "zone",
	OPERATIONS_QUEUE_URL: "https://sqs/operations",
	EVENTS_QUEUE_URL: "https://sqs/events",
	ZONE_QUEUE_URL: "https://sqs/zone",
	CHECKS_QUEUE_URL: "https://sqs/checks",
	WEBHOOKS_TABLE: "webhooks",
	IMPORTS_TABLE: "imports",
	USAGE_TABLE: "usage",
	ACCESS_LOG_BUCKET: "logs",
	ACCESS_LOG_PREFIXES: "AWSLogs/222222222222/CloudFront/E1/,AWSLogs/222222222222/CloudFront/E2/",
	IMPORTS_QUEUE_URL: "https://sqs/imports",
	WEBHOOKS_QUEUE_URL: "https://sqs/webhooks",
	WEBHOOK_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:222222222222:secret:webhooks",
	WEBHOOK_NETWORKS: "",
	ONBOARD_STATE_MACHINE_ARN: "arn:aws:states:us-east-1:222222222222:stateMachine:onboard",
	UPDATE_STATE_MACHINE_ARN: "arn:aws:states:us-east-1:222222222222:stateMachine:update",
	OFFBOARD_STATE_MACHINE_ARN: "arn:aws:states:us-east-1:222222222222:stateMachine:offboard",
	ATTACH_STATE_MACHINE_ARN: "arn:aws:states:us-east-1:222222222222:stateMachine:attach",
	DETACH_STATE_MACHINE_ARN: "arn:aws:states:us-east-1:222222222222:stateMachine:detach",
	ZONE_ID: "Z1",
	CERTIFICATE_ARN: "arn:aws:acm:us-east-1:222222222222:certificate/1",
	DISTRIBUTION_DOMAIN: "d1.cloudfront.net",
	MULTI_TENANT_DISTRIBUTION_ID: "E2",
	CONNECTION_GROUP_ID: "cg_1",
	EVENT_BUS_NAME: "platform",
	ALLOWED_ORIGINS: "*.origins.example.net",
	GENERATION_EPOCH: "1",
	RESOLVERS: "",
	EDGE_PORT: "443",
	EDGE_AUTHORITY: "",
};

/** The settings that every function could ask for. */
export function setEnvironment(more: Record<string, string> = {}): void {
	Object.assign(process.env, environment, more);
	logger.setLogLevel("SILENT");
}

/**
 * The embedded DynamoDB behind the product's own client, with the tables of infra/tables.yml; the other services are mocked by
 * class, so that every instance answers what a test says.
 */
export async function aCloud() {
	const clock = virtualClock(Date.now());
	const dynamodb = await createDynamodb({ path: undefined, clock, caller: home });
	for (const [name, id] of Object.entries(tables)) {
		await dynamodb.createTable({ ...tableProperties(id), Replicas: [{ Region: home.region }] }, name);
	}
	let beforeWrite: ((actions: number) => unknown) | undefined;
	let beforeRead: ((pk: string) => unknown) | undefined;
	const failing = new Set<string>();
	const losing = new Set<string>();
	const { operations } = dynamodb.service;
	const injected = Object.entries(operations).map(([operation, run]): [string, typeof run] => [
		operation,
		async (input, caller) => {
			if (failing.has(operation)) throw new AwsError("InternalServerError", operation, 500);
			const transaction = transactionSchema.safeParse(input);
			if (transaction.success) await beforeWrite?.(transaction.data.TransactItems.length);
			const read = operation === "GetItem" ? readSchema.safeParse(input) : undefined;
			if (read?.success) await beforeRead?.(read.data.Key.pk.S);
			const answer = await run(input, caller);
			if (losing.delete(operation)) throw new AwsError("InternalServerError", operation, 500);
			return answer;
		},
	]);
	const server = await serveJson({ ...dynamodb.service, operations: Object.fromEntries(injected) });
	setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: server.url });
	const call = async (operation: string, input: unknown): Promise<Record<string, unknown>> =>
		Object(await operations[operation]?.(input, home));
	const put = (table: TableName, row: Record<string, unknown>) =>
		call("PutItem", { TableName: table, Item: marshall(row, { removeUndefinedValues: true }) });
	/** As DynamoDB keeps them; a scan reads 1 MB at a time. */
	const items = async (table: string) => {
		const found: Item[] = [];
		let ExclusiveStartKey: Item | undefined;
		do {
			const page = scanSchema.parse(await call("Scan", { TableName: table, ExclusiveStartKey }));
			found.push(...page.Items);
			ExclusiveStartKey = page.LastEvaluatedKey;
		} while (ExclusiveStartKey);
		return found;
	};
	const rows = async (table: TableName) => (await items(table)).map((item) => unmarshall(item));
	const row = async (table: TableName, key: Record<string, string>) =>
		(await rows(table)).find((found) => Object.entries(key).every(([name, value]) => found[name] === value));
	const mocks = {
		sfn: mockClient(SFNClient),
		sqs: mockClient(SQSClient),
		route53: mockClient(Route53Client),
		eventBridge: mockClient(EventBridgeClient),
		acm: mockClient(ACMClient),
		cloudFront: mockClient(CloudFrontClient),
	};
	return {
		...mocks,
		dynamodb,
		put,
		row,
		rows,
		hold: async (held: { tenant?: Tenant; claim?: Claim; operation?: Operation }) => {
			if (held.tenant) await put("registry", tenantRow(held.tenant));
			if (held.claim) await put("registry", claimRow(held.claim));
			if (held.operation) await put("registry", operationRow(held.operation));
		},
		claim: (hostname: string) => row("registry", keys.claim(hostname)),
		operation: (operationId: string) => row("registry", keys.operation(operationId)),
		/** Lets somebody else act just before every transaction; told how many actions it has. */
		overtake: (act: (actions: number) => unknown) => {
			beforeWrite = act;
		},
		/** Lets somebody else act just before every read of one row; told the row's `pk`. */
		overtakeReads: (act: (pk: string) => unknown) => {
			beforeRead = act;
		},
		/** Lets the answer of an operation's next call get lost: it is done, and the SDK asks again. */
		losingAnswer: (operation: string) => losing.add(operation),
		/** Lets an operation of DynamoDB fail, e.g. `PutItem`, while the others work. */
		failing: (operation: string) => failing.add(operation),
		/** Bodies and delays of what was sent to a queue. */
		sent: (queue: "operations" | "events" | "zone" | "checks" | "webhooks" | "imports") =>
			mocks.sqs
				.commandCalls(SendMessageCommand, { QueueUrl: `https://sqs/${queue}` })
				.map(({ args: [{ input }] }) => ({ ...JSON.parse(input.MessageBody ?? ""), delaySeconds: input.DelaySeconds })),
		/** Detail types and details of what was put on the bus. */
		told: () =>
			mocks.eventBridge
				.commandCalls(PutEventsCommand)
				.flatMap(({ args: [{ input }] }) => input.Entries ?? [])
				.map(({ DetailType, Detail = "" }) => ({ detailType: DetailType, detail: JSON.parse(Detail) })),
		freed: () => mocks.sfn.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input }] }) => input.taskToken),
		failed: () =>
			mocks.sfn
				.commandCalls(SendTaskFailureCommand)
				.map(({ args: [{ input }] }) => ({ token: input.taskToken, error: input.error, cause: input.cause })),
		/** An empty cloud again. */
		reset: async () => {
			for (const mock of Object.values(mocks)) mock.reset();
			beforeWrite = undefined;
			beforeRead = undefined;
			failing.clear();
			losing.clear();
			mocks.sqs.resolves({});
			mocks.eventBridge.resolves({});
			mocks.sfn.resolves({});
			mocks.acm.on(ListCertificatesCommand).resolves({ CertificateSummaryList: [] });
			for (const table of Object.keys(tables)) {
				dynamodb.setUnreachable(table, false);
				for (const { pk, sk, hostname } of await items(table)) {
					await call("DeleteItem", { TableName: table, Key: table === "map" ? { hostname } : { pk, sk } });
				}
			}
		},
		close: async () => {
			server.close();
			await dynamodb.close();
			for (const mock of Object.values(mocks)) mock.restore();
		},
	};
}
export type Cloud = Awaited<ReturnType<typeof aCloud>>;

const itemSchema = z.record(z.string(), z.any());
const readSchema = z.object({ Key: z.object({ pk: z.object({ S: z.string() }) }) });
const transactionSchema = z.object({ TransactItems: z.array(z.unknown()) });
type Item = z.infer<typeof itemSchema>;
const scanSchema = z.object({ Items: z.array(itemSchema), LastEvaluatedKey: itemSchema.optional() });
const resourcesSchema = z.object({
	Resources: z.record(z.string(), z.object({ Properties: z.record(z.string(), z.unknown()) })),
});

function tableProperties(id: string): Record<string, unknown> {
	const document = parseDocument(readFileSync("infra/tables.yml", "utf8"), { logLevel: "silent" });
	const properties = resourcesSchema.parse(document.toJS()).Resources[id]?.Properties;
	if (!properties) throw new Error(`infra/tables.yml has no ${id}.`);
	return properties;
}
