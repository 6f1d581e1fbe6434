import { startMessageSchema } from "../../domain/messages.ts";
import { startExecution } from "../../services/executions.ts";
import { logger } from "../../services/log.ts";
import { readOperation } from "../../services/operations.ts";
import { readPause } from "../../services/pause.ts";
import { followReport } from "../follow-operation.ts";
import { defineConsumer } from "./batch.ts";

/** Starts the execution of a queued operation. A message delivered twice, late or after the operation moved on starts nothing. */
export const handler = defineConsumer(startMessageSchema, async ({ operationId, attempt }) => {
	const operation = await readOperation(operationId);
	if (operation?.status !== "queued" || operation.attempt !== attempt) {
		logger.info("Nothing to start.", { operationId, attempt, status: operation?.status });
		return;
	}
	const pause = await readPause();
	if (pause) {
		logger.info("New work is paused; the operation stays queued.", { operationId, ...pause });
		return;
	}
	// Crash here? The row stays queued, the message comes again, and the start answers how the execution stands by then.
	await followReport(operationId, await startExecution(operation));
});
