import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";

/** Asks for a part of an import to be applied, in `delaySeconds`. Throws Throttled, ServiceUnavailable. */
export function sendChunk({ importId, chunk }: { importId: string; chunk: number }, delaySeconds = 0): Promise<void> {
	return sendMessage(setting("IMPORTS_QUEUE_URL"), { version: 1, importId, chunk }, delaySeconds);
}
