import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Machine } from "../../domain/operation-kinds.ts";
import { type OperationView, operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../local/cloud.ts";
import { createClient, eventually } from "../../local/demo/client.ts";
import { createViewer } from "../../local/demo/viewer.ts";
import { type Endpoints, endpointsOf } from "../../local/endpoints.ts";
import { accounts, awsEndpoint, platformDomain, region } from "../../local/laptop.ts";
import { freePorts } from "../../local/ports.ts";
import { packageStages } from "../../scripts/package.ts";
import { eventSource } from "../../services/event-bus.ts";
import { assertPublished } from "./published-events.ts";

/** The names that the packaged nonprod stack gives to what tests look into. */
export const stack = {
	bus: "hostmaster-nonprod",
	mapTable: "hostmaster-nonprod-tenant-map",
	registryTable: "hostmaster-nonprod-registry",
	zoneChangesTable: "hostmaster-nonprod-zone-changes",
	stateMachineArn: machineArn("onboard-tenant"),
	functionName: (key: string) => `hostmaster-nonprod-${key}`,
};

/** The ARN of a state machine of the stack. */
export function machineArn(machine: Machine): string {
	return `arn:aws:states:${region}:${accounts.nonprod}:stateMachine:hostmaster-nonprod-${machine}`;
}

export const hostnameOf = (slug: string): string => `${slug}.${platformDomain}`;

/** What an HTTP call of the API answered, as it was answered. */
export interface Answer {
	status: number;
	headers: Headers;
	text: string;
	/** The body's JSON; undefined when it is none. */
	json: unknown;
}

export interface Ask {
	body?: unknown;
	/** The Idempotency-Key. */
	key?: string;
	/** The If-Match. */
	match?: string;
	/** Another bearer token than the one with every scope; null: none. */
	token?: string | null;
}

/** Everything that stands around a running Hostmaster: billing system, viewer, operator with the AWS SDK. */
export function surroundings(endpoints: Endpoints) {
	const { api, aws, token } = endpoints;
	const account = accountAt(aws);
	const sfn = new SFNClient(account);
	const bus = new EventBridgeClient(account);
	const documents = DynamoDBDocumentClient.from(new DynamoDBClient(account));

	async function call(method: string, path: string, { body, key, match, token: other }: Ask = {}): Promise<Answer> {
		const bearer = other === undefined ? token : other;
		const response = await fetch(`${api}${path}`, {
			method,
			headers: {
				...(bearer !== null && { authorization: `Bearer ${bearer}` }),
				...(body !== undefined && { "content-type": "application/json" }),
				...(key !== undefined && { "idempotency-key": key }),
				...(match !== undefined && { "if-match": match }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		return { status: response.status, headers: response.headers, text, json: jsonIn(text) };
	}

	/** POSTs text as it is. */
	async function post(path: string, key: string, body: string): Promise<Answer> {
		const headers = {
			authorization: `Bearer ${token}`,
			"content-type": "application/x-ndjson",
			"idempotency-key": key,
		};
		const response = await fetch(`${api}${path}`, { method: "POST", headers, body });
		const text = await response.text();
		return { status: response.status, headers: response.headers, text, json: jsonIn(text) };
	}

	/** All rows of a list, page by page. */
	async function list<Row>(path: string, name: string, row: z.ZodType<Row>): Promise<Row[]> {
		const rows: Row[] = [];
		let cursor: string | null = "";
		while (cursor !== null) {
			const { status, text, json } = await call("GET", `${path}?limit=100${cursor && `&cursor=${cursor}`}`);
			if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
			const page = z.object({ next: z.string().nullable() }).loose().parse(json);
			rows.push(...z.array(row).parse(Reflect.get(page, name)));
			cursor = page.next;
		}
		return rows;
	}

	const tenants = () => list("/v1/tenants", "tenants", tenantViewSchema);
	const operations = () => list("/v1/operations", "operations", operationViewSchema);

	return {
		...{ endpoints, sfn, bus, documents, call, post, list, tenants, operations },
		client: createClient(endpoints),
		viewer: createViewer(endpoints),
		/**
		 * All operations, once there are `count` and none goes on any more. One list asked a few times a second: the gateway throttles.
		 * Throws after `deadlineMs`, naming those that do go on.
		 */
		async ended(count: number, deadlineMs: number): Promise<OperationView[]> {
			const endsAt = Date.now() + deadlineMs;
			for (;;) {
				const all = await operations();
				const open = all.filter(({ status }) => status === "queued" || status === "running");
				if (all.length >= count && open.length === 0) return all;
				if (Date.now() > endsAt) {
					const told = open.map(({ hostname, status, steps }) => `${hostname} ${status} ${JSON.stringify(steps)}`);
					throw new Error(`${all.length} of ${count} operations after ${deadlineMs} ms; open:\n${told.join("\n")}`);
				}
				await pause(300);
			}
		},
		async signUp(detail: unknown, source = "billing"): Promise<void> {
			const entry = {
				EventBusName: stack.bus,
				Source: source,
				DetailType: "TenantSignedUp",
				Detail: JSON.stringify(detail),
			};
			const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
			if (FailedEntryCount) throw new Error("The bus did not take the event.");
		},
		async executions() {
			const found = [];
			let nextToken: string | undefined;
			do {
				const page = await sfn.send(
					new ListExecutionsCommand({ stateMachineArn: stack.stateMachineArn, nextToken, maxResults: 100 }),
				);
				found.push(...(page.executions ?? []));
				nextToken = page.nextToken;
			} while (nextToken);
			return found;
		},
		async history(executionName: string, machine: Machine = "onboard-tenant"): Promise<HistoryEvent[]> {
			const executionArn = `${machineArn(machine).replace(":stateMachine:", ":execution:")}:${executionName}`;
			return (await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [];
		},
		async rows(TableName: string): Promise<Record<string, unknown>[]> {
			const rows: Record<string, unknown>[] = [];
			for await (const page of paginateScan({ client: documents }, { TableName })) rows.push(...(page.Items ?? []));
			return rows;
		},
		leave() {
			for (const client of [sfn, bus, documents]) client.destroy();
		},
	};
}
export type Surroundings = ReturnType<typeof surroundings>;

/** The states that an execution entered, in order. */
export function statesEntered(history: readonly HistoryEvent[]): string[] {
	return history.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

/**
 * The packaged stack on an embedded cloud of its own: a temporary directory, free ports. One a test file, since handlers read
 * their environment, and the SDK's clients in them their endpoint, once a process.
 */
export async function aWorld(options: Partial<CloudOptions> = {}) {
	await packageStages(["nonprod"], () => {});
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-acceptance-"));
	const cloud = await startCloud({ directory, ports: await freePorts(undefined), ...options });
	const around = surroundings(await endpointsOf(cloud));
	const { sqs, events } = cloud.services;
	return {
		...around,
		cloud,
		directory,
		/** The queues that hold anything, once nothing is on its way any more or the deadline has passed. */
		async leftInQueues(deadlineMs: number) {
			const left = () => sqs.depth().filter(({ queueName: _name, ...depth }) => Object.values(depth).some(Boolean));
			const isEmpty = () => Promise.resolve(left().length === 0 && events.pending() === 0 ? true : undefined);
			await eventually("Empty queues", deadlineMs, isEmpty).catch(() => undefined);
			return left();
		},
		listenTo: (pattern: object) => listenTo(pattern, cloud),
		/** Takes the rules for a source of AWS's own away, so that its events reach nobody. Answers how to put them back. */
		loseEventsOf(source: string): () => void {
			const rules = cloud.resolver.idsOf("AWS::Events::Rule").flatMap((id) => {
				const properties = cloud.resolver.properties(id, z.looseObject({}));
				return JSON.stringify(properties["EventPattern"] ?? {}).includes(`"${source}"`) ? [{ id, properties }] : [];
			});
			if (rules.length === 0) throw new Error(`The stack has no rule for ${source}.`);
			for (const { id, properties } of rules) events.addRule({ ...properties, State: "DISABLED" }, id);
			return () => {
				for (const { id, properties } of rules) events.addRule(properties, id);
			};
		},
		async close() {
			around.leave();
			await cloud.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
export type World = Awaited<ReturnType<typeof aWorld>>;

/** Everything so far that a rule of the platform's bus has let through, in order of arrival. */
export type Told = () => Promise<{ detailType: string; detail: Record<string, unknown> }[]>;

/**
 * A subscriber as a customer of the platform has one: a rule on its bus, with a queue behind it. Rejects when an event of ours is not as
 * docs/events publishes it.
 */
function listenTo(pattern: object, cloud: Cloud): Told {
	const { sqs, events } = cloud.services;
	const { arn, url } = sqs.createQueue({}, "subscriber");
	events.addRule(
		{ EventBusName: stack.bus, EventPattern: pattern, Targets: [{ Id: "queue", Arn: arn }] },
		"subscriber",
	);
	const all: Awaited<ReturnType<Told>> = [];
	const envelope = z.object({
		source: z.string(),
		"detail-type": z.string(),
		detail: z.record(z.string(), z.unknown()),
	});
	const client = new SQSClient(accountAt(awsEndpoint(cloud.ports)));
	return async () => {
		for (;;) {
			const { Messages = [] } = await client.send(
				new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
			);
			if (Messages.length === 0) return all;
			for (const { Body = "" } of Messages) {
				const { source, "detail-type": detailType, detail } = envelope.parse(JSON.parse(Body));
				if (source === eventSource) assertPublished(detailType, detail);
				all.push({ detailType, detail });
			}
			const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
			await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
		}
	};
}

/** How an SDK client reaches the nonprod account at an endpoint. */
export function accountAt(endpoint: string) {
	const credentials = { accessKeyId: `LOCAL${accounts.nonprod}`, secretAccessKey: "local" };
	return { endpoint, region, credentials };
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
