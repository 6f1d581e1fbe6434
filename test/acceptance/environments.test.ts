import { type ChildProcess, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../local/demo/client.ts";
import type { WorldEndpoints } from "../../local/world.ts";
import { packageStages } from "../../scripts/package.ts";
import { stageNames } from "../../scripts/stages.ts";
import { aTerminal, type Ended } from "../cli/a-terminal.ts";
import { type Breaker, breakerOf } from "./break-environments.ts";

// The world of `npm start -- --environments nonprod,prod`, in processes of its own, and the command as people type it.
const directory = mkdtempSync(join(tmpdir(), "hostmaster-environments-"));
const worldFile = join(directory, ".hostmaster", "world.json");
let running: ChildProcess;
let world: WorldEndpoints;
let broken: Breaker;
let said = "";

beforeAll(async () => {
	await packageStages(stageNames, () => {});
	const flags = ["--directory", join(directory, ".hostmaster"), "--environments", "nonprod,prod", "--insync", "100"];
	running = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "local/main.ts", ...flags], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	for (const stream of [running.stdout, running.stderr]) stream?.on("data", (chunk) => (said += chunk));
	world = await eventually("A ready world", 60_000, () => {
		if (running.exitCode !== null) throw new Error(`The process ended with ${running.exitCode}: ${said}`);
		return Promise.resolve(existsSync(worldFile) ? JSON.parse(readFileSync(worldFile, "utf8")) : undefined);
	});
	broken = breakerOf(world);
});
afterAll(async () => {
	running.kill("SIGTERM");
	await once(running, "exit");
	rmSync(directory, { recursive: true, force: true });
});

const terminal = aTerminal({ directory, now: Date.now, pause: (ms) => pause(ms) });
const type = (line: string, ...more: string[]): Promise<Ended> => terminal.type(`${line} --json`, ...more);
async function typed(line: string, ...more: string[]) {
	const ended = await type(line, ...more);
	expect(ended.exit, ended.stderr + ended.stdout).toBe(0);
	return JSON.parse(ended.stdout);
}
async function found(...more: string[]): Promise<string[]> {
	const { stdout } = await type("doctor", ...more);
	const { findings } = JSON.parse(stdout);
	return findings.map(({ area, where, message }: Record<string, string>) => `${area} ${where}: ${message}`);
}

/** Onboards until a line of progress comes; then nobody is there any more, as after Ctrl-C. */
async function onboardUntil(stage: string, line: RegExp): Promise<Ended> {
	let isGone = false;
	const gone = aTerminal({
		...{ directory, now: Date.now, pause: (ms) => pause(ms) },
		onLine: (text) => {
			isGone ||= line.test(text);
			if (isGone) throw new Error("Interrupted.");
		},
	});
	const ended = await gone
		.type(`environments onboard ${stage}`)
		.catch((): Ended => ({ exit: 3, stdout: "", stderr: "" }));
	expect(isGone).toBe(true);
	return ended;
}

async function health(stage: "nonprod" | "prod"): Promise<unknown> {
	const { api } = JSON.parse(readFileSync(world.environments[stage]?.endpoints ?? "", "utf8"));
	return (await fetch(`${api}/v1/health`)).json();
}

/** What a resolver of this world answers. */
async function addressOf(hostname: string): Promise<string> {
	const resolver = new Resolver({ tries: 1, timeout: 5_000 });
	const [first] = world.resolvers;
	resolver.setServers([`${first?.host}:${first?.port}`]);
	return await resolver.resolve4(hostname).then(String, ({ code }) => String(code));
}

describe("from an empty world", () => {
	it("an environment cannot be onboarded before the registrar delegates, and the message says who must act", async () => {
		const { exit, stdout } = await type("environments onboard nonprod");
		expect(exit).toBe(1);
		const { error } = JSON.parse(stdout);
		expect(error.title).toContain("Delegation");
		expect(error.detail).toMatch(/assume-role.*Who acts: operator/s);
	});

	it("the registrar is deployed, and what failed goes on", async () => {
		await typed("registrar deploy");
		await typed("environments onboard nonprod");
	});

	it.each<[string, string]>([
		["account", "account .*ok"],
		["delegation role", "delegation role .*ok"],
		["release", "release .*ok"],
		["artifacts", "artifacts .*ok"],
		["stack: its plan was carried out by half", "CREATE_COMPLETE .*RegistryTable "],
	])(
		"an onboarding may be interrupted after %s",
		async (_, line) => {
			expect((await onboardUntil("prod", new RegExp(line))).exit).not.toBe(0);
		},
		60_000,
	);

	it("the process of an environment may be killed while its stack is made: the next onboarding follows it to its end", async () => {
		const endpoints = () => JSON.parse(readFileSync(world.environments.prod?.endpoints ?? "", "utf8"));
		const { pid } = endpoints();
		process.kill(pid, "SIGKILL");
		await eventually("Another process", 30_000, () =>
			Promise.resolve(
				existsSync(world.environments.prod?.endpoints ?? "") && endpoints().pid !== pid ? true : undefined,
			),
		);
		await typed("environments onboard prod");
		const { environments } = await typed("environments list");
		const statuses = environments.map(({ status }: { status: string }) => status);
		expect(statuses).toEqual(["UPDATE_COMPLETE", expect.stringMatching(/^(?:CREATE|UPDATE)_COMPLETE$/)]);
		expect(new Set(environments.map(({ release }: { release: string }) => release)).size).toBe(1);
	});

	it("onboarding again changes nothing, and neither does a promotion", async () => {
		const { steps } = await typed("environments onboard nonprod");
		expect(steps.find(({ step }: { step: string }) => step === "stack").detail).toContain("is so already");
		expect(await typed("environments promote")).toMatchObject({
			from: "nonprod",
			to: "prod",
			plan: [],
			carriedOut: false,
		});
	});

	it("each environment has tenants of its own, and no name of one leads to the other", async () => {
		for (const stage of stageNames) await typed(`tenants add acme --api ${stage} --watch`);
		expect(await addressOf("acme.app.nonprod.hostmaster.test")).toBe("127.0.53.3");
		expect(await addressOf("acme.app.hostmaster.test")).toBe("127.0.53.4");
	});

	it("doctor has nothing to say", async () => {
		expect(await typed("doctor")).toMatchObject({ findings: [], unknown: [] });
	});
});

