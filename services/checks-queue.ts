import type { CheckMessage } from "../domain/messages.ts";
import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";

export function sendCheck({ kind, subject }: { kind: string; subject: string }, delaySeconds: number): Promise<void> {
	const message: CheckMessage = { version: 1, kind, subject };
	return sendMessage(setting("CHECKS_QUEUE_URL"), message, delaySeconds);
}
