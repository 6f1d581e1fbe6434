import { setTimeout as pause } from "node:timers/promises";
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { send } from "../local/customer-dns/desk-client.ts";
import { createViewer } from "../local/demo/viewer.ts";
import type { Endpoints } from "../local/endpoints.ts";
import { accounts, region } from "../local/laptop.ts";
import { packageStages } from "../scripts/package.ts";
import { asked, countsBetween, forEach, rounded } from "./asking.ts";
import { type Peak, peaksOf, type Sample } from "./call-rates.ts";
import { type LocalStack, startLocalStack } from "./local-stack.ts";
import { allActive, postAll } from "./onboardings.ts";

/** What `count` custom domains asked for at once took, from the first POST until all were active. */
export interface CustomDomainsReport {
	count: number;
	/** Between which they are shared out: one may have ten that are not active yet. */
	tenants: number;
	seconds: number;
	/** From the first POST until all were accepted and each customer had set its record. */
	acceptedSeconds: number;
	/** Of the stack's process alone; the peak counts from its start. */
	cpuSeconds: number;
	peakRssMegabytes: number;
	transitionsPerOperation: number;
	/** By `service.operation`; reading how far they are is not among them. */
	callsPerOperation: Record<string, number>;
	route53Calls: Record<string, number>;
	/** The busiest second of each operation for which AWS publishes a rate. */
	peaks: Peak[];
	/** Some of the domains, opened over TLS that is verified by name: how many showed their tenant's page. */
	opened: { asked: number; served: number };
}

const postsAtOnce = 50;
const sampledEveryMs = 1_000;
const registryTable = "hostmaster-nonprod-registry";

interface Attached {
	tenantId: string;
	hostname: string;
	operationId: string;
}

/** Attaches `count` custom domains at once on a local stack of its own, each with a CNAME. Rejects when they are not all active in time. */
export async function benchCustomDomains({
	count,
	deadlineMs = 600_000,
}: {
	count: number;
	deadlineMs?: number;
}): Promise<CustomDomainsReport> {
	await packageStages(["nonprod"], () => {});
	const stack = await startLocalStack({ insyncMs: 2_000 });
	const { endpoints } = stack;
	const credentials = { accessKeyId: `LOCAL${accounts.nonprod}`, secretAccessKey: "local" };
	const registry = new DynamoDBClient({ endpoint: endpoints.aws, region, credentials });
	try {
		const tenants = Math.ceil(count / limits.pendingDomainsPerTenant.value);
		const tenantIds = await tenantsOf(endpoints, tenants);
		const before = { ...stack.usage(), ...(await stack.counts()) };
		const startedAt = performance.now();
		const secondsSince = () => rounded((performance.now() - startedAt) / 1000);
		const samples: Sample[] = [];
		const sampling = sample(stack, samples);
		const attached = await attachAll(endpoints, tenantIds, count);
		const acceptedSeconds = secondsSince();
		const looks = await allSucceeded(registry, attached, deadlineMs);
		const seconds = secondsSince();
		await sampling.end();
		const { cpuSeconds, peakRssMegabytes } = stack.usage();
		const own = { "dynamodb.BatchGetItem": looks };
		return {
			...{ count, tenants, seconds, acceptedSeconds },
			cpuSeconds: rounded(cpuSeconds - before.cpuSeconds),
			peakRssMegabytes,
			...withoutInvocations(countsBetween(before, await stack.counts(), count, own)),
			peaks: peaksOf(samples),
			opened: await openSome(endpoints, attached),
		};
	} finally {
		registry.destroy();
		await stack.end();
	}
}

function withoutInvocations({ invocations: _invocations, ...counted }: ReturnType<typeof countsBetween>) {
	return counted;
}

const listSchema = z.object({ tenants: z.array(z.object({ tenantId: z.string() })), next: z.string().nullable() });

async function tenantsOf(endpoints: Endpoints, count: number): Promise<string[]> {
	await postAll(endpoints, count);
	await allActive(endpoints, count, 120_000);
	const ids: string[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const path: string = `/v1/tenants?limit=100${cursor && `&cursor=${cursor}`}`;
		const page = listSchema.parse(await asked(endpoints, "GET", path));
		ids.push(...page.tenants.map(({ tenantId }) => tenantId));
		cursor = page.next;
	}
	return ids;
}

const attachedSchema = z.object({
	domain: z.object({ records: z.array(z.object({ type: z.string(), value: z.string().nullable() })) }),
	operation: z.object({ operationId: z.string() }),
});

/** Each customer sets its record as soon as it is told: no earlier can anybody know it. */
async function attachAll(endpoints: Endpoints, tenantIds: readonly string[], count: number): Promise<Attached[]> {
	const attached: Attached[] = [];
	await forEach(count, postsAtOnce, async (at) => {
		const tenantId = tenantIds[at % tenantIds.length] ?? "";
		const hostname = `shop.customer-${at + 1}.com`;
		const sent = { body: { hostname }, key: hostname };
		const { domain, operation } = attachedSchema.parse(
			await asked(endpoints, "POST", `/v1/tenants/${tenantId}/domains`, sent),
		);
		const value = domain.records.find(({ type }) => type === "CNAME")?.value ?? "";
		const done = await send(endpoints.aws, { do: "set", name: hostname, type: "CNAME", values: [value] });
		if (done.outcome !== "done") throw new Error(`${hostname} could not be set: ${done.detail}`);
		attached.push({ tenantId, hostname, operationId: operation.operationId });
	});
	return attached;
}

/** Reads the operations' rows until all have succeeded; answers with how many calls. The API would cost calls of its functions'. */
async function allSucceeded(registry: DynamoDBClient, attached: readonly Attached[], deadlineMs: number) {
	const endsAt = Date.now() + deadlineMs;
	let open = attached.map(({ operationId }) => operationId);
	let calls = 0;
	while (open.length > 0) {
		if (Date.now() > endsAt) throw new Error(`${open.length} of ${attached.length} domains are not active in time.`);
		await pause(sampledEveryMs);
		const ended = new Set<string>();
		for (let at = 0; at < open.length; at += 100) {
			const Keys = open.slice(at, at + 100).map((id) => ({ pk: { S: `OPERATION#${id}` }, sk: { S: "OPERATION" } }));
			const { Responses } = await registry.send(
				new BatchGetItemCommand({ RequestItems: { [registryTable]: { Keys } } }),
			);
			calls++;
			for (const { operationId, status, failure } of Responses?.[registryTable] ?? []) {
				if (status?.S === "succeeded") ended.add(operationId?.S ?? "");
				if (status?.S === "failed") throw new Error(`${operationId?.S} failed: ${JSON.stringify(failure)}`);
			}
		}
		open = open.filter((id) => !ended.has(id));
	}
	return calls;
}

/** Notes once a second what has been called so far. */
function sample(stack: LocalStack, samples: Sample[]) {
	let over = false;
	const run = async () => {
		while (!over) {
			const { calls, route53Calls } = await stack.counts();
			samples.push({ atMs: performance.now(), calls, route53Calls });
			await pause(sampledEveryMs);
		}
	};
	const running = run();
	return {
		async end() {
			over = true;
			await running;
		},
	};
}

async function openSome(endpoints: Endpoints, attached: readonly Attached[]) {
	const viewer = createViewer(endpoints);
	const some = attached.filter((_, at) => at % Math.ceil(attached.length / 20) === 0);
	const seen = await Promise.all(some.map(({ hostname }) => viewer.open(hostname)));
	const served = seen.filter(({ status, tenantId }, at) => status === 200 && tenantId === some[at]?.tenantId).length;
	return { asked: some.length, served };
}
