import type { ZoneMessage } from "../domain/messages.ts";
import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";

export function ringZone(zoneId: string, delaySeconds = 0): Promise<void> {
	const message: ZoneMessage = { version: 1, zoneId };
	return sendMessage(setting("ZONE_QUEUE_URL"), message, delaySeconds);
}
