import { setting } from "./settings.ts";
import { sendMessage } from "./sqs.ts";

/** Puts an event back into the queue of events, to be taken in half a minute. Throws Throttled, ServiceUnavailable. */
export function sendEventLater(event: unknown): Promise<void> {
	return sendMessage(setting("EVENTS_QUEUE_URL"), event, 30);
}
