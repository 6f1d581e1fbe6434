import { conditionTypes } from "../../domain/conditions.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { defineStep, recordDone } from "./step.ts";

/** Calls the hostname active: everything it needs is true, and a probe through the edge has just seen it (R7). Safe to repeat. */
export const handler = defineStep(async ({ input, state }, claim) => {
	const missing = conditionTypes.filter((type) => type !== "Serving" && claim.conditions[type].status !== "true");
	if (missing.length > 0) {
		throw new HostmasterError(
			"ConditionsNotMet",
			`'${input.hostname}' cannot be active: ${missing.join(", ")} not true.`,
		);
	}
	await recordDone(
		{ ...input, state },
		{ Serving: { reason: "Probed", message: "A request through the edge reached this tenant.", actor: "hostmaster" } },
	);
});
