import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port of 127.0.0.1 that nobody listens at. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			const port = typeof address === "object" && address ? address.port : 0;
			server.close(() => resolve(port));
		});
	});
}

/** As it was before the embedded cloud ran functions in this process, which see its account in it; no program is to take part in that. */
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^_?AWS_/.test(name)));

/** A program that serves HTTP. */
export interface Server {
	command: string;
	args: readonly string[];
	environment?: Record<string, string>;
	/** Asked until something answers, whatever it is. */
	url: string;
	/** File for all that it prints. */
	log: string;
}

/** Starts a server and waits until it answers. Rejects when it ends before, or does not answer within two minutes. */
export async function serve({ command, args, environment, url, log }: Server): Promise<{ stop(): Promise<void> }> {
	const output = openSync(log, "w");
	const child = spawn(command, args, { env: { ...surroundings, ...environment }, stdio: ["ignore", output, output] });
	const failed = new Promise<never>((_, reject) => {
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`${command} ended with ${code}; see ${log}`)));
	});
	// Whoever is killed with its child still running should not leave it behind.
	const end = () => void child.kill("SIGKILL");
	process.once("exit", end);
	await Promise.race([failed, answering(url, log)]);
	failed.catch(() => undefined);
	return {
		async stop() {
			process.off("exit", end);
			await ended(child);
		},
	};
}

async function answering(url: string, log: string): Promise<void> {
	for (const end = Date.now() + 120_000; Date.now() < end; await sleep(150)) {
		const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
		if (answer) return;
	}
	throw new Error(`${url} does not answer; see ${log}`);
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	child.kill("SIGTERM");
	await Promise.race([gone, sleep(3_000).then(() => child.kill("SIGKILL"))]);
}
