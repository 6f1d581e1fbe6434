import findMyWay from "find-my-way";
import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { LRUCache } from "lru-cache";
import { Bench, type FnOptions } from "tinybench";
import { decideEdge } from "../domain/edge-decision.ts";
import type { TenantMapEntry } from "../domain/tenant-map.ts";
import { createRouteTenant } from "../functions/edge/route-tenant.ts";
import { createFleet, type Fleet, type FleetRequest, standInForAws } from "./edge-fleet.ts";

/** One way to find a request's tenant, as measured. */
export interface MeasuredDecision {
	name: string;
	hostnames: number;
	/** How many times a sample was taken, and how many requests one sample is the mean of. */
	samples: number;
	requestsPerSample: number;
	/** Of one request. With more than one in a sample, percentiles are of means: they hide what is slow once. */
	nanoseconds: { mean: number; p50: number; p75: number; p99: number; p999: number };
	/** The median as a multiple of that of `Map.get` in the same run. */
	timesMapGet: number;
}

export interface EdgeDecisionReport {
	node: string;
	decisions: MeasuredDecision[];
	/** Reads of the map or the secret while the edge function was measured: 0, or the cache was not warm. */
	readsMeanwhile: number;
}

const hostnameCount = 10_000;
const requestsPerSample = 1_000;
/** find-my-way takes no more handlers of one path that differ in their host: https://github.com/delvedor/find-my-way#constraints */
const constrainedHosts = 31;
const baseline = "Map.get";

interface Contender {
	name: string;
	hostnames?: number;
	requestsPerSample?: number;
	/** Whether it found the request's tenant. */
	decide: (request: FleetRequest) => boolean;
}

/** Measures the edge's decision beside bare lookups and general routers: in one process and one run, so that ratios mean something. */
export async function benchEdgeDecision(): Promise<EdgeDecisionReport> {
	const fleet = createFleet(hostnameCount);
	const bench = new Bench({ time: 1_000, warmup: false, throws: true });
	const contenders = [...lookups(fleet), ...routers(fleet)];
	const passes = contenders.map((contender) => ({ ...contender, pass: passOver(fleet, contender) }));
	// All once before any is measured: else the first alone would be compiled for itself.
	for (const { pass } of passes) pass();
	for (const { name, pass } of passes) bench.add(name, pass, { async: false });
	const aws = standInForAws(fleet.entries);
	const edge = edgeFunction(fleet, aws.count);
	try {
		for (const { name, run, options } of edge.tasks) bench.add(name, run, options);
		await bench.run();
	} finally {
		aws.putBack();
	}
	const facts = [...contenders, ...edge.tasks];
	const measured = bench.tasks.map(({ name, result }) => {
		if (result.state !== "completed") throw new Error(`${name} is ${result.state}`);
		const { hostnames = hostnameCount, requestsPerSample: size = requestsPerSample } =
			facts.find((fact) => fact.name === name) ?? {};
		const { samplesCount: samples, mean, p50, p75, p99, p999 } = result.latency;
		const each = (ms: number) => Math.round((ms * 1e7) / size) / 10;
		const nanoseconds = { mean: each(mean), p50: each(p50), p75: each(p75), p99: each(p99), p999: each(p999) };
		return { name, hostnames, samples, requestsPerSample: size, nanoseconds };
	});
	const unit = measured.find(({ name }) => name === baseline)?.nanoseconds.p50 ?? Number.NaN;
	const decisions = measured.map((one) => ({
		...one,
		timesMapGet: Math.round((one.nanoseconds.p50 / unit) * 10) / 10,
	}));
	return { node: process.version, decisions, readsMeanwhile: edge.readsMeanwhile() };
}