describe("what is broken", () => {
	it("in nonprod is named by doctor, and changes nothing for prod", async () => {
		await broken.delegateElsewhere("nonprod");
		await broken.sign("nonprod");
		await broken.removeRecord("nonprod", "acme");
		expect(await found("--env", "prod")).toEqual([]);
		expect(await found("--env", "nonprod")).toEqual([
			expect.stringMatching(/^delegation nonprod: .*lacks ns-/),
			expect.stringMatching(/^delegation nonprod: .*does not answer|has no address/),
			expect.stringMatching(/^dnssec nonprod: .*no DS/),
			expect.stringMatching(/^hostnames nonprod: acme\..*\(record-missing\)/),
		]);
		expect(await addressOf("acme.app.hostmaster.test")).toBe("127.0.53.4");
		expect(await addressOf("acme.app.nonprod.hostmaster.test")).not.toBe("127.0.53.3");
	});

	it("is mended by onboarding again, where it is the delegation, and once more changes nothing", async () => {
		const stepOf = async (name: string) => {
			const { steps } = await typed("environments onboard nonprod");
			return steps.find(({ step }: { step: string }) => step === name).detail;
		};
		expect(await stepOf("stack")).toContain("is so already");
		// Doctor has asked for DS before there were any, and resolvers remember that.
		await fetch(`${world.registrar.aws}/_local/flush`, { method: "POST", body: "{}" });
		expect(await found("--env", "nonprod")).toEqual([expect.stringMatching(/^hostnames nonprod: acme\./)]);
		expect(await stepOf("stack")).toContain("is so already");
	});

	it("in prod and at the apex is named one by one", async () => {
		await broken.listLameServer("prod");
		await broken.forbidAuthority("prod");
		await broken.endCertificate("prod", 5.5);
		await broken.addRecord("prod", "ghost");
		await broken.provisionUnderApex();
		await broken.neglectRegistration();
		await broken.editTemplate("prod");
		expect(await found("--env", "prod")).toEqual([
			expect.stringMatching(/^registration registrar: .*is not renewed by itself/),
			expect.stringMatching(/^apex registrar: .*holds A of www\./),
			expect.stringMatching(/^delegation prod: .*which the zone has not/),
			expect.stringMatching(/^delegation prod: .*is not authoritative/),
			expect.stringMatching(/^caa prod: .*letsencrypt\.org/),
			expect.stringMatching(/^certificate prod: .*ends in 5 days/),
			expect.stringMatching(/^hostnames prod: ghost\..*\(record-orphan\)/),
			expect.stringMatching(/^tags prod: OperationsQueue/),
		]);
		expect(await found()).toContainEqual(expect.stringMatching(/^parity .*OperationsQueue/));
	});
});

describe("removing an environment", () => {
	it("needs its name twice, and is refused while a tenant has a name there", async () => {
		expect((await type("environments remove nonprod --confirm prod")).exit).toBe(2);
		const { exit, stdout } = await type("environments remove nonprod --confirm nonprod");
		expect(exit).toBe(2);
		expect(JSON.parse(stdout).error.title).toContain("acme.app.nonprod.hostmaster.test");
	});

	it("deletes nothing while hands have delegated it elsewhere, and an onboarding brings back what was withdrawn", async () => {
		await typed("tenants remove acme --api nonprod --watch");
		await broken.delegateElsewhere("nonprod");
		const { exit, stdout } = await type("environments remove nonprod --confirm nonprod");
		expect(exit).toBe(2);
		const { error } = JSON.parse(stdout);
		expect(error.title).toContain("delegation: app.nonprod.hostmaster.test is still delegated, to ns1.elsewhere.test");
		expect(await health("nonprod")).toMatchObject({ status: "paused" });
		await typed("environments onboard nonprod");
		expect(await health("nonprod")).toMatchObject({ status: "ok" });
		expect((await found("--env", "nonprod")).filter((fault) => fault.includes(" nonprod: "))).toEqual([]);
	});

	it("takes the delegation first, the zone last, and can be repeated", async () => {
		const { exit, stdout, stderr } = await type("environments remove nonprod --confirm nonprod");
		expect(exit, stderr + stdout).toBe(0);
		const lines = stderr.split("\n");
		const first = (line: RegExp) => lines.findIndex((each) => line.test(each));
		expect(first(/UPDATE_COMPLETE .*Delegation/)).toBeGreaterThan(-1);
		expect(first(/UPDATE_COMPLETE .*Delegation/)).toBeLessThan(first(/DELETE_COMPLETE/));
		expect(JSON.parse(stdout).steps.at(-1)).toMatchObject({ step: "zone", outcome: "done" });
		const { steps } = await typed("environments remove nonprod --confirm nonprod");
		expect(steps.at(-1).detail).toContain("has no zone any more");
	});

	it("leaves what a new stack of that name has to have for itself, so that none is begun", async () => {
		const { exit, stdout } = await type("environments onboard nonprod");
		expect(exit).toBe(2);
		const { error } = JSON.parse(stdout);
		expect(error.title).toContain("An earlier stack of nonprod has left 9 of 9 resources");
		expect(error.detail).toContain("hostmaster-nonprod-registry");
	});
});
