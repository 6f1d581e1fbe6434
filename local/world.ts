import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Account, openAccount } from "./account.ts";
import { realClock } from "./clock.ts";
import { packagedCode } from "./cloud.ts";
import { customerServerAddresses, startNameServers } from "./customer-dns/name-servers.ts";
import { isRegistry } from "./customer-dns/names.ts";
import { openCustomerDns } from "./customer-dns/provider.ts";
import { resolverFaults } from "./customer-dns/resolver-faults.ts";
import { nameServers } from "./customer-dns/zone-views.ts";
import { addressOfSlot } from "./dns/name-servers.ts";
import { createRecursor, startRecursor } from "./dns/recursor.ts";
import { registryZones } from "./dns/registry-zones.ts";
import { startDns } from "./dns/server.ts";
import { canonicalName } from "./dns/zone-source.ts";
import {
	accounts,
	apexDomain,
	awsEndpoint,
	type EnvironmentName,
	recursorAddresses,
	region,
	rootAddress,
	surroundingsOf,
} from "./laptop.ts";
import type { Place } from "./name-service.ts";
import { openStore } from "./store.ts";
import { writeWhole } from "./whole-file.ts";
import { startEnvironment } from "./world/environment.ts";
import type { Order } from "./world/messages.ts";
import { createRegistrations, type Registrations } from "./world/registrations.ts";
import { worldSwitches } from "./world/switches.ts";
import type { WorldPorts } from "./world/world-ports.ts";

export interface WorldOptions {
	/** Each account keeps what is its own in a folder of its name in it. */
	directory: string;
	environments: readonly EnvironmentName[];
	ports: WorldPorts;
	faults?: { rate: number; seed: string } | undefined;
	/** How long a Route 53 change is PENDING; 2,000 ms unless told. */
	insyncDelayMs?: number | undefined;
	/** Takes lines for whoever watches. */
	say: (line: string) => void;
}

/** What programs need to find their way in a running world; also the content of `.hostmaster/world.json`. */
export interface WorldEndpoints {
	pid: number;
	/** Resolvers that begin at the root. */
	resolvers: { host: string; port: number }[];
	/** The name server of the root and of the top-level domains. */
	root: { host: string; port: number };
	/** The domain that the registrar's account is meant to hold. */
	apexDomain: string;
	registrar: AccountEndpoints;
	/** Each with all that there is to know of it in the file `endpoints`. */
	environments: Partial<Record<EnvironmentName, AccountEndpoints & { platformDomain: string; endpoints: string }>>;
}

/** Where one account is reached. */
export interface AccountEndpoints {
	accountId: string;
	/** AWS endpoint; the key `LOCAL<accountId>` may do everything there. */
	aws: string;
	nameServer: { host: string; port: number };
}

/** Three accounts on one machine: the registrar's in this process, each environment in one of its own. */
export interface World {
	endpoints: WorldEndpoints;
	registrar: Account;
	registrations: Registrations;
	/** Ends everything; what was on its way goes on at the next start from the same directory. */
	close(): Promise<void>;
}

type AccountName = keyof typeof accounts;

/** An account's place in it is its slot: of its address, and of its name servers. */
const accountNames = ["registrar", "nonprod", "prod"] as const satisfies AccountName[];

