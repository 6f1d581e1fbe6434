import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import v8 from "node:v8";
import { packageStages } from "../scripts/package.ts";
import { banner } from "./banner.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { endpointsOf } from "./endpoints.ts";
import { freePorts, isFree, portsFrom, rememberPorts } from "./ports.ts";

const usage = `Usage: npm start -- [options]
  --port N      api on N, aws on N+1, DNS on N+2, edge https on N+3, edge http on N+4, demo origin on N+5; else free ports
  --directory D where state is kept (.hostmaster); one process a directory
  --fresh       forget everything that the directory holds
  --faults P    let a share of the AWS calls fail in ways that may be retried, e.g. 0.05
  --insync MS   how long a Route 53 change is pending (2000)`;

async function main(): Promise<void> {
	// Much of what many calls at once leave behind is garbage, which V8 lets grow to three times what is alive: on a laptop it is collected
	// sooner. A third less memory for 200 onboardings, and no more time (https://nodejs.org/api/v8.html#v8setflagsfromstringflags).
	for (const flag of ["--semi-space-growth-factor=1", "--heap-growing-percent=50"]) v8.setFlagsFromString(flag);
	const flags = readFlags();
	const { directory } = flags;
	const endpointsFile = join(directory, "endpoints.json");
	const portsFile = join(directory, "ports.json");
	refuseSecondStart(endpointsFile);
	// Every start leaves its ports behind: without them the directory is somebody else's, and stays.
	if (flags.fresh && existsSync(portsFile)) rmSync(directory, { recursive: true, force: true });
	await packageStages(["nonprod"]);
	const ports = flags.port === undefined ? await freePorts(portsFile) : portsFrom(flags.port);
	for (const [what, port] of Object.entries(ports)) {
		if (!(await isFree(port))) throw new Error(`Port ${port} (${what}) is taken: choose another with --port N.`);
	}
	rememberPorts(portsFile, ports);
	const cloud = await startCloud({
		directory,
		ports,
		...(flags.faults !== undefined && { faults: { rate: flags.faults, seed: "npm start" } }),
		...(flags.insync !== undefined && { insyncDelayMs: flags.insync }),
	});
	const endpoints = await endpointsOf(cloud);
	// Readers see the whole file or none, and only once everything answers.
	writeFileSync(`${endpointsFile}.new`, `${JSON.stringify(endpoints, null, "\t")}\n`, { mode: 0o600 });
	renameSync(`${endpointsFile}.new`, endpointsFile);
	console.log(banner(endpoints));
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(cloud, endpointsFile));
}

function readFlags() {
	const { values } = parseArgs({
		options: {
			port: { type: "string" },
			directory: { type: "string", default: ".hostmaster" },
			fresh: { type: "boolean", default: false },
			faults: { type: "string" },
			insync: { type: "string" },
			help: { type: "boolean", default: false },
		},
	});
	if (values.help) {
		console.log(usage);
		process.exit(0);
	}
	return {
		directory: values.directory,
		fresh: values.fresh,
		port: numberIn("--port", values.port, 1, 65_530),
		faults: numberIn("--faults", values.faults, 0, 1),
		insync: numberIn("--insync", values.insync, 0, 3_600_000),
	};
}

function numberIn(flag: string, text: string | undefined, least: number, most: number): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (text.trim() !== "" && number >= least && number <= most) return number;
	throw new Error(`${flag} takes a number from ${least} to ${most}, not '${text}'.\n${usage}`);
}

/** Two processes on one data directory would each believe that it is theirs. */
function refuseSecondStart(endpointsFile: string): void {
	if (!existsSync(endpointsFile)) return;
	const { pid } = JSON.parse(readFileSync(endpointsFile, "utf8"));
	if (typeof pid === "number" && pid !== process.pid && isAlive(pid)) {
		throw new Error(`Hostmaster runs here already (process ${pid}): end it first, or use its ${endpointsFile}.`);
	}
	rmSync(endpointsFile);
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A number is used again after a while: only a Node process can be ours.
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("local/main.ts");
	} catch {
		return false;
	}
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
