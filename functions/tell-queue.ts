import { logger } from "../services/log.ts";
import { sendStartHastily } from "../services/operations-queue.ts";

/**
 * Asks for the start of an operation's attempt, once and for a second. The row is the truth: a queue that cannot be told costs two
 * minutes at most, until the sweeper sends what stays queued, and never the request that was accepted already. Never throws.
 */
export async function tellQueue(operation: { operationId: string; attempt: number }): Promise<void> {
	try {
		await sendStartHastily(operation);
	} catch (error) {
		const { operationId } = operation;
		logger.error("The operation could not be queued; the sweeper will send it.", { operationId, error });
	}
}