/** Starts a world whose accounts are as empty as they were left. Only Linux has the loopback addresses that it takes. */
export async function startWorld(options: WorldOptions): Promise<World> {
	const { directory, environments, ports, say } = options;
	if (process.platform !== "linux") {
		throw new Error(
			`--environments needs Linux: each account's name server has a loopback address of its own, such as ${addressOfSlot(0)}, ` +
				`and ${process.platform} has only 127.0.0.1 unless told otherwise. Without it, one environment runs anywhere: npm start.`,
		);
	}
	const running: { close(): Promise<void> }[] = [];
	const close = async () => {
		rmSync(join(directory, "world.json"), { force: true });
		for (const one of running.splice(0).reverse()) await one.close();
	};
	try {
		const port = ports.registrar.dns;
		const resolvers: { flush(): void }[] = [];
		const flush = () => {
			for (const resolver of resolvers) resolver.flush();
		};
		const { account: registrar, registrations, customers, close: closeRegistry } = await openRegistrar(options, flush);
		running.push({ close: closeRegistry }, registrar);
		const distributions = new Map<EnvironmentName, readonly string[]>();
		const source = registryZones({
			...{ address: rootAddress, isRegistry },
			registrations: () => [...registrations.list(), ...customers.registrations()],
			hosts: () => hostsOutside(distributions),
		});
		running.push(await startDns({ sources: [source], host: rootAddress, port, edgeNames: "behind-aliases" }));
		const asking = { roots: [rootAddress], nameServerPort: port, clock: realClock };
		const provider = createRecursor(asking);
		resolvers.push(provider);
		running.push(await startNameServers(customers, { port, flatten: provider.resolve }));
		const recursors = [
			{ host: recursorAddresses[0], prefers: "first", faulty: resolverFaults(customers, "first") },
			{ host: recursorAddresses[1], prefers: "last", faulty: resolverFaults(customers, "second") },
		] as const;
		for (const own of recursors) {
			const recursor = await startRecursor({ ...asking, ...own, port });
			resolvers.push(recursor);
			running.push(recursor);
		}
		await registrar.stacks.restore();
		registrar.start();
		const started = await Promise.allSettled(
			environments.map((name) => {
				const onDistributions = (names: readonly string[]) => void distributions.set(name, names);
				return startEnvironment({ order: orderFor(name, options), onDistributions, say });
			}),
		);
		for (const one of started) if (one.status === "fulfilled") running.push(one.value);
		for (const one of started) if (one.status === "rejected") throw one.reason;
		const endpoints = endpointsOf(options);
		writeWhole(join(directory, "world.json"), endpoints);
		return { endpoints, registrar, registrations, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function openRegistrar({ directory, ports, faults, insyncDelayMs }: WorldOptions, flush: () => void) {
	const folder = join(directory, "registrar");
	const store = openStore(join(folder, "registry.sqlite"));
	const registrations = createRegistrations(store, () => account.route53.hosted());
	const customers = openCustomerDns(store, realClock);
	const account: Account = await openAccount({
		...packagedCode,
		...{ directory: folder, ports: ports.registrar, clock: realClock, faults, insyncDelayMs },
		caller: { accountId: accounts.registrar, region },
		...{ place: placeOf("registrar", ports), registered: registrations.list },
		...{ switches: worldSwitches(registrations.set, flush), customers: { customers, flush } },
	});
	return { account, registrations, customers, close: () => Promise.resolve(store.close()) };
}

function orderFor(name: EnvironmentName, { directory, ports, faults, insyncDelayMs }: WorldOptions): Order {
	return {
		...{ name, accountId: accounts[name], directory: join(directory, name), ports: ports[name] },
		place: placeOf(name, ports),
		...(faults && { faults }),
		...(insyncDelayMs !== undefined && { insyncDelayMs }),
	};
}

/** Where an account stands in a world that listens on these ports. */
export function placeOf(name: AccountName, ports: WorldPorts): Place {
	const others = accountNames.filter((other) => other !== name);
	const peers = Object.fromEntries(others.map((other) => [accounts[other], awsEndpoint(ports[other])]));
	return { slot: accountNames.indexOf(name), peers, root: rootAddress };
}

/** Names of nobody's zone: the demo origin, the customers' name servers, and CloudFront's own for the environments' edges. */
function hostsOutside(distributions: ReadonlyMap<EnvironmentName, readonly string[]>): Map<string, string> {
	const edges = [...distributions].flatMap(([name, names]) =>
		names.map((host): [string, string] => [canonicalName(host), addressOfSlot(accountNames.indexOf(name))]),
	);
	const providers: [string, string][] = [
		[nameServers[0], customerServerAddresses.first],
		[nameServers[1], customerServerAddresses.second],
	];
	return new Map([[canonicalName(surroundingsOf("prod").demoOriginHost), "127.0.0.1"], ...providers, ...edges]);
}

function endpointsOf({ directory, environments, ports }: WorldOptions): WorldEndpoints {
	const port = ports.registrar.dns;
	const account = (name: AccountName): AccountEndpoints => ({
		accountId: accounts[name],
		aws: awsEndpoint(ports[name]),
		nameServer: { host: addressOfSlot(accountNames.indexOf(name)), port },
	});
	const environment = (name: EnvironmentName) => ({
		...account(name),
		platformDomain: surroundingsOf(name).platformDomain,
		endpoints: resolve(directory, name, "endpoints.json"),
	});
	return {
		pid: process.pid,
		resolvers: recursorAddresses.map((host) => ({ host, port })),
		root: { host: rootAddress, port },
		apexDomain,
		registrar: account("registrar"),
		environments: Object.fromEntries(environments.map((name) => [name, environment(name)])),
	};
}
