import { z } from "zod";
import { HostmasterError } from "../../domain/errors.ts";
import { parseExecutionName } from "../../domain/operation.ts";
import { failureOf } from "../../services/executions.ts";
import { logger } from "../../services/log.ts";
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
	const ended = status !== "RUNNING" && status !== "SUCCEEDED";
	const failure = ended ? await failureOf(execution, error ?? undefined, cause ?? undefined) : undefined;
	try {
		const endedAt = typeof stopDate === "number" ? new Date(stopDate).toISOString() : undefined;
		await followReport(execution.operationId, { attempt: execution.attempt, redriveCount, status, failure, endedAt });
	} catch (caught) {
		if (!(caught instanceof HostmasterError) || caught.name !== "OperationNotFound") throw caught;
		logger.warn("An execution of an operation that the registry does not have; was it restored from a backup?", {
			name,
		});
	}
}
