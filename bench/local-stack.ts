import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Endpoints } from "../local/endpoints.ts";

const countsSchema = z.object({
	calls: z.record(z.string(), z.number()),
	invocations: z.record(z.string(), z.number()),
	route53Calls: z.record(z.string(), z.number()),
	stateTransitions: z.number(),
});

/** What has happened in a local stack so far: AWS calls by `service.operation`, invocations by function, Route 53 calls by name. */
export type Counts = z.output<typeof countsSchema>;

/** A Hostmaster in a process of its own, as `npm start` runs it, so that what is measured of it is its alone. */
export interface LocalStack {
	endpoints: Endpoints;
	counts(): Promise<Counts>;
	/** Processor time so far (s, user and system) and the most memory that was resident (MB of 10^6 bytes), as Linux tells them. */
	usage(): { cpuSeconds: number; peakRssMegabytes: number };
	/** Ends the process and takes its directory away. */
	end(): Promise<void>;
}

/** Starts a stack over a new directory and waits until it answers. Rejects when it ends before, or takes longer than two minutes. */
export async function startLocalStack({ insyncMs }: { insyncMs: number }): Promise<LocalStack> {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-bench-"));
	const script = ["--disable-warning=ExperimentalWarning", "scripts/launch.mjs", "local/main.ts"];
	const flags = ["--directory", directory, "--insync", String(insyncMs)];
	const child = spawn(process.execPath, [...script, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
	const end = async () => {
		if (child.exitCode === null && child.signalCode === null) {
			child.kill("SIGTERM");
			await once(child, "exit");
		}
		rmSync(directory, { recursive: true, force: true });
	};
	try {
		const endpoints = await endpointsIn(join(directory, "endpoints.json"), child);
		return {
			endpoints,
			counts: async () => countsSchema.parse(await (await fetch(`${endpoints.aws}/_local/counts`)).json()),
			usage: () => usageOf(endpoints.pid),
			end,
		};
	} catch (error) {
		await end();
		throw error;
	}
}

async function endpointsIn(file: string, child: ChildProcess): Promise<Endpoints> {
	const endsAt = Date.now() + 120_000;
	while (!existsSync(file)) {
		if (child.exitCode !== null) throw new Error(`The local stack ended with ${child.exitCode}.`);
		if (Date.now() > endsAt) throw new Error("The local stack is not ready after two minutes.");
		await pause(50);
	}
	return JSON.parse(readFileSync(file, "utf8"));
}

// The kernel tells processor time in ticks of 1/100 s on every platform that it runs on (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
const ticksPerSecond = 100;

function usageOf(pid: number): { cpuSeconds: number; peakRssMegabytes: number } {
	// Behind the name, which is in parentheses and may hold anything: fields 14 and 15 are the 12th and 13th.
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
	return {
		cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
		peakRssMegabytes: Math.round((Number(kibibytes) * 1024) / 1e6),
	};
}
