import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageStages } from "../../scripts/package.ts";
import type { Flags } from "../flags.ts";
import { accounts, type EnvironmentName } from "../laptop.ts";
import { rememberPorts } from "../ports.ts";
import { awaitEnd } from "../running.ts";
import { startWorld, type World } from "../world.ts";
import { worldBanner } from "./banner.ts";
import { freeWorldPorts, takenPort, worldPortsFrom } from "./world-ports.ts";

/** Runs a world until it is told to end. */
export async function runWorld(flags: Flags & { environments: EnvironmentName[] }): Promise<void> {
	const { directory, environments, faults, insync } = flags;
	// The process before may have been killed: its environments hear of it and end, but not before they hold their data no more.
	for (const name of Object.keys(accounts)) {
		await awaitEnd(join(directory, name, "endpoints.json"), "local/world/environment-process.ts");
	}
	const portsFile = join(directory, "world-ports.json");
	if (flags.fresh && existsSync(portsFile)) rmSync(directory, { recursive: true, force: true });
	await packageStages(environments);
	const ports = flags.port === undefined ? await freeWorldPorts(portsFile) : worldPortsFrom(flags.port);
	const taken = await takenPort(ports);
	if (taken !== undefined) throw new Error(`Port ${taken} is taken: choose others with --port N.`);
	rememberPorts(portsFile, ports);
	const world = await startWorld({
		...{ directory, environments, ports, say: console.log },
		...(faults !== undefined && { faults: { rate: faults, seed: "npm start" } }),
		...(insync !== undefined && { insyncDelayMs: insync }),
	});
	console.log(worldBanner(world.endpoints, directory));
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(world));
}

async function end(world: World): Promise<void> {
	await world.close();
	process.exit(0);
}
