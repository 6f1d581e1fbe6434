import type { StartMessage } from "../domain/messages.ts";
import { setting } from "./settings.ts";
import { sendMessage, sendMessageHastily } from "./sqs.ts";

interface Start {
	operationId: string;
	attempt: number;
}

/** Asks for the start of an operation's attempt. Throws Throttled, ServiceUnavailable. */
export function sendStart(operation: Start): Promise<void> {
	return sendMessage(setting("OPERATIONS_QUEUE_URL"), startMessage(operation));
}

/** The same for those whom somebody waits for: one try of a second, since the sweeper sends what stays queued. */
export function sendStartHastily(operation: Start): Promise<void> {
	return sendMessageHastily(setting("OPERATIONS_QUEUE_URL"), startMessage(operation));
}

function startMessage({ operationId, attempt }: Start): StartMessage {
	return { version: 1, operationId, attempt };
}
