import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageStages } from "../scripts/package.ts";
import { banner } from "./banner.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { endpointsOf } from "./endpoints.ts";
import { type Flags, readFlags } from "./flags.ts";
import { collectSooner } from "./memory.ts";
import { freePorts, isFree, portsFrom, rememberPorts } from "./ports.ts";
import { refuseSecondStart } from "./running.ts";
import { writeWhole } from "./whole-file.ts";
import { runWorld } from "./world/run.ts";

async function main(): Promise<void> {
	collectSooner();
	const flags = readFlags();
	const endpointsFile = join(flags.directory, "endpoints.json");
	refuseSecondStart(endpointsFile);
	refuseSecondStart(join(flags.directory, "world.json"));
	if (flags.environments) await runWorld({ ...flags, environments: flags.environments });
	else await runAlone(flags, endpointsFile);
}

/** One account with the packaged nonprod stack in it. */
async function runAlone({ directory, fresh, port, faults, insync }: Flags, endpointsFile: string): Promise<void> {
	const portsFile = join(directory, "ports.json");
	// Every start leaves its ports behind: without them the directory is somebody else's, and stays.
	if (fresh && existsSync(portsFile)) rmSync(directory, { recursive: true, force: true });
	await packageStages(["nonprod"]);
	const ports = port === undefined ? await freePorts(portsFile) : portsFrom(port);
	for (const [what, number] of Object.entries(ports)) {
		if (!(await isFree(number))) throw new Error(`Port ${number} (${what}) is taken: choose another with --port N.`);
	}
	rememberPorts(portsFile, ports);
	const cloud = await startCloud({
		directory,
		ports,
		...(faults !== undefined && { faults: { rate: faults, seed: "npm start" } }),
		...(insync !== undefined && { insyncDelayMs: insync }),
	});
	const endpoints = await endpointsOf(cloud);
	// Only once everything answers.
	writeWhole(endpointsFile, endpoints);
	console.log(banner(endpoints));
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(cloud, endpointsFile));
}

async function end(cloud: Cloud, endpointsFile: string): Promise<void> {
	rmSync(endpointsFile, { force: true });
	await cloud.close();
	process.exit(0);
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
}
