import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Endpoints } from "../local/endpoints.ts";
import { packageStages } from "../scripts/package.ts";
import { asked, countsBetween, forEach, rounded } from "./asking.ts";
import { startLocalStack } from "./local-stack.ts";
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

/** As a billing system does that brings its customers: so many requests side by side, each repeated under its key until it is accepted. */
export async function postAll(endpoints: Endpoints, count: number): Promise<void> {
	await forEach(count, postsAtOnce, async (at) => {
		const slug = `bench-${at + 1}`;
		const body = { slug, name: slug, externalRef: `cus_${slug}`, origin: endpoints.demoOrigin };
		await asked(endpoints, "POST", "/v1/tenants", { body, key: slug });
	});
}

const pageSchema = z.object({ tenants: z.array(z.object({ status: z.string() })), next: z.string().nullable() });

/** Resolves when the list shows `count` active tenants, rejects after `deadlineMs`. */
export async function allActive(endpoints: Endpoints, count: number, deadlineMs: number): Promise<void> {
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
