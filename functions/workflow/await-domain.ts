import type { CheckKind } from "../../domain/ladder.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isoNow } from "../../services/clock.ts";
import { park } from "../../services/waits.ts";
import { defineStep, waitOf } from "./step.ts";

/** What each of the machine's waiting states waits for. */
const kinds: Record<string, CheckKind> = {
	VerifyOwnership: "domain-ownership",
	AwaitCertificate: "domain-certificate",
	AwaitEdge: "domain-edge",
	AwaitTraffic: "domain-traffic",
};

/** Parks the task of a custom domain until its customer, ACM or CloudFront has done its part (R2). Safe to repeat: the newest token is the one kept. */
export const handler = defineStep(async (task, _claim, startedAt) => {
	const kind = kinds[task.state];
	if (!kind) throw new Error(`The state ${task.state} waits for nothing that is known here.`);
	const { hostname, generation } = task.input;
	const check = { kind, subject: `${hostname}#${generation}` };
	await park(check, waitOf(task, startedAt), isoNow());
	// Crash here? The check is in the index of due ones: the sweeper finds it within a minute.
	await sendCheck(check, 0);
});
