import { isDeepStrictEqual, parseArgs } from "node:util";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { packageStages } from "../../scripts/package.ts";
import { type Cloud, startCloud } from "../cloud.ts";
import { order } from "../customer-dns/desk-client.ts";
import type { CustomerDnsOrder } from "../customer-dns/orders.ts";
import { type Endpoints, endpointsOf } from "../endpoints.ts";
import { accounts, platformDomain, region } from "../laptop.ts";
import { freePorts } from "../ports.ts";
import { type Client, createClient, eventually } from "./client.ts";
import { bringDomain, isBrought } from "./custom-domain.ts";
import { lifeAsItMustBe, liveThrough } from "./life.ts";
import { createViewer, type Viewer } from "./viewer.ts";

/** One tenant of the demo, as it ended. */
interface Told {
	slug: string;
	hostname: string;
	via: "rest" | "event" | "retry";
	status: string;
	/** From the request to active. */
	millis: number;
	dns: string[];
	https: { status: number; tenantId: string };
}

const { values: flags } = parseArgs({
	options: { json: { type: "boolean", default: false }, faults: { type: "string", default: "0" } },
});

/** Longest wait for one operation. Under faults a hint may be lost, and what it was about is found by a sweeper, once a minute. */
const deadlineMs = Number(flags.faults) > 0 ? 150_000 : 40_000;

// With --json the last line of the output is the result, so progress goes to the other stream.
const say = (line: string) => (flags.json ? process.stderr : process.stdout).write(`${line}\n`);

async function main(): Promise<boolean> {
	const rate = Number(flags.faults);
	if (!(rate >= 0 && rate <= 1)) throw new Error(`--faults takes a number from 0 to 1, not '${flags.faults}'.`);
	await packageStages(["nonprod"]);
	const cloud = await startCloud({ ports: await freePorts(undefined), faults: { rate, seed: "demo" } });
	try {
		return await tell(cloud, rate);
	} finally {
		await cloud.close();
	}
}

async function tell(cloud: Cloud, rate: number): Promise<boolean> {
	const endpoints = await endpointsOf(cloud);
	const client = createClient(endpoints);
	const viewer = createViewer(endpoints);
	say(`Hostmaster's demo, on an embedded cloud of its own${rate > 0 ? `, ${rate * 100} % of its calls failing` : ""}.`);
	const byRest = tenantByRest(client, viewer);
	const byEvent = tenantByEvent(client, viewer, endpoints, cloud);
	const byRetry = tenantByRetry(client, viewer, cloud);
	const customerDns = (wanted: CustomerDnsOrder) => order(endpoints.aws, wanted);
	const stage = { client, viewer, customerDns, say, deadlineMs };
	const domainOf = async ({ slug, expected: tenantId }: Ended) => bringDomain({ tenantId, slug }, stage);
	// One waits while the other acts: side by side they cost a spectator half of the time.
	const lifeOf = ({ slug, expected: tenantId }: Ended) =>
		liveThrough({ tenantId, slug }, client, viewer, say, deadlineMs);
	const [rest, event, retry, life, customDomain] = await Promise.all([
		...([byRest, byEvent, byRetry, byRest.then(lifeOf), byEvent.then(domainOf)] as const),
	]);
	const unknown = await viewer.open(`nobody.${platformDomain}`);
	say(`\nA name that nobody has: HTTPS ${unknown.status}`);
	const tenants = [rest, event, retry.tenant];
	const route53Calls = Object.values(cloud.services.route53.calls()).reduce((sum, count) => sum + count, 0);
	const result = {
		ok:
			unknown.status === 404 &&
			retry.from === "SyncRecords" &&
			tenants.every(isServed) &&
			isDeepStrictEqual(life, lifeAsItMustBe) &&
			isBrought(customDomain, event.expected),
		tenants: tenants.map(({ expected: _expected, ...told }) => told),
		unknownHost: unknown.status,
		retriedFrom: retry.from,
		...life,
		customDomain,
		route53Calls,
		stateTransitions: cloud.services.states.transitions(),
	};
	say(`Route 53 calls: ${route53Calls}; state transitions: ${result.stateTransitions}.`);
	say(result.ok ? "Everything is as it must be." : "Something is not as it must be.");
	if (flags.json) console.log(JSON.stringify(result));
	return result.ok;
}

