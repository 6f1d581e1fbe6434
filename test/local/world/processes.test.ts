import { type ChildProcess, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../local/demo/client.ts";
import type { AccountEndpoints, WorldEndpoints } from "../../../local/world.ts";
import { packageStages } from "../../../scripts/package.ts";

const directory = mkdtempSync(join(tmpdir(), "hostmaster-world-"));
const worldFile = join(directory, "world.json");
const endpointsFile = (name: string) => join(directory, name, "endpoints.json");
let running: ChildProcess | undefined;
let said = "";

/** `npm start -- --environments nonprod,prod`, without npm between, which does not pass SIGKILL on. */
function start(...flags: string[]): ChildProcess {
	const args = [
		"--disable-warning=ExperimentalWarning",
		"scripts/launch.mjs",
		"local/main.ts",
		"--directory",
		directory,
	];
	const child = spawn(process.execPath, [...args, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
	return child;
}

async function startReady(): Promise<WorldEndpoints> {
	const child = start("--environments", "nonprod,prod", "--insync", "0");
	running = child;
	return await eventually("A ready world", 30_000, () => {
		if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}: ${said}`);
		const world: WorldEndpoints | undefined = readIf(worldFile);
		return Promise.resolve(world?.pid === child.pid ? world : undefined);
	});
}

function readIf(file: string) {
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

const pidOf = (name: string): number | undefined => readIf(endpointsFile(name))?.pid;

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

/** Nobody tells us of the end of a process that is not our child; one that has ended is there until the system has noted it. */
const ended = (pids: readonly number[]) =>
	eventually(`The end of ${pids}`, 10_000, () => Promise.resolve(!pids.some(isAlive) || undefined));

function client({ aws, accountId }: AccountEndpoints) {
	const credentials = { accessKeyId: `LOCAL${accountId}`, secretAccessKey: "local" };
	return new Route53Client({ endpoint: aws, region: "us-east-1", credentials });
}

async function aZone(account: AccountEndpoints, Name: string) {
	const created = await client(account).send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
	return { id: created.HostedZone?.Id, nameServers: created.DelegationSet?.NameServers ?? [] };
}

function write(
	account: AccountEndpoints,
	HostedZoneId: string | undefined,
	Name: string,
	Type: "A" | "NS",
	values: string[],
) {
	const ResourceRecordSet = { Name, Type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) };
	const Changes = [{ Action: "UPSERT" as const, ResourceRecordSet }];
	return client(account).send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
}

/** What each of the world's resolvers finds, afresh. */
async function resolved(world: WorldEndpoints, name: string) {
	await fetch(`${world.registrar.aws}/_local/flush`, { method: "POST", body: "{}" });
	const found = world.resolvers.map(({ host, port }) => {
		const resolver = new Resolver({ tries: 1, timeout: 5_000 });
		resolver.setServers([`${host}:${port}`]);
		return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code);
	});
	return await Promise.all(found);
}

beforeAll(() => packageStages(["nonprod", "prod"], () => {}), 120_000);
afterAll(async () => {
	if (running?.exitCode === null && running.signalCode === null) {
		running.kill("SIGKILL");
		await once(running, "exit");
	}
	rmSync(directory, { recursive: true, force: true });
});

describe("a world of three accounts in processes of their own", () => {
	let world: WorldEndpoints;
	const www = "www.app.nonprod.hostmaster.test";

	it("comes up empty, and says where everything is", async () => {
		world = await startReady();
		expect(said).toContain("Hostmaster's world is running");
		for (const [name, { accountId, aws, platformDomain, endpoints }] of Object.entries(world.environments)) {
			expect(said).toContain(`${name.padEnd(10)}  ${accountId}  ${aws}`);
			expect(readIf(endpoints)).toMatchObject({ accountId, aws, platformDomain, environment: name });
		}
		expect(Object.keys(world.environments)).toEqual(["nonprod", "prod"]);
		expect(await resolved(world, www)).toEqual(["ENOTFOUND", "ENOTFOUND"]);
	}, 40_000);

	it("is followed from the root to the zones of an environment", async () => {
		const { nonprod } = world.environments;
		if (!nonprod) throw new Error("There is no nonprod.");
		const zone = await aZone(nonprod, "app.nonprod.hostmaster.test");
		await write(nonprod, zone.id, www, "A", ["192.0.2.7"]);
		const apex = await aZone(world.registrar, world.apexDomain);
		expect(await resolved(world, www)).toEqual(["ENOTFOUND", "ENOTFOUND"]);
		await write(world.registrar, apex.id, "app.nonprod.hostmaster.test", "NS", zone.nameServers);
		expect(await resolved(world, www)).toEqual([["192.0.2.7"], ["192.0.2.7"]]);
	});

	it("is one to a directory", async () => {
		const second = start("--environments", "prod");
		expect(await once(second, "exit")).toEqual([1, null]);
		expect(said).toContain("Hostmaster runs here already");
	});

	it("starts an environment that is killed again, where it was, and the other does not notice", async () => {
		const [killed, other] = [pidOf("nonprod"), pidOf("prod")];
		process.kill(killed ?? 0, "SIGKILL");
		await eventually("Another process", 15_000, () =>
			Promise.resolve((pidOf("nonprod") !== killed && pidOf("nonprod")) || undefined),
		);
		expect(said).toContain("Environment nonprod ended (SIGKILL): it is started again.");
		expect(await resolved(world, www)).toEqual([["192.0.2.7"], ["192.0.2.7"]]);
		expect(pidOf("prod")).toBe(other);
	}, 20_000);

	it("ends with its first process, and comes up again where it was", async () => {
		const pids = [pidOf("nonprod"), pidOf("prod")].map(Number);
		running?.kill("SIGKILL");
		const before = world;
		world = await startReady();
		await ended(pids);
		expect(said).not.toContain("Database failed to open");
		expect({ ...world, pid: 0 }).toEqual({ ...before, pid: 0 });
		expect(await resolved(world, www)).toEqual([["192.0.2.7"], ["192.0.2.7"]]);
	}, 40_000);

	it("ends in order when it is told to, and leaves no process and no file that says that it runs", async () => {
		const pids = [pidOf("nonprod"), pidOf("prod")].map(Number);
		running?.kill("SIGTERM");
		if (running) expect(await once(running, "exit")).toEqual([0, null]);
		await ended(pids);
		expect([worldFile, endpointsFile("nonprod"), endpointsFile("prod")].filter(existsSync)).toEqual([]);
	}, 20_000);
});
