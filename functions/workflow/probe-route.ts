import { sendCheck } from "../../services/checks-queue.ts";
import { isoNow } from "../../services/clock.ts";
import { park } from "../../services/waits.ts";
import { defineStep, waitOf } from "./step.ts";

/** Parks the task until a probe through the edge sees the right tenant. Safe to repeat: the newest token is the one kept. */
export const handler = defineStep(async (task, _claim, startedAt) => {
	const { hostname, generation } = task.input;
	const check = { kind: "edge-probe", subject: `${hostname}#${generation}` } as const;
	await park(check, waitOf(task, startedAt), isoNow());
	// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
	await sendCheck(check, 0);
});
