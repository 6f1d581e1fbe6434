import { isOpen, type Operation } from "../../domain/operation.ts";
import { readClaims } from "../../services/claims.ts";
import { stop } from "../../services/executions.ts";
import { readOperation } from "../../services/operations.ts";
import { defineStep, recordDone } from "./step.ts";

/**
 * Stops what the operation has cancelled. It could do no harm any more, since its generation is over; stopped, it does not wait for
 * something that nobody wants. Safe to repeat.
 */
export const handler = defineStep(async ({ input, state }) => {
	const cause = `Cancelled by ${input.operationId}.`;
	if (input.cancels) await stop(input.cancels, cause);
	for (const operation of await attaching(input.hostnames.map(({ hostname }) => hostname)))
		await stop(operation, cause);
	await recordDone({ ...input, state }, {});
});

/** What custom domains wait for, apart from their tenant. */
async function attaching(hostnames: readonly string[]): Promise<Operation[]> {
	const { claims } = await readClaims(hostnames);
	const ids = [...claims.values()].flatMap(({ custom, lastOperationId }) => (custom && lastOperationId) || []);
	const operations = await Promise.all(ids.map(readOperation));
	return operations.flatMap((operation) =>
		operation?.kind === "attach-domain" && isOpen(operation) ? [operation] : [],
	);
}
