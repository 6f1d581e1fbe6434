import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Backend, NotHere, type Running } from "./backends/backend.ts";
import { dynamodbLocal } from "./backends/dynamodb-local.ts";
import { elsewhere } from "./backends/elsewhere.ts";
import { embedded } from "./backends/embedded.ts";
import { ministack } from "./backends/ministack.ts";
import { moto } from "./backends/moto.ts";
import { coverageOf } from "./coverage.ts";
import { emulatedOperations } from "./emulated-operations.ts";
import { type Flags, readFlags, usage } from "./flags.ts";
import { type Outcome, runSuites } from "./run-checks.ts";
import { suites } from "./suites.ts";
import { tableOf } from "./table.ts";
import { checkTemplates } from "./templates.ts";
import { type CheckResult, checkResults } from "./virtual-environment.ts";

/** Answers whether every difference is explained. */
async function main(flags: Flags): Promise<boolean> {
	// With --json the result is all that standard output gets.
	const say = (line: string) => void (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
	const known: readonly Backend[] = flags.elsewhere
		? [elsewhere(flags.elsewhere)]
		: [embedded, moto, ministack, dynamodbLocal];
	const backends = known.filter(({ name }) => flags.only?.includes(name) ?? true);
	const wanted = suites.filter(({ service }) => flags.services?.includes(service) ?? true);
	const startedAt = Date.now();
	const outcomes: Outcome[] = [];
	const absent: { backend: string; because: string }[] = [];
	let emulated: string[] | undefined;
	// Neither is of an implementation: they are looked at where all is. The API beside the implementations, which mostly wait.
	const isWhole = !flags.only && !flags.services && !flags.elsewhere;
	const api = isWhole ? apart("test/conformance/api.ts") : Promise.resolve([]);
	// Awaited at the end: until then a failure of it is nobody's.
	api.catch(() => undefined);
	await Promise.all(
		backends.map(async (backend) => {
			const tell = (line: string) => say(`${backend.name.padEnd(15)} ${line}`);
			const running = await started(backend, tell, absent);
			if (!running) return;
			try {
				tell(`${running.about} at ${running.endpoint ?? "AWS"} after ${seconds(startedAt)} s`);
				await runSuites(backend, running, wanted, flags.names, (outcome) => {
					outcomes.push(outcome);
					if (outcome.called.length > 0) tell(`${outcome.verdict.padEnd(12)} ${outcome.service}: ${outcome.check}`);
				});
				if (backend === embedded && running.endpoint) emulated = await emulatedOperations(running.endpoint);
				tell(`done after ${seconds(startedAt)} s`);
			} finally {
				await running.stop();
			}
		}),
	);
	// Of a part of the run it would say nothing.
	const coverage = emulated && !flags.only && !flags.services ? coverageOf(emulated, outcomes) : undefined;
	const order = new Map(wanted.flatMap(({ checks }) => checks).map(({ name }, at) => [name, at]));
	outcomes.sort((one, other) => (order.get(one.check) ?? 0) - (order.get(other.check) ?? 0));
	const others = isWhole ? [...(await checkTemplates()), ...(await api)] : [];
	const unexplained = outcomes.filter(({ verdict }) => verdict === "FAIL").length;
	const failed = unexplained + others.filter(({ outcome }) => outcome === "fail").length;
	if (flags.json) {
		// In one line, the last: npm writes before it.
		console.log(JSON.stringify({ seconds: seconds(startedAt), failed, absent, coverage, outcomes, others }));
	} else {
		for (const line of tableOf(
			outcomes,
			backends.map(({ name }) => name),
			coverage,
		))
			say(line);
		if (others.length > 0) say("");
		for (const { check, outcome, detail } of others) say(`${outcome.padEnd(12)} ${check}: ${detail}`);
		for (const { backend, because } of absent) say(`\n${backend} is not here: ${because}`);
		say(
			`\n${failed === 0 ? "No unexplained difference" : `${failed} unexplained differences or failures`}, in ${seconds(startedAt)} s.`,
		);
	}
	return failed === 0 && outcomes.length > 0;
}

/** Runs checks in a process of their own: the functions of a world read where AWS is once a process. */
async function apart(program: string): Promise<CheckResult[]> {
	const arguments_ = ["--disable-warning=ExperimentalWarning", "scripts/launch.mjs", program, "--json"];
	const { stdout } = await promisify(execFile)(process.execPath, arguments_, { maxBuffer: 64 * 1024 * 1024 });
	return checkResults.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

async function started(
	backend: Backend,
	tell: (line: string) => void,
	absent: { backend: string; because: string }[],
): Promise<Running | undefined> {
	try {
		return await backend.start(tell);
	} catch (error) {
		if (!(error instanceof NotHere)) throw error;
		absent.push({ backend: backend.name, because: error.message });
		tell(`is not here: ${error.message}`);
		return undefined;
	}
}

function seconds(since: number): number {
	return Math.round((Date.now() - since) / 1000);
}

try {
	const flags = readFlags();
	if (flags === "help") console.log(usage);
	else process.exit((await main(flags)) ? 0 : 1);
} catch (error) {
	// `fetch failed` says why in its cause.
	console.error(error instanceof Error ? [error.message, error.cause].filter(Boolean).join(": ") : error);
	process.exit(1);
}
