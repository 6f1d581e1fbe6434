import type { Caller } from "../aws/service.ts";
import type { Store } from "../store.ts";
import type { PhysicalResource, Resolver } from "../template/resolver.ts";
import { creators } from "./create.ts";
import { type CustomResources, isCustomType } from "./custom-resource.ts";
import { deleteStack, deployStack, type Hands, restoreStack, type StackWork } from "./deploy.ts";
import { type Report, reasonOf } from "./progress.ts";
import { removers } from "./remove.ts";
import type { Serve, Served } from "./serve.ts";
import type { StackServices } from "./services.ts";
import { type ResourceRow, type StackRow, type StackSource, stackTable } from "./stack-table.ts";

/** The stacks of an account. One thing at a time happens to a stack. */
export interface Stacks {
	/**
	 * Makes a stack, or brings one to another source; resolves when all of it stands and is served. Rejects with StackFailure: what was
	 * made by then stays, and a later call goes on from there. What a dead process left half done goes on by itself after `start`.
	 */
	deploy(name: string, source: StackSource, report?: Report): Promise<Resolver>;
	/** Takes a stack down; what its template retains stays. Nothing happens when there is none. Rejects with StackFailure. */
	remove(name: string, report?: Report): Promise<void>;
	get(name: string): StackRow | undefined;
	list(): StackRow[];
	/** What a stack holds, in the order of making. */
	resources(name: string): ResourceRow[];
	/** What runs for a stack that stands; undefined when none does. */
	served(name: string): Served | undefined;
	/** Hears of every step of every stack. Answers how to end that. */
	listen(hear: Report): () => void;
	/** Makes known to this process what earlier ones have deployed, and serves it. */
	restore(): Promise<void>;
	/** Goes on with what an earlier process left half done, unless somebody is at it already. */
	start(): void;
	/** Ends the serving; stacks that are being changed go on after the next start. */
	close(): Promise<void>;
}

export interface StacksOptions {
	store: Store;
	caller: Caller;
	services: StackServices;
	custom: CustomResources;
	/** Serves what a stack that stands declares, in place of what it declared before. */
	serve: Serve;
	/** Takes what nobody waits for: what went wrong in the background. */
	log: (line: string) => void;
}

export function createStacks({ store, caller, services, custom, serve, log }: StacksOptions): Stacks {
	const table = stackTable(store);
	const hands = handsOf(services, custom);
	const listeners = new Set<Report>();
	const busy = new Set<string>();
	const served = new Map<string, Served>();

	const work = (stackName: string, source: StackSource, report?: Report): StackWork => ({
		...{ stackName, source, caller, table, hands },
		report(event) {
			for (const hear of [...listeners, ...(report ? [report] : [])]) hear(event);
		},
	});

	async function endServing(name: string): Promise<void> {
		await served.get(name)?.close();
		served.delete(name);
	}

	async function serveAnew(name: string, resolver: Resolver): Promise<void> {
		await endServing(name);
		served.set(name, await serve(resolver));
	}

	/** Runs `act` while nobody else changes the stack, and notes why it failed. */
	async function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
		if (busy.has(name)) throw new Error(`Stack ${name} is being changed already.`);
		busy.add(name);
		try {
			return await act();
		} catch (error) {
			table.fail(name, reasonOf(error));
			throw error;
		} finally {
			busy.delete(name);
		}
	}

	const deploy: Stacks["deploy"] = (name, source, report) =>
		alone(name, async () => {
			table.begin(name, "deploying", source);
			const released = table.resources(name).filter(({ type }) => type === "AWS::Lambda::Function");
			for (const { physical } of released) services.lambda.release(physical.ref);
			const resolver = await deployStack(work(name, source, report), (whole) => serveAnew(name, whole));
			table.succeed(name);
			return resolver;
		});

	const remove: Stacks["remove"] = async (name, report) => {
		const row = table.get(name);
		if (!row) return;
		await alone(name, async () => {
			table.begin(name, "deleting", row.wanted);
			await endServing(name);
			await deleteStack(work(name, row.wanted, report));
		});
	};

	async function restore({ name, wanted, status, deployed }: StackRow): Promise<void> {
		const { resolver, isWhole } = await restoreStack(work(name, wanted));
		if (isWhole && deployed && status !== "deleting") await serveAnew(name, resolver);
	}

	return {
		deploy,
		remove,
		get: table.get,
		list: table.list,
		resources: (name) => table.resources(name).filter(({ isReplaced }) => !isReplaced),
		served: (name) => served.get(name),
		listen(hear) {
			listeners.add(hear);
			return () => listeners.delete(hear);
		},
		async restore() {
			for (const row of table.list().filter(({ status }) => status !== "deploying")) {
				await restore(row).catch((error: unknown) => log(`stack ${row.name}: not restored: ${reasonOf(error)}`));
			}
		},
		start() {
			for (const { name, status, wanted } of table.list()) {
				if (busy.has(name)) continue;
				const going = status === "deploying" ? deploy(name, wanted) : status === "deleting" ? remove(name) : undefined;
				going?.catch((error: unknown) => log(`stack ${name}: ${reasonOf(error)}`));
			}
		},
		close: async () => void (await Promise.all([...served.keys()].map(endServing))),
	};
}

function handsOf(services: StackServices, custom: CustomResources): Hands {
	const create = creators(services);
	const remove = removers(services);
	return {
		hasMeaning: (type) => isCustomType(type) || Object.hasOwn(create, type),
		async make(wanted) {
			const { stackName, logicalId, type, resolver } = wanted;
			if (isCustomType(type)) return await custom.make(wanted);
			return (await create[type]?.(logicalId, resolver)) ?? placeholder(stackName, logicalId, services.caller);
		},
		unmake: (stackName, row) => (isCustomType(row.type) ? custom.unmake(stackName, row) : remove[row.type]?.(row)),
	};
}

/** Names for what has no meaning on a laptop: log groups, alarms, buckets. */
function placeholder(stackName: string, logicalId: string, { accountId, region }: Caller): PhysicalResource {
	const ref = `${stackName}-${logicalId}`.toLowerCase();
	return {
		ref,
		attributes: {
			Arn: `arn:aws:local:${region}:${accountId}:${ref}`,
			RegionalDomainName: `${ref}.s3.${region}.amazonaws.com`,
			TopicName: ref,
		},
	};
}
