import type { StartMessage } from "../domain/messages.ts";
import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";

export function sendStart(operation: { operationId: string; attempt: number }): Promise<void> {
	const { operationId, attempt } = operation;
	const message: StartMessage = { version: 1, operationId, attempt };
	return sendMessage(setting("OPERATIONS_QUEUE_URL"), message);
}