type Ended = Told & { expected: string };

function isServed({ status, dns, https, expected }: Ended): boolean {
	return status === "active" && dns.length > 0 && https.status === 200 && https.tenantId === expected;
}

async function tenantByRest(client: Client, viewer: Viewer): Promise<Ended> {
	const startedAt = Date.now();
	const { tenant, operation } = await client.createTenant(client.newTenant("acme"));
	say(`\nPOST /v1/tenants: ${tenant.hostname}, operation ${operation.operationId}`);
	await client.follow(operation.operationId, deadlineMs, (step) => say(`  acme     ${step} done`));
	return look("rest", tenant.tenantId, client, viewer, startedAt);
}

async function tenantByEvent(client: Client, viewer: Viewer, { aws }: Endpoints, { resolver }: Cloud): Promise<Ended> {
	const startedAt = Date.now();
	const credentials = { accessKeyId: `LOCAL${accounts.nonprod}`, secretAccessKey: "local" };
	const bus = new EventBridgeClient({ endpoint: aws, region, credentials });
	const entry = {
		EventBusName: resolver.ref("PlatformBus"),
		Source: "billing",
		DetailType: "TenantSignedUp",
		Detail: JSON.stringify(client.newTenant("globex")),
	};
	await bus.send(new PutEventsCommand({ Entries: [entry] }));
	say("TenantSignedUp on the bus: globex");
	const tenant = await eventually("the tenant of the event", deadlineMs, () => client.findTenant("cus_globex"));
	const [operation] = await client.operationsOf(tenant.tenantId);
	if (!operation) throw new Error("The tenant of the event has no operation.");
	await client.follow(operation.operationId, deadlineMs, (step) => say(`  globex   ${step} done`));
	return look("event", tenant.tenantId, client, viewer, startedAt);
}

async function tenantByRetry(client: Client, viewer: Viewer, cloud: Cloud): Promise<{ tenant: Ended; from: string }> {
	const { route53 } = cloud.services;
	const startedAt = Date.now();
	const name = `initech.${platformDomain}`;
	route53.refuse(name);
	const { tenant, operation } = await client.createTenant(client.newTenant("initech"));
	const tellStep = (step: string) => say(`  initech  ${step} done`);
	const failed = await client.follow(operation.operationId, deadlineMs, tellStep);
	const failure = failed.failure;
	if (failed.status !== "failed" || failure?.step === undefined)
		throw new Error(`'initech' should have failed and is ${failed.status}.`);
	say(
		`  initech  ${failure.step} failed: ${failure.error}, ${failure.detail}\n           ${failure.actor}: ${failure.fix}`,
	);
	route53.allow(name);
	say("           The cause is gone: POST …/retry");
	await client.retry(operation.operationId);
	await client.follow(operation.operationId, deadlineMs, tellStep);
	return { tenant: await look("retry", tenant.tenantId, client, viewer, startedAt), from: failure.step };
}

/** What the world sees of a tenant whose operation has ended. */
async function look(
	via: Told["via"],
	tenantId: string,
	client: Client,
	viewer: Viewer,
	startedAt: number,
): Promise<Ended> {
	const millis = Date.now() - startedAt;
	const { slug, hostname, status } = await client.showTenant(tenantId);
	const dns = await viewer.resolve(hostname);
	const https = await viewer.open(hostname);
	say(
		`  ${slug.padEnd(8)} is ${status} after ${millis} ms; DNS ${dns.join(", ")}; HTTPS ${https.status} for ${https.tenantId}`,
	);
	return { slug, hostname, via, status, millis, dns, https, expected: tenantId };
}

try {
	process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
	say(`The demo broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	if (flags.json) console.log(JSON.stringify({ ok: false, error: String(error) }));
	process.exitCode = 1;
}
