import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Order } from "./messages.ts";
import { newsSchema } from "./messages.ts";

export interface EnvironmentOptions {
	order: Order;
	/** Hears CloudFront's names of the environment's distributions, each time they change. */
	onDistributions: (names: readonly string[]) => void;
	/** Takes lines for whoever watches. */
	say: (line: string) => void;
}

/** An environment in a process of its own. */
export interface Environment {
	name: Order["name"];
	/** Ends it in order; resolves when its process is gone. */
	close(): Promise<void>;
}

const script = fileURLToPath(new URL("./environment-process.ts", import.meta.url));
const patienceMs = 10_000;

/**
 * Starts an environment; resolves when everything in it answers, rejects when it ends before. Later it is started again whenever its
 * process dies, and what was on its way goes on; one that does not come up again is reported, and stays down.
 */
export async function startEnvironment({ order, onDistributions, say }: EnvironmentOptions): Promise<Environment> {
	let closing = false;
	let child: ChildProcess | undefined;

	async function start(): Promise<void> {
		const started = fork(script, [JSON.stringify(order)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
		child = started;
		const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
		let isReady = false;
		started.on("message", (message) => {
			const news = newsSchema.parse(message);
			if (news.kind === "distributions") return onDistributions(news.names);
			isReady = true;
			resolve();
		});
		started.once("exit", (code, signal) => {
			const ended = `Environment ${order.name} ended (${signal ?? `exit code ${code}`})`;
			if (!isReady || closing) return reject(new Error(`${ended} before it was ready.`));
			say(`${ended}: it is started again.`);
			start().then(
				() => say(`Environment ${order.name} is back, where it was.`),
				(error: unknown) => say(`${error instanceof Error ? error.message : error} It stays down; the others go on.`),
			);
		});
		await ready;
	}

	await start();
	return {
		name: order.name,
		async close() {
			closing = true;
			if (!child || child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, "exit");
			if (child.connected) child.disconnect();
			const timer = setTimeout(() => child?.kill("SIGKILL"), patienceMs);
			await gone;
			clearTimeout(timer);
		},
	};
}
