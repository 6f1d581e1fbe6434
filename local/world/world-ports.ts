import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { accounts } from "../laptop.ts";
import { isFree, type Ports, portsFrom, portsSchema, rememberPorts } from "../ports.ts";

/** Where each account of a world listens; the number of DNS is the same for all, since a resolver asks every name server on one. */
export type WorldPorts = Record<keyof typeof accounts, Ports>;

const names = ["registrar", "nonprod", "prod"] as const satisfies (keyof typeof accounts)[];
const schema = z.object({ registrar: portsSchema, nonprod: portsSchema, prod: portsSchema });
const count = names.length * Object.keys(portsFrom(0)).length;

/** The ports from `first` on: six for the registrar's account, then six for each environment, of which one stays unused. */
export function worldPortsFrom(first: number): WorldPorts {
	const [registrar, nonprod, prod] = names.map((_, at) => portsFrom(first + 6 * at));
	if (!registrar || !nonprod || !prod) throw new Error("A world has three accounts.");
	const { dns } = registrar;
	return { registrar, nonprod: { ...nonprod, dns }, prod: { ...prod, dns } };
}

/** Free ports; those that `file` remembers when they are free still, since addresses of the run before stand in the accounts' data. */
export async function freeWorldPorts(file: string): Promise<WorldPorts> {
	const remembered = existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
	if (remembered && (await takenPort(remembered)) === undefined) return remembered;
	for (let attempt = 1; attempt <= 50; attempt++) {
		// Below 32,768: from there on Linux takes the ports of outgoing connections, and a port of ours could be gone after a restart.
		const ports = worldPortsFrom(20_000 + Math.floor(Math.random() * 6_000) * 2);
		if ((await takenPort(ports)) !== undefined) continue;
		rememberPorts(file, ports);
		return ports;
	}
	throw new Error(`No ${count} free ports in a row were found: give the first of them with --port N.`);
}

/** The first of the ports at which somebody listens; undefined when all are free. */
export async function takenPort(ports: WorldPorts): Promise<number | undefined> {
	const numbers = [...new Set(Object.values(ports).flatMap((one) => Object.values(one)))];
	const free = await Promise.all(numbers.map(isFree));
	return numbers.find((_, at) => !free[at]);
}
