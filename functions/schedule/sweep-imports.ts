import { dueChunks } from "../../services/imports.ts";
import { sendChunk } from "../../services/imports-queue.ts";
import { readPause } from "../../services/pause.ts";
import { settleAll } from "../settle-all.ts";

/** What is not applied after so long was lost, or its import never became known: asking again does no harm. */
const quietMs = 120_000;

/**
 * Every five minutes: asks again for parts of imports whose message was lost. Not while new work is paused: messages go round then, and
 * each one more would be one more going round.
 */
export async function handler(): Promise<void> {
	if (await readPause()) return;
	await settleAll(await dueChunks(new Date(Date.now() - quietMs).toISOString()), 20, (chunk) => sendChunk(chunk));
}
