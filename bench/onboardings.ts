import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Endpoints } from "../local/endpoints.ts";
import { packageStages } from "../scripts/package.ts";
import { type Counts, startLocalStack } from "./local-stack.ts";
import { leastSeconds } from "./minimum.ts";

/** What `count` tenants asked for at once took, from the first POST until all were seen active. */
export interface OnboardingsReport {
	count: number;
	insyncSeconds: number;
	seconds: number;
	/** What AWS's quotas allow (bench/minimum.ts), and `seconds` as a multiple of it. */
	theoreticalSeconds: number;
	ratio: number;
	/** From the first POST until all were accepted: the gateway's throttling is in it. */
	acceptedSeconds: number;
	/** Of the stack's process alone; the peak counts from its start. */
	cpuSeconds: number;
	peakRssMegabytes: number;
	route53Calls: Record<string, number>;
	transitionsPerOperation: number;
	callsPerOperation: Record<string, number>;
	/** Lambda invocations in all, by function; reading the lists to see who is active is among them. */
	invocations: Record<string, number>;
}

const postsAtOnce = 50;
const pollMs = 500;

/** Onboards `count` tenants at once on a local stack of its own. Rejects when they are not all active `deadlineMs` after the last POST. */
export async function benchOnboardings(options: {
	count: number;
	/** How long a Route 53 change is pending: about 60,000 at AWS. */
	insyncMs: number;
	deadlineMs?: number;
}): Promise<OnboardingsReport> {
	const { count, insyncMs, deadlineMs = insyncMs + 300_000 } = options;
	await packageStages(["nonprod"], () => {});
	const stack = await startLocalStack({ insyncMs });
	try {
		const before = { ...stack.usage(), ...(await stack.counts()) };
		const startedAt = performance.now();
		const secondsSince = () => rounded((performance.now() - startedAt) / 1000);
		await postAll(stack.endpoints, count);
		const acceptedSeconds = secondsSince();
		await allActive(stack.endpoints, count, deadlineMs);
		const seconds = secondsSince();
		const { cpuSeconds, peakRssMegabytes } = stack.usage();
		const after = await stack.counts();
		const theoreticalSeconds = leastSeconds(count, insyncMs / 1000);
		return {
			...{ count, insyncSeconds: insyncMs / 1000, seconds, theoreticalSeconds },
			ratio: rounded(seconds / theoreticalSeconds),
			acceptedSeconds,
			cpuSeconds: rounded(cpuSeconds - before.cpuSeconds),
			peakRssMegabytes,
			...countsBetween(before, after, count),
		};
	} finally {
		await stack.end();
	}
}

function countsBetween(before: Counts, after: Counts, count: number) {
	const calls = difference(before.calls, after.calls);
	return {
		route53Calls: difference(before.route53Calls, after.route53Calls),
		transitionsPerOperation: rounded((after.stateTransitions - before.stateTransitions) / count),
		callsPerOperation: Object.fromEntries(Object.entries(calls).map(([name, all]) => [name, rounded(all / count)])),
		invocations: difference(before.invocations, after.invocations),
	};
}

/** What has been added, without what has not changed; in the order of names. */
function difference(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
	const added = Object.entries(after).map(([name, all]): [string, number] => [name, all - (before[name] ?? 0)]);
	return Object.fromEntries(added.filter(([, more]) => more > 0).sort(([left], [right]) => left.localeCompare(right)));
}

/** As a billing system does that brings its customers: so many requests side by side, each repeated under its key until it is accepted. */
async function postAll(endpoints: Endpoints, count: number): Promise<void> {
	let next = 1;
	const postNext = async () => {
		while (next <= count) {
			const slug = `bench-${next++}`;
			const body = { slug, name: slug, externalRef: `cus_${slug}`, origin: endpoints.demoOrigin };
			await asked(endpoints, "POST", "/v1/tenants", body);
		}
	};
	await Promise.all(Array.from({ length: Math.min(postsAtOnce, count) }, postNext));
}

const pageSchema = z.object({ tenants: z.array(z.object({ status: z.string() })), next: z.string().nullable() });

async function allActive(endpoints: Endpoints, count: number, deadlineMs: number): Promise<void> {
	const endsAt = Date.now() + deadlineMs;
	for (;;) {
		const active = await firstActive(endpoints);
		if (active === count) return;
		if (Date.now() > endsAt) throw new Error(`Not all of ${count} tenants are active after ${deadlineMs} ms.`);
		await pause(pollMs);
	}
}

/** How many tenants of the list are active, up to the first page with one that is not: the rest need not be asked for yet. */
async function firstActive(endpoints: Endpoints): Promise<number> {
	let active = 0;
	let cursor: string | null = "";
	while (cursor !== null) {
		const path: string = `/v1/tenants?limit=100${cursor && `&cursor=${cursor}`}`;
		const page = pageSchema.parse(await asked(endpoints, "GET", path));
		const found = page.tenants.filter(({ status }) => status === "active").length;
		active += found;
		if (found < page.tenants.length) return active;
		cursor = page.next;
	}
	return active;
}

/** Asks the API; again when it throttles (429) or says that a service is away (503), as its contract lets a caller do. */
async function asked(
	{ api, token }: Endpoints,
	method: string,
	path: string,
	body?: { slug: string },
): Promise<unknown> {
	for (;;) {
		const response = await fetch(`${api}${path}`, {
			method,
			headers: {
				authorization: `Bearer ${token}`,
				...(body && { "content-type": "application/json", "idempotency-key": body.slug }),
			},
			...(body && { body: JSON.stringify(body) }),
		});
		if (response.ok) return await response.json();
		const text = await response.text();
		if (response.status !== 429 && response.status !== 503) {
			throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
		}
		await pause(100);
	}
}

function rounded(number: number): number {
	return Math.round(number * 100) / 100;
}
