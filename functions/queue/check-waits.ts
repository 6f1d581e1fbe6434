import { HostmasterError } from "../../domain/errors.ts";
import { ladders, nextLookAt } from "../../domain/ladder.ts";
import { limits } from "../../domain/limits.ts";
import { checkMessageSchema } from "../../domain/messages.ts";
import type { Check, Wait } from "../../domain/wait.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isCurrent, readClaim } from "../../services/claims.ts";
import { logger } from "../../services/log.ts";
import { sendFailure, sendSuccess } from "../../services/task-tokens.ts";
import { noteLook, readCheck, removeCheck, removeWait } from "../../services/waits.ts";
import { type Findings, recordDone } from "../workflow/step.ts";
import { defineConsumer } from "./batch.ts";
import { look, type Seen } from "./look.ts";

// A message may be a little early by SQS's clock; a look that comes so much before its time is made all the same.
const earlyMs = 1_000;

/** Bounds the calls that one freed change of 250 hostnames makes at a time. */
const releasedAtOnce = 20;

/**
 * Looks at what tasks wait for (R2). Done: all of its waits are freed. Not yet: the next look is noted, then a delayed message asks
 * for it; what is later than SQS can delay, and what a crash loses, the sweeper finds in the index of due checks.
 */
export const handler = defineConsumer(checkMessageSchema, async (message) => {
	const found = await readCheck(message);
	if (!found) return;
	const { check, waits } = found;
	if (Date.parse(check.nextCheckAt) - earlyMs > Date.now() && check.looks > 0) return;
	const seen = await lookOrWait(check, waits);
	switch (seen.outcome) {
		case "done":
			for (let at = 0; at < waits.length; at += releasedAtOnce) {
				await Promise.all(waits.slice(at, at + releasedAtOnce).map((wait) => release(check, wait, seen.findings)));
			}
			return removeCheck(check);
		case "pending":
			return pending(check, waits, seen.lastSeen);
	}
});

/** 'Could not ask' is 'not yet', whatever the reason: the ladder goes on, and the deadline ends it with what was seen last (R9). */
async function lookOrWait(check: Check, waits: readonly Wait[]): Promise<Seen> {
	try {
		return await look(check, waits);
	} catch (error) {
		logger.error("A look failed.", { kind: check.kind, subject: check.subject, error });
		const because = error instanceof HostmasterError ? error.detail : "see the log of checkWaits.";
		return { outcome: "pending", lastSeen: `Could not ask: ${because}` };
	}
}

/** Records first, then frees the task: a crash in between repeats both, harmlessly. */
async function release(check: Check, wait: Wait, findings: Findings): Promise<void> {
	const claim = await readClaim(wait.hostname);
	if (claim && isCurrent(claim, wait.generation)) {
		await recordDone(wait, findings);
		await sendSuccess(wait.taskToken);
	} else {
		await sendFailure(wait.taskToken, { error: "Superseded", detail: `Generation ${wait.generation} is over.` });
	}
	await removeWait(check, wait);
}

async function pending(check: Check, waits: Wait[], lastSeen: string): Promise<void> {
	const next = nextLookAt(ladders[check.kind], Date.parse(check.startedAt), check.looks, Date.now());
	if (next === undefined) {
		const hours = ladders[check.kind].deadlineSeconds / 3_600;
		const detail = `Waited ${hours} h. Last seen: ${lastSeen}`;
		for (const wait of waits) {
			await sendFailure(wait.taskToken, { error: "WaitExpired", detail });
			await removeWait(check, wait);
		}
		return removeCheck(check);
	}
	const noted = await noteLook(check, lastSeen, new Date(next).toISOString());
	const delaySeconds = Math.ceil((next - Date.now()) / 1000);
	if (noted && delaySeconds <= limits.sqsDelay.value) await sendCheck(check, Math.max(0, delaySeconds));
}