function lookups({ entries }: Fleet): Contender[] {
	const map = new Map(entries.map((entry) => [entry.hostname, entry]));
	const lru = new LRUCache<string, TenantMapEntry>({ max: hostnameCount });
	for (const entry of entries) lru.set(entry.hostname, entry);
	return [
		{ name: baseline, decide: ({ host }) => map.get(host) !== undefined },
		{ name: "lru-cache get", decide: ({ host }) => lru.get(host) !== undefined },
		{
			name: "decideEdge and originFor, after Map.get",
			decide: ({ host, path }) => decideEdge(map.get(host), path).kind === "forward",
		},
	];
}

function routers({ entries }: Fleet): Contender[] {
	const byHost = findMyWay();
	const byPath = findMyWay();
	const trie = new Hono({ router: new TrieRouter() }).router;
	const preset = new Hono().router;
	const handler = () => {};
	for (const { hostname: host } of entries.slice(0, constrainedHosts))
		byHost.on("GET", "/*", { constraints: { host } }, handler);
	for (const { hostname } of entries) {
		byPath.on("GET", `/${hostname}/*`, handler);
		// Hono's way to route by host: the path that it matches begins with it. https://hono.dev/docs/api/routing#routing-with-host-header-value
		for (const router of [trie, preset])
			router.add("GET", `/${hostname}/*`, [handler, { basePath: "/", handler, method: "GET", path: "/*" }]);
	}
	return [
		{
			name: "find-my-way, host constraint",
			hostnames: constrainedHosts,
			decide: ({ host, path }) => byHost.find("GET", path, { host }) !== null,
		},
		{
			name: "find-my-way, host before the path",
			decide: ({ host, path }) => byPath.find("GET", `/${host}${path}`) !== null,
		},
		{ name: "hono, TrieRouter", decide: ({ host, path }) => trie.match("GET", `/${host}${path}`)[0].length > 0 },
		{
			name: "hono, its own choice of router",
			requestsPerSample: 10,
			decide: ({ host, path }) => preset.match("GET", `/${host}${path}`)[0].length > 0,
		},
	];
}

/** The whole function, its memory filled just before: what it knows is 10 s good, and a measurement takes one or two. */
function edgeFunction(fleet: Fleet, count: { asked: number }) {
	let routeTenant = createRouteTenant();
	let reads = 0;
	const options: FnOptions = {
		async: true,
		async beforeAll() {
			routeTenant = createRouteTenant();
			for (const { event } of fleet.requests) await routeTenant(event);
			count.asked = 0;
		},
		afterAll() {
			reads += count.asked;
		},
	};
	const task = (name: string, size: number) => {
		const next = batches(fleet, { requestsPerSample: size });
		const run = async () => {
			for (const { event } of next()) await routeTenant(event);
		};
		return { name, hostnames: hostnameCount, requestsPerSample: size, run, options };
	};
	const tasks = [
		task("the edge function, warm", requestsPerSample),
		task("the edge function, warm, each request by itself", 1),
	];
	return { tasks, readsMeanwhile: () => reads };
}

/** The requests of one sample after the other, around and around; those for hostnames that the contender knows. */
function batches(
	{ entries, requests }: Fleet,
	{ hostnames = hostnameCount, requestsPerSample: size = requestsPerSample }: Partial<Contender>,
) {
	const known = new Set(entries.slice(0, hostnames).map(({ hostname }) => hostname));
	const own = requests.filter(({ host }) => known.has(host));
	const passes = Array.from({ length: Math.ceil((10 * size) / own.length) }, () => own).flat();
	const all = Array.from({ length: Math.floor(passes.length / size) }, (_, at) =>
		passes.slice(at * size, (at + 1) * size),
	);
	let at = 0;
	return (): readonly FleetRequest[] => all[at++ % all.length] ?? [];
}

/** One sample of a contender. Throws when it did not find every tenant: what finds nothing is quick. */
function passOver(fleet: Fleet, { decide, ...contender }: Contender): () => void {
	const next = batches(fleet, contender);
	return () => {
		const requests = next();
		let found = 0; // counted, so that no lookup can be left out as unused
		for (const request of requests) if (decide(request)) found++;
		if (found !== requests.length) throw new Error(`${contender.name} found ${found} of ${requests.length}`);
	};
}
