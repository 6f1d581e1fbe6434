import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { stack, type World } from "../world.ts";

const operationsSchema = z.array(
	z.looseObject({ sk: z.string(), operationId: z.string().optional(), status: z.string().optional() }),
);

// Real time: one read of the whole registry serves all who wait.
const readMs = 250;

/** Tells when operations have ended, by one read of the registry for all of them, so that hundreds may be waited for at once. */
export function watchEnds(world: World) {
	const waiting = new Map<string, (status: string) => void>();
	let running = true;
	const watching = (async () => {
		while (running) {
			await pause(readMs);
			if (waiting.size === 0) continue;
			for (const { operationId = "", status = "" } of operationsSchema.parse(await world.rows(stack.registryTable))) {
				if (status === "queued" || status === "running") continue;
				waiting.get(operationId)?.(status);
				waiting.delete(operationId);
			}
		}
	})();
	return {
		/** The status that the operation ended with; `still going on` when it has not after `deadlineMs` of real time. */
		of(operationId: string, deadlineMs: number): Promise<string> {
			const ended = new Promise<string>((resolve) => waiting.set(operationId, resolve));
			return Promise.race([ended, pause(deadlineMs, "still going on", { ref: false })]);
		},
		async stop() {
			running = false;
			await watching;
		},
	};
}
