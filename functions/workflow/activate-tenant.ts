import { requireAllButServing } from "../require-conditions.ts";
import { defineStep, recordDone } from "./step.ts";

/** Calls the hostname active: everything it needs is true, and a probe through the edge has just seen it (R7). Safe to repeat. */
export const handler = defineStep(async ({ input, state }, claim) => {
	requireAllButServing(claim);
	await recordDone(
		{ ...input, state },
		{ Serving: { reason: "Probed", message: "A request through the edge reached this tenant.", actor: "hostmaster" } },
	);
});
