import { limits } from "../../domain/limits.ts";
import { deliveryMessageSchema } from "../../domain/messages.ts";
import { type Attempt, nextAttemptAt, testEvent, verdictOf, type Webhook } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { type KeptDelivery, noteAttempt, readDelivery, takeAttempt } from "../../services/webhook-deliveries.ts";
import { postWebhook } from "../../services/webhook-post.ts";
import { changeWebhook, readWebhook } from "../../services/webhook-registry.ts";
import { signedHeaders } from "../../services/webhook-secrets.ts";
import { sendDelivery } from "../../services/webhooks-queue.ts";
import { defineConsumer } from "./batch.ts";

/** An attempt that is not recorded by then died with its function, which has less time: it is due again. */
export const takenMs = 60_000;

/** A message that comes so much before its time by our clock is not too early. */
const earlyMs = 1_000;

/**
 * Makes a delivery's next attempt: at least once, and not twice at a time. The receiver knows a repetition by its `webhook-id`.
 * Crash between the POST and its record? It is made again.
 */
export const handler = defineConsumer(deliveryMessageSchema, async (message) => {
	const delivery = await readDelivery(message);
	if (delivery?.status !== "pending") return;
	const now = Date.now();
	// A repetition of an earlier attempt's message; the next one has its own, or the sweeper.
	if (Date.parse(delivery.nextAttemptAt ?? delivery.createdAt) - earlyMs > now) return;
	const webhook = await readWebhook(delivery.webhookId);
	if (!(await takeAttempt(delivery, isoNow(), new Date(now + takenMs).toISOString()))) return;
	if (!webhook) return await giveUp(delivery, "the webhook was deleted");
	// A test goes to a disabled webhook too: it is how one is enabled again.
	const isTold = webhook.status === "enabled" || delivery.type === testEvent;
	await (isTold ? attempt(webhook, delivery) : giveUp(delivery, "the webhook is disabled"));
});

const over = (status: "delivered" | "failed") => ({ status, nextAttemptAt: undefined });

async function giveUp(delivery: KeptDelivery, error: string): Promise<void> {
	await noteAttempt(delivery, { at: isoNow(), error, millis: 0 }, over("failed"));
}

async function attempt(webhook: Webhook, delivery: KeptDelivery): Promise<void> {
	const startedAt = Date.now();
	const headers = await signedHeaders(webhook, { ...delivery, nowMs: startedAt });
	const outcome = await postWebhook(webhook.url, headers, delivery.body);
	const made = { at: new Date(startedAt).toISOString(), ...outcome, millis: Date.now() - startedAt };
	const verdict = verdictOf("status" in outcome ? outcome.status : undefined);
	// The webhook first. Crash in between? The attempt is made again, and notes both again.
	if (verdict === "delivered") {
		await noteWorking(webhook);
		await noteAttempt(delivery, made, over("delivered"));
	} else if (verdict === "gone") {
		await disable(webhook, "The receiver answered 410 Gone.");
		await noteAttempt(delivery, made, over("failed"));
	} else {
		await noteFailing(webhook);
		await goOn(delivery, made);
	}
}

/** Records an attempt in vain, and asks for the next one unless that was the last. */
async function goOn(delivery: KeptDelivery, made: Attempt): Promise<void> {
	const now = Date.now();
	const next = nextAttemptAt(delivery.attempts.length + 1, now, Math.random());
	const { webhookId, deliveryId } = delivery;
	logger.info("A receiver did not take a delivery.", { webhookId, deliveryId, made, next });
	const then = next === undefined ? over("failed") : { status: "pending" as const, nextAttemptAt: next };
	await noteAttempt(delivery, made, then);
	// Crash here? The sweeper finds it when it is due.
	if (next !== undefined) await sendDelivery({ webhookId, deliveryId }, (Date.parse(next) - now) / 1000);
}

async function noteWorking(webhook: Webhook): Promise<void> {
	if (webhook.failingSince === undefined && webhook.status === "enabled") return;
	const enabled = { status: "enabled", disabledBecause: undefined, failingSince: undefined } as const;
	await changeWebhook(webhook, { ...enabled, updatedAt: isoNow() });
}

/** A receiver that has taken nothing for days is not told any more: somebody has to look first. */
async function noteFailing(webhook: Webhook): Promise<void> {
	const now = isoNow();
	const { failingSince } = webhook;
	if (failingSince === undefined) await changeWebhook(webhook, { failingSince: now, updatedAt: now });
	else if (Date.parse(now) - Date.parse(failingSince) > limits.webhookPatience.value * 86_400_000) {
		await disable(webhook, `It has taken no delivery since ${failingSince}.`);
	}
}

/** Counted once, by whoever's write it is: deliveries fail side by side. */
async function disable(webhook: Webhook, disabledBecause: string): Promise<void> {
	if (webhook.status === "disabled") return;
	if (!(await changeWebhook(webhook, { status: "disabled", disabledBecause, updatedAt: isoNow() }))) return;
	logger.warn("A webhook is disabled.", { webhookId: webhook.webhookId, disabledBecause });
	count("DisabledWebhooks");
}
