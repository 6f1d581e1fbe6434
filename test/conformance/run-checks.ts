import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { arrangeFor } from "./arrange.ts";
import type { Backend, Running } from "./backends/backend.ts";
import type { Check, Stage, Suite } from "./check.ts";
import { clientsOf } from "./clients.ts";
import { type Difference, differences } from "./differences.ts";
import { ownedBy } from "./own.ts";
import { whyNotOffered } from "./refusals.ts";

/** What came of a check on an implementation. */
export interface Outcome {
	service: string;
	check: string;
	/** Where AWS documents what is checked. */
	source: string;
	backend: string;
	verdict: "pass" | "differs" | "not offered" | "FAIL";
	/** Why it is not a pass. */
	because: string;
	difference?: Difference;
	/** Operations that were answered. */
	called: readonly string[];
	milliseconds: number;
}

/** Names that a run may use. */
export interface Names {
	prefix: string;
	zone: string;
}

/** Nothing takes so long, but beside other work everything takes longer. */
const checkSeconds = 180;

/** Runs the suites on one implementation, a few services at a time, and tells each outcome as it comes. */
export async function runSuites(
	backend: Pick<Backend, "name" | "services" | "lacks">,
	running: Running,
	suites: readonly Suite[],
	names: Names,
	tell: (outcome: Outcome) => void,
): Promise<void> {
	const waiting = [...suites];
	const worker = async () => {
		for (let suite = waiting.shift(); suite; suite = waiting.shift()) {
			const isServed = has(backend, running, suite.service);
			for (const check of suite.checks) {
				const head = { service: suite.service, check: check.name, source: check.source, backend: backend.name };
				if (isServed) tell({ ...head, ...(await judged(check, backend, running, names)) });
				else tell({ ...head, verdict: "not offered", because: "no such service", called: [], milliseconds: 0 });
			}
		}
	};
	await Promise.all([worker(), worker(), worker(), worker()]);
}

function has({ services }: Pick<Backend, "services">, { stack }: Running, service: Suite["service"]): boolean {
	if (service === "stack") return stack !== undefined;
	return services === "all" || services.includes(service);
}

type Lacking = Pick<Backend, "name" | "lacks">;
type Judged = Omit<Outcome, "service" | "check" | "source" | "backend">;

async function judged(check: Check, { name, lacks = {} }: Lacking, running: Running, names: Names): Promise<Judged> {
	const called = new Set<string>();
	const startedAt = Date.now();
	const problem = await run(check, running, names, called);
	const told = { called: [...called], milliseconds: Date.now() - startedAt };
	const difference = differences.find((one) => one.check === check.name && one.backend === name);
	const lacking = [...check.operations, check.needs ?? ""].flatMap((feature) => lacks[feature] ?? [])[0];
	if (lacking !== undefined) {
		if (problem !== undefined) return { ...told, verdict: "not offered", because: lacking };
		return { ...told, verdict: "FAIL", because: `is offered, although the backend says: ${lacking}` };
	}
	if (problem === undefined) {
		const missing = check.operations.filter((operation) => !called.has(operation));
		if (missing.length > 0) return { ...told, verdict: "FAIL", because: `never called ${missing.join(", ")}` };
		if (!difference) return { ...told, verdict: "pass", because: "" };
		return { ...told, verdict: "FAIL", because: "passes, although differences.ts says that it differs" };
	}
	const because = problem instanceof Error ? problem.message : String(problem);
	if (difference && because.includes(difference.seen)) return { ...told, verdict: "differs", because, difference };
	const missing = whyNotOffered(problem);
	if (missing !== undefined) return { ...told, verdict: "not offered", because: missing };
	return {
		...told,
		verdict: "FAIL",
		because: `${because}${difference ? ` (not the difference that is known: ${difference.seen})` : ""}`,
	};
}

/** Runs a check and what it deferred; answers what was thrown. */
async function run(check: Check, running: Running, names: Names, called: Set<string>): Promise<unknown> {
	const ends: (() => Promise<unknown>)[] = [];
	const unique = (what = "it") => `${names.prefix}${what}-${randomBytes(5).toString("hex")}`;
	const clients = clientsOf(running, ownedBy(names.prefix, names.zone), (operation) => called.add(operation));
	const parts = { clients, unique, defer: (end: () => Promise<unknown>) => void ends.push(end) };
	const stage: Stage = {
		...parts,
		arrange: arrangeFor(parts),
		hostname: () => `${randomBytes(5).toString("hex")}.${names.zone}`,
		distributionId: running.distributionId,
		connectionGroupId: running.connectionGroupId,
		stack: running.stack,
	};
	const problem = await Promise.race([
		Promise.resolve(stage)
			.then(check.run)
			.then(() => undefined, thrown),
		sleep(checkSeconds * 1000, new Error(`no end after ${checkSeconds} s`), { ref: false }),
	]);
	// What cannot be taken away any more is gone already, or is the check's own finding.
	for (const end of ends.toReversed()) await end().catch(() => undefined);
	for (const client of Object.values(clients)) client.destroy();
	return problem;
}

/** A rejection without a reason is a problem, too. */
function thrown(reason: unknown): unknown {
	return reason ?? new Error("rejected without a reason");
}
