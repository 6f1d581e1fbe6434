import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { z } from "zod";
import { errorTable, HostmasterError } from "../../domain/errors.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";

/**
 * Handles each message of a batch by itself, but those that say the same once for all of them: many doorbells of one zone are one.
 * Those that throw go back to the queue, and after a few times to its dead letters. A message that does not parse goes the same way,
 * so that somebody sees it. Each is counted, since Lambda sees a success.
 *
 * `soon` sends a doorbell anew when a service was away for a moment: the queue itself would show it again only in minutes.
 */
export function defineConsumer<Message>(
	schema: z.ZodType<Message>,
	handle: (message: Message) => Promise<void>,
	soon?: (message: Message) => Promise<void>,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
	return async (event) => {
		const started = new Map<string, Promise<void>>();
		const begin = async (body: string) => {
			const message = schema.parse(JSON.parse(body));
			try {
				await handle(message);
			} catch (error) {
				if (!soon || !isPassing(error)) throw error;
				logger.error("A message could not be handled; it is sent again in seconds.", { body, error });
				count("FailedMessages");
				await soon(message);
			}
		};
		for (const { body } of event.Records) if (!started.has(body)) started.set(body, begin(body));
		const handled = await Promise.allSettled(event.Records.map(({ body }) => started.get(body)));
		const batchItemFailures = event.Records.flatMap(({ messageId, body }, at) => {
			const outcome = handled[at];
			if (outcome?.status !== "rejected") return [];
			logger.error("A message could not be handled; it will be delivered again.", { body, error: outcome.reason });
			count("FailedMessages");
			return [{ itemIdentifier: messageId }];
		});
		return { batchItemFailures };
	};
}

function isPassing(error: unknown): boolean {
	return error instanceof HostmasterError && errorTable[error.name].retry === "transient";
}
