import { type ErrorName, HostmasterError } from "../../domain/errors.ts";
import { ladders, nextLookAt } from "../../domain/ladder.ts";
import { limits } from "../../domain/limits.ts";
import { type CheckMessage, checkMessageSchema } from "../../domain/messages.ts";
import type { Check, Wait } from "../../domain/wait.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { isCurrent, readClaim } from "../../services/claims.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { outboxPut, sendOut } from "../../services/outbox.ts";
import { sendFailure, sendSuccess } from "../../services/task-tokens.ts";
import { noteExtraLook, noteLook, readCheck, removeCheck, removeWait } from "../../services/waits.ts";
import { settleAll } from "../settle-all.ts";
import { recordDone } from "../workflow/step.ts";
import { defineConsumer } from "./batch.ts";
import { look, type Seen } from "./look.ts";
import { recordsRemoved } from "./removed-records.ts";

// A message may be a little early by SQS's clock; a look that comes so much before its time is made all the same.
const earlyMs = 1_000;

/** What only a customer's records end: who is to act differs when they do not come. */
const waitsForCustomer: ReadonlySet<string> = new Set(["domain-ownership", "domain-traffic"]);

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
		if (check.plannedAt !== undefined) return lookAsPlanned(check, seen.lastSeen, check.plannedAt);
		const next = nextLookAt(ladders[check.kind], Date.parse(check.startedAt), check.looks, Date.now());
		if (next !== undefined) return lookAgain(check, seen.lastSeen, next);
	}
	await settleAll(waits, answeredAtOnce, (wait) => answer(check, wait, seen));
	// With its check gone nobody would ever look at them again.
	if (unreadable > 0) throw new Error(`${unreadable} waits of ${check.kind} ${check.subject} cannot be read.`);
	await removeCheck(check);
}

/** 'Could not ask' is 'not yet', whatever the reason: the ladder goes on, and the deadline ends it with what was seen last (R9). */
async function lookOrWait(check: Check, waits: readonly Wait[]): Promise<Seen> {
	try {
		return await look(check, waits);
	} catch (error) {
		// Given up while it was looked at: whoever waits is told so now, not by the next look.
		if (error instanceof HostmasterError && error.name === "Superseded") return superseded(check, error.detail);
		logger.error("A look failed.", { kind: check.kind, subject: check.subject, error });
		// Ours say that a service is away, and pass; another is a defect, which the ladder would hide until its end.
		if (!(error instanceof HostmasterError)) count("BrokenLooks");
		const because = error instanceof HostmasterError ? error.detail : "see the log of checkWaits.";
		return { outcome: "pending", lastSeen: `Could not ask: ${because}` };
	}
}

/** A watch goes on: its next look finds the new generation. Whatever else waits never counts as done by it. */
function superseded({ kind }: Check, detail: string): Seen {
	if (kind === "domain-watch") return { outcome: "pending", lastSeen: detail };
	return { outcome: "over", error: "Superseded", detail };
}

function answer(check: Check, wait: Wait, seen: Seen): Promise<void> {
	switch (seen.outcome) {
		case "done":
			return release(check, wait, seen);
		case "over":
			return refuse(check, wait, seen);
		case "pending":
			return expire(check, wait, seen.lastSeen);
	}
}

/** Records first, then frees the task: a crash in between repeats both, harmlessly. */
async function release(check: Check, wait: Wait, seen: Extract<Seen, { outcome: "done" }>): Promise<void> {
	const { findings, also = [], events = [] } = seen;
	const claim = await readClaim(wait.hostname);
	if (claim && isCurrent(claim, wait.generation)) {
		// One change of Route 53 sets records and removes others.
		const found = wait.state === "RemoveRecords" ? recordsRemoved : findings;
		await recordDone(wait, found, [...also, ...events.map(outboxPut)]);
		await sendSuccess(wait.taskToken);
		// Crash here? They are in the outbox, and the sweeper sends them.
		await sendOut(events);
	} else {
		await sendFailure(wait.taskToken, { error: "Superseded", detail: `Generation ${wait.generation} is over.` });
	}
	await removeWait(check, wait);
}

async function expire(check: Check, wait: Wait, lastSeen: string): Promise<void> {
	const hours = ladders[check.kind].deadlineSeconds / 3_600;
	const detail = `Waited ${hours} h. Last seen: ${lastSeen}`;
	const error = waitsForCustomer.has(check.kind) ? "CustomerWaitExpired" : "WaitExpired";
	await refuse(check, wait, { error, detail });
}

async function refuse(check: Check, wait: Wait, failure: { error: ErrorName; detail: string }): Promise<void> {
	await sendFailure(wait.taskToken, failure);
	await removeWait(check, wait);
}

/** Somebody asked for this look; the ladder's own comes when it was to come. */
async function lookAsPlanned(check: Check, lastSeen: string, plannedAt: string): Promise<void> {
	const noted = await noteExtraLook(check, lastSeen, plannedAt);
	const delaySeconds = Math.ceil((Date.parse(plannedAt) - Date.now()) / 1000);
	if (noted && delaySeconds <= limits.sqsDelay.value) await sendCheck(check, Math.max(0, delaySeconds));
}

async function lookAgain(check: Check, lastSeen: string, nextMs: number): Promise<void> {
	const noted = await noteLook(check, lastSeen, new Date(nextMs).toISOString());
	const delaySeconds = Math.ceil((nextMs - Date.now()) / 1000);
	if (noted && delaySeconds <= limits.sqsDelay.value) await sendCheck(check, Math.max(0, delaySeconds));
}
