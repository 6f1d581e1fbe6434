import { setTimeout } from "node:timers/promises";

/** Resolves after `ms`. */
export async function sleep(ms: number): Promise<void> {
	await setTimeout(ms);
}
