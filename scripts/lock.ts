import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pid } from "node:process";
import { setTimeout } from "node:timers/promises";

/**
 * Runs an action while no other process of this machine holds the same lock file; waits for its turn. A lock whose holder is
 * dead is taken over. The build needs it: osls stages every package in `.serverless`, and two at once mix their stages.
 */
export async function withLock<T>(file: string, action: () => Promise<T>): Promise<T> {
	mkdirSync(dirname(file), { recursive: true });
	while (!take(file)) await setTimeout(50);
	try {
		return await action();
	} finally {
		rmSync(file, { force: true });
	}
}

function take(file: string): boolean {
	try {
		writeFileSync(file, String(pid), { flag: "wx" });
		return true;
	} catch {
		if (!isAlive(holderOf(file))) rmSync(file, { force: true });
		return false;
	}
}

/** The process that wrote the lock; undefined when it was released, or not written out, just now. */
function holderOf(file: string): number | undefined {
	try {
		return Number(readFileSync(file, "utf8")) || undefined;
	} catch {
		return undefined;
	}
}

function isAlive(holder: number | undefined): boolean {
	if (holder === undefined) return true; // look again in a moment
	try {
		process.kill(holder, 0); // sends nothing: asks whether it is there
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}
