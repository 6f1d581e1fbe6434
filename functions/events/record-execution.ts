import { z } from "zod";
import { afterReport, parseExecutionName } from "../../domain/operation.ts";
import { isoNow } from "../../services/clock.ts";
import { failureOf } from "../../services/executions.ts";
import { logger } from "../../services/log.ts";
import { readOperation } from "../../services/operations.ts";
import { followReport } from "../follow-operation.ts";

/** Of the event, what is used (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html). */
const eventSchema = z.object({
	detail: z.object({
		name: z.string(),
		status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
		redriveCount: z.int().nonnegative().default(0),
		error: z.string().nullish(),
		cause: z.string().nullish(),
		/** Epoch milliseconds. */
		stopDate: z.number().nullish(),
	}),
});

/** Writes down how an execution began or ended. Best effort at AWS: what is never told, the sweeper asks for. */
export async function handler(event: unknown): Promise<void> {
	const { name, status, redriveCount, error, cause, stopDate } = eventSchema.parse(event).detail;
	const execution = parseExecutionName(name);
	if (!execution) {
		logger.warn("An execution that no operation started; somebody tried the state machine by hand.", { name });
		return;
	}
	const operation = await readOperation(execution.operationId);
	if (!operation) {
		logger.warn("An execution of an operation that the registry does not have; was it restored from a backup?", {
			name,
		});
		return;
	}
	const endedAt = typeof stopDate === "number" ? new Date(stopDate).toISOString() : undefined;
	const report = { attempt: execution.attempt, redriveCount, status, endedAt };
	// Told late or twice: the history may have gone on since, and would not show this end any more.
	if (!afterReport(operation, report, isoNow())) return;
	const ended = status !== "RUNNING" && status !== "SUCCEEDED";
	const failure = ended
		? await failureOf({ ...execution, kind: operation.kind }, error ?? undefined, cause ?? undefined)
		: undefined;
	await followReport(operation.operationId, { ...report, failure });
}
