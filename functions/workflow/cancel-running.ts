import { stop } from "../../services/executions.ts";
import { defineStep, recordDone } from "./step.ts";

/**
 * Stops what the operation has cancelled. It could do no harm any more, since its generation is over; stopped, it does not wait for
 * something that nobody wants. Safe to repeat.
 */
export const handler = defineStep(async ({ input, state }) => {
	if (input.cancels) await stop(input.cancels, `Cancelled by ${input.operationId}.`);
	await recordDone({ ...input, state }, {});
});
