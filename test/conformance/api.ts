import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { exit } from "node:process";
import { z } from "zod";
import { type Clock, realClock } from "../../local/clock.ts";
import { startCloud } from "../../local/cloud.ts";
import { allScopes, endpointsOf } from "../../local/endpoints.ts";
import { freePorts } from "../../local/ports.ts";
import { packageStages } from "../../scripts/package.ts";
import { isStarted } from "../../scripts/started.ts";
import { deeds } from "./api-deeds.ts";
import { exemplified, seeded } from "./api-examples.ts";
import { conflicts, refusals } from "./api-refusals.ts";
import { type ApiOperation, type Asked, askedIn, operationsOf, statusesOf } from "./api-statuses.ts";
import {
	type CheckResult,
	NoPythonTools,
	type PythonTools,
	pythonTools,
	type Ran,
	report,
} from "./virtual-environment.ts";

/** Requests that a run makes at least. */
const leastRequests = 5_000;

/** Cases of each operation in the fuzzing phase, and what makes them the same again. */
const cases = { perOperation: 140, seed: 20260_101 };

const checks = [
	...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
	...["response_headers_conformance", "response_schema_conformance"],
];

/**
 * Runs the API on an embedded cloud of its own and has schemathesis ask it by docs/openapi.json, with a token of every scope: no 5xx, every
 * answer as documented, every documented status seen, at least 5,000 requests. Takes about three minutes. Never rejects for want of Python.
 */
export async function checkApi(): Promise<CheckResult[]> {
	try {
		return await withTools(await pythonTools("api"));
	} catch (error) {
		if (!(error instanceof NoPythonTools)) throw error;
		return [{ check: "api", outcome: "cannot run", detail: error.message }];
	}
}

async function withTools(tools: PythonTools): Promise<CheckResult[]> {
	await packageStages(["nonprod"], () => {});
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-conformance-api-"));
	let heldAt: number | undefined;
	const clock: Clock = { now: () => heldAt ?? realClock.now(), at: realClock.at };
	const cloud = await startCloud({ directory, ports: await freePorts(undefined), insyncDelayMs: 200, clock });
	try {
		const endpoints = await endpointsOf(cloud);
		const { api, token, demoOrigin } = endpoints;
		const document = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync("docs/openapi.json", "utf8")));
		const { known, asked } = await seeded(api, token, demoOrigin);
		const operations = operationsOf(document);
		const met = await conflicts(api, token, known, operations);
		const done = await deeds(endpoints, known);
		const file = join(directory, "openapi.json");
		const har = join(directory, "requests.har");
		writeFileSync(file, JSON.stringify(exemplified(document, known, demoOrigin)));
		const ran = await tools.run("schemathesis", ["run", file, ...optionsOf(api, token, har)], {
			PYTHONPATH: resolve("test/conformance"),
			SCHEMATHESIS_HOOKS: "schemathesis_hooks",
		});
		const nameless = await cloud.tokens.token({ sub: undefined, scopes: allScopes, ttlSeconds: 600 });
		const powerless = await cloud.tokens.token({ sub: "nobody", scopes: ["nothing:read"], ttlSeconds: 600 });
		// The gateway's throttle has rested then, and sees them all at one moment, however busy the machine is.
		heldAt = realClock.now() + 10_000;
		const refused = await refusals(
			api,
			{ token, powerless, nameless },
			operations.flatMap(({ method, secured, example }) => (secured ? [{ method, path: example }] : [])),
		);
		const generated = askedIn(har);
		const statuses = statusesOf([...asked, ...met.asked, ...done.asked, ...generated, ...refused.asked], operations);
		return results({ operations, generated, statuses, ran, wrong: [...met.wrong, ...done.wrong, ...refused.wrong] });
	} finally {
		await cloud.close();
		rmSync(directory, { recursive: true, force: true });
	}
}

function optionsOf(api: string, token: string, har: string): string[] {
	return [
		...["--url", api, "--header", `Authorization: Bearer ${token}`],
		...["--checks", checks.join(","), "--phases", "examples,coverage,fuzzing"],
		...["--max-examples", String(cases.perOperation), "--seed", String(cases.seed)],
		// The gateway's own throttle is 100 a second; beyond it there is nothing to learn.
		// One worker: two at once meet https://github.com/python/cpython/issues/106905 now and then.
		...["--rate-limit", "90/s", "--workers", "1", "--continue-on-failure", "--no-shrink", "--request-timeout", "30"],
		...["--suppress-health-check", "all", "--warnings", "off", "--report-har-path", har, "--no-color"],
	];
}

interface Seen {
	operations: readonly ApiOperation[];
	generated: readonly Asked[];
	statuses: ReadonlyMap<string, ReadonlySet<number>>;
	ran: Ran;
	wrong: readonly string[];
}

function results({ operations, generated, statuses, ran, wrong }: Seen): CheckResult[] {
	const judged = (check: string, passes: boolean, detail: string): CheckResult => ({
		check,
		outcome: passes ? "pass" : "fail",
		detail,
	});
	const broken = [...statuses].flatMap(([operation, seen]) =>
		[...seen].filter((status) => status >= 500).map((status) => `${operation} ${status}`),
	);
	const anywhere = new Set([...statuses.values()].flatMap((seen) => [...seen]));
	const unseen = operations.flatMap(({ name, documented, ofGateway }) => {
		const seen = (status: number) => (ofGateway.includes(status) ? anywhere : statuses.get(name))?.has(status);
		const missing = documented.filter((status) => !seen(status));
		return missing.length === 0 ? [] : [`${name} ${missing.join(" ")}`];
	});
	// From its first heading of failures or errors on.
	const said = ran.stdout.slice(Math.max(0, ran.stdout.search(/^=+ (?:FAILURES|ERRORS) =+$/m)), 20_000);
	return [
		judged("api: requests", generated.length >= leastRequests, `${generated.length}, at least ${leastRequests}`),
		judged("api: no 5xx", broken.length === 0, broken.join(", ") || "none"),
		judged(
			"api: answers as documented",
			ran.status === 0,
			ran.status === 0 ? `${operations.length} operations` : `${said}${ran.stderr}`,
		),
		judged("api: refusals", wrong.length === 0, wrong.join(", ") || "400, 403, 404, 409, 413 and 429 as documented"),
		judged(
			"api: documented statuses seen",
			unseen.length === 0,
			unseen.length === 0 ? "all" : `not ${unseen.join(", ")}`,
		),
	];
}

if (isStarted(import.meta)) exit(report(await checkApi()) ? 0 : 1);
