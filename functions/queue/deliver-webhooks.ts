import { z } from "zod";
import { limits } from "../../domain/limits.ts";
import { type Attempt, nextAttemptAt, verdictOf, type Webhook } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { logger } from "../../services/log.ts";
import { count } from "../../services/metrics.ts";
import { type KeptDelivery, noteAttempt, readDelivery, takeAttempt } from "../../services/webhook-deliveries.ts";
import { type PostOutcome, postTimeoutMs, postWebhook } from "../../services/webhook-post.ts";
import { changeWebhook, readWebhook } from "../../services/webhook-registry.ts";
import { signedHeaders } from "../../services/webhook-secrets.ts";
import { sendDelivery } from "../../services/webhooks-queue.ts";
import { defineConsumer } from "./batch.ts";

const messageSchema = z.object({ version: z.literal(1), webhookId: z.string(), sk: z.string() });

/** An attempt that is not recorded by then died with its function: it is due again. */
const takenMs = 3 * postTimeoutMs;

/** A message that comes so much before its time by our clock is not too early. */
const earlyMs = 1_000;

/**
 * Makes a delivery's next attempt: at least once, and not twice at a time. The receiver knows a repetition by its `webhook-id`.
 * Crash between the POST and its record? It is made again.
 */
export const handler = defineConsumer(messageSchema, async (message) => {
	const delivery = await readDelivery(message);
	if (delivery?.status !== "pending") return;
	const now = Date.now();
	if (Date.parse(delivery.nextAttemptAt ?? delivery.createdAt) - earlyMs > now) return;
	const untilIso = new Date(now + takenMs).toISOString();
	if (!(await takeAttempt(delivery, isoNow(), untilIso))) return;
	const webhook = await readWebhook(delivery.webhookId);
	if (webhook?.status !== "enabled") {
		const error = webhook ? "the webhook is disabled" : "the webhook was deleted";
		await noteAttempt(delivery, { at: isoNow(), error, millis: 0 }, { status: "failed", nextAttemptAt: undefined });
		return;
	}
	await attempt(webhook, delivery);
});

async function attempt(webhook: Webhook, delivery: KeptDelivery): Promise<void> {
	const startedAt = Date.now();
	const headers = await signedHeaders(webhook, { ...delivery, nowMs: startedAt });
	const outcome = await postWebhook(webhook.url, headers, delivery.body);
	const made = { at: new Date(startedAt).toISOString(), ...outcome, millis: Date.now() - startedAt };
	const verdict = verdictOf("status" in outcome ? outcome.status : undefined);
	if (verdict === "delivered") {
		await noteAttempt(delivery, made, { status: "delivered", nextAttemptAt: undefined });
		if (webhook.failingSince !== undefined) {
			await changeWebhook(webhook.webhookId, { failingSince: undefined, updatedAt: isoNow() });
		}
		return;
	}
	if (verdict === "gone") await disable(webhook, "The receiver answered 410 Gone.");
	else await noteFailing(webhook);
	await goOn(delivery, made, verdict === "gone", outcome);
}

async function goOn(delivery: KeptDelivery, made: Attempt, isOver: boolean, outcome: PostOutcome): Promise<void> {
	const now = Date.now();
	const next = isOver ? undefined : nextAttemptAt(delivery.attempts.length + 1, now, Math.random());
	const { webhookId, deliveryId, sk } = delivery;
	logger.info("A receiver did not take a delivery.", { webhookId, deliveryId, ...outcome, next });
	await noteAttempt(delivery, made, { status: next === undefined ? "failed" : "pending", nextAttemptAt: next });
	// Crash here? The sweeper finds it when it is due.
	if (next !== undefined) await sendDelivery({ webhookId, sk }, (Date.parse(next) - now) / 1000);
}

/** A receiver that has taken nothing for days is not told any more: somebody has to look first. */
async function noteFailing(webhook: Webhook): Promise<void> {
	const { webhookId, failingSince } = webhook;
	const now = isoNow();
	if (failingSince === undefined) await changeWebhook(webhookId, { failingSince: now, updatedAt: now });
	else if (Date.parse(now) - Date.parse(failingSince) > limits.webhookPatience.value * 86_400_000) {
		await disable(webhook, `It has taken no delivery since ${failingSince}.`);
	}
}

async function disable({ webhookId }: Webhook, because: string): Promise<void> {
	logger.warn("A webhook is disabled.", { webhookId, because });
	count("DisabledWebhooks");
	await changeWebhook(webhookId, { status: "disabled", disabledBecause: because, updatedAt: isoNow() });
}
