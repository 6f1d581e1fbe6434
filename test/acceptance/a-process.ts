import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../local/demo/client.ts";
import type { Endpoints } from "../../local/endpoints.ts";

/** `npm start` on a directory, without npm between, which does not pass SIGKILL on. */
export function aProcess(directory: string) {
	const endpointsFile = join(directory, "endpoints.json");
	let running: ChildProcess | undefined;

	function start(...flags: string[]): ChildProcess {
		const launch = ["--disable-warning=ExperimentalWarning", "scripts/launch.mjs", "local/main.ts"];
		const args = [...launch, "--directory", directory, ...flags];
		return spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
	}

	return {
		endpointsFile,
		/** Starts one, whatever runs there already. */
		start,
		/** The one that was started last and became ready. */
		running: () => running,
		/** Starts, and waits until the endpoints file says that this very process is ready. */
		async startReady(...flags: string[]): Promise<Endpoints> {
			const child = start(...flags);
			running = child;
			return await eventually("A ready process", 30_000, () => {
				if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}.`);
				const endpoints: Endpoints | undefined = existsSync(endpointsFile)
					? JSON.parse(readFileSync(endpointsFile, "utf8"))
					: undefined;
				return Promise.resolve(endpoints?.pid === child.pid ? endpoints : undefined);
			});
		},
		async kill(): Promise<void> {
			if (!running || running.exitCode !== null || running.signalCode !== null) return;
			const exited = once(running, "exit");
			running.kill("SIGKILL");
			await exited;
		},
	};
}
