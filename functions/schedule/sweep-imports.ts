import { dueChunks } from "../../services/imports.ts";
import { sendChunk } from "../../services/imports-queue.ts";
import { settleAll } from "../settle-all.ts";

/** What is not applied after so long was lost, or its import never became known: asking again does no harm. */
const quietMs = 120_000;

/** Every five minutes: asks again for parts of imports whose message was lost. */
export async function handler(): Promise<void> {
	await settleAll(await dueChunks(new Date(Date.now() - quietMs).toISOString()), 20, (chunk) => sendChunk(chunk));
}
