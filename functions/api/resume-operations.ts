import { operationSchema } from "../../domain/operation.ts";
import { lists, readPage } from "../../services/lists.ts";
import { writePause } from "../../services/pause.ts";
import { settleAll } from "../settle-all.ts";
import { tellQueue } from "../tell-queue.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

/** What is left of the gateway's time is for the calls under way; the sweeper sends what this one does not. */
const workMs = 15_000;

export const handler = defineRoute(routes.resumeOperations, async () => {
	await writePause(undefined);
	// Crash here? The sweeper sends what stays queued.
	return { body: { started: await sendWaiting(Date.now() + workMs) } };
});

async function sendWaiting(endsMs: number): Promise<number> {
	let sent = 0;
	let after: Record<string, unknown> | undefined;
	do {
		const page = await readPage(lists.operationsIn("queued"), operationSchema, { after, limit: 100 });
		await settleAll(page.items, 20, tellQueue);
		sent += page.items.length;
		after = page.next;
	} while (after && Date.now() < endsMs);
	return sent;
}
