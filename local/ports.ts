import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { z } from "zod";

/** Reads ports that were written down. */
export const portsSchema = z.object({
	api: z.int(),
	aws: z.int(),
	/** UDP and TCP. */
	dns: z.int(),
	edgeHttps: z.int(),
	edgeHttp: z.int(),
	demoOrigin: z.int(),
});
/** Where everything listens, on 127.0.0.1. */
export type Ports = z.infer<typeof portsSchema>;

/** The ports from `first` on, in the order of the README. */
export function portsFrom(first: number): Ports {
	return {
		api: first,
		aws: first + 1,
		dns: first + 2,
		edgeHttps: first + 3,
		edgeHttp: first + 4,
		demoOrigin: first + 5,
	};
}

/**
 * Free ports; those that `file` remembers when they are free still, since addresses of the run before stand in its data (a tenant's
 * origin has the demo origin's port).
 */
export async function freePorts(file: string | undefined): Promise<Ports> {
	const remembered =
		file !== undefined && existsSync(file) ? portsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
	if (remembered && (await areFree(remembered))) return remembered;
	for (let attempt = 1; attempt <= 50; attempt++) {
		// Below 32,768: from there on Linux takes the ports of outgoing connections, and a port of ours could be gone after a restart.
		const ports = portsFrom(20_000 + Math.floor(Math.random() * 6_000) * 2);
		if (!(await areFree(ports))) continue;
		rememberPorts(file, ports);
		return ports;
	}
	throw new Error("No six free ports in a row were found: give the first of them with --port N.");
}

/** Writes them down, for the next start. */
export function rememberPorts(file: string | undefined, ports: Ports | Record<string, Ports>): void {
	if (file === undefined) return;
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, JSON.stringify(ports));
}

async function areFree(ports: Ports): Promise<boolean> {
	const free = await Promise.all(Object.values(ports).map(isFree));
	return free.every(Boolean);
}

/** Whether TCP can listen there; what takes a UDP port of 127.0.0.1 shows when DNS starts. */
export function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
