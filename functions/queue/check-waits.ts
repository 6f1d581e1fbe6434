import { HostmasterError } from "../../domain/errors.ts";
import { ladders, nextLookAt } from "../../domain/ladder.ts";
import { limits } from "../../domain/limits.ts";
import { type CheckMessage, checkMessageSchema } from "../../domain/messages.ts";
import type { Check, Wait } from "../../domain/wait.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isCurrent, readClaim } from "../../services/claims.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { sendFailure, sendSuccess } from "../../services/task-tokens.ts";
import { noteLook, readCheck, removeCheck, removeWait } from "../../services/waits.ts";
import { settleAll } from "../settle-all.ts";
import { type Findings, recordDone } from "../workflow/step.ts";
import { defineConsumer } from "./batch.ts";
import { look, type Seen } from "./look.ts";
import { recordsRemoved } from "./removed-records.ts";

// A message may be a little early by SQS's clock; a look that comes so much before its time is made all the same.
const earlyMs = 1_000;

/** Bounds the calls that one freed change of 250 hostnames makes at a time. */
const answeredAtOnce = 20;

/**
 * Looks at what tasks wait for (R2). Done: all of its waits are freed. Not yet: the next look is noted, then a delayed message asks
 * for it; what is later than SQS can delay, and what a crash loses, the sweeper finds in the index of due checks.
 */
export const handler = defineConsumer(checkMessageSchema, lookAt, (message) => sendCheck(message, 5));

async function lookAt(message: CheckMessage): Promise<void> {
	const found = await readCheck(message);
	if (!found) return;
	const { check, waits, unreadable } = found;
	if (Date.parse(check.nextCheckAt) - earlyMs > Date.now() && check.looks > 0) return;
	const seen = await lookOrWait(check, waits);
	if (seen.outcome === "pending") {
		const next = nextLookAt(ladders[check.kind], Date.parse(check.startedAt), check.looks, Date.now());
		if (next !== undefined) return lookAgain(check, seen.lastSeen, next);
	}
	await settleAll(waits, answeredAtOnce, (wait) =>
		seen.outcome === "done" ? release(check, wait, seen.findings) : expire(check, wait, seen.lastSeen),
	);
	// With its check gone nobody would ever look at them again.
	if (unreadable > 0) throw new Error(`${unreadable} waits of ${check.kind} ${check.subject} cannot be read.`);
	await removeCheck(check);
}

/** 'Could not ask' is 'not yet', whatever the reason: the ladder goes on, and the deadline ends it with what was seen last (R9). */
async function lookOrWait(check: Check, waits: readonly Wait[]): Promise<Seen> {
	try {
		return await look(check, waits);
	} catch (error) {
		logger.error("A look failed.", { kind: check.kind, subject: check.subject, error });
		// Ours say that a service is away, and pass; another is a defect, which the ladder would hide until its end.
		if (!(error instanceof HostmasterError)) count("BrokenLooks");
		const because = error instanceof HostmasterError ? error.detail : "see the log of checkWaits.";
		return { outcome: "pending", lastSeen: `Could not ask: ${because}` };
	}
}

/** Records first, then frees the task: a crash in between repeats both, harmlessly. */
async function release(check: Check, wait: Wait, findings: Findings): Promise<void> {
	const claim = await readClaim(wait.hostname);
	if (claim && isCurrent(claim, wait.generation)) {
		// One change of Route 53 sets records and removes others.
		await recordDone(wait, wait.state === "RemoveRecords" ? recordsRemoved : findings);
		await sendSuccess(wait.taskToken);
	} else {
		await sendFailure(wait.taskToken, { error: "Superseded", detail: `Generation ${wait.generation} is over.` });
	}
	await removeWait(check, wait);
}

async function expire(check: Check, wait: Wait, lastSeen: string): Promise<void> {
	const hours = ladders[check.kind].deadlineSeconds / 3_600;
	await sendFailure(wait.taskToken, { error: "WaitExpired", detail: `Waited ${hours} h. Last seen: ${lastSeen}` });
	await removeWait(check, wait);
}

async function lookAgain(check: Check, lastSeen: string, nextMs: number): Promise<void> {
	const noted = await noteLook(check, lastSeen, new Date(nextMs).toISOString());
	const delaySeconds = Math.ceil((nextMs - Date.now()) / 1000);
	if (noted && delaySeconds <= limits.sqsDelay.value) await sendCheck(check, Math.max(0, delaySeconds));
}
