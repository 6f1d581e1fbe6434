import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Two processes on one data directory would each believe that it is theirs. `file`: where a running one writes its pid. Throws. */
export function refuseSecondStart(file: string): void {
	const pid = pidIn(file);
	if (pid !== undefined && pid !== process.pid && isAlive(pid, "local/main.ts")) {
		throw new Error(`Hostmaster runs here already (process ${pid}): end it first, or use its ${file}.`);
	}
	rmSync(file, { force: true });
}

const patienceMs = 10_000;

/** Waits for a process that ends because its parent has; its pid is in `file`. Rejects when it does not. */
export async function awaitEnd(file: string, script: string): Promise<void> {
	const pid = pidIn(file);
	for (let waitedMs = 0; pid !== undefined && isAlive(pid, script); waitedMs += 50) {
		if (waitedMs >= patienceMs) throw new Error(`Process ${pid} of an earlier start does not end: kill it.`);
		await pause(50);
	}
}

function pidIn(file: string): number | undefined {
	if (!existsSync(file)) return undefined;
	const { pid } = JSON.parse(readFileSync(file, "utf8"));
	return typeof pid === "number" ? pid : undefined;
}

function isAlive(pid: number, script: string): boolean {
	try {
		process.kill(pid, 0);
		// A number is used again after a while: only a Node process can be ours.
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(script);
	} catch {
		return false;
	}
}
