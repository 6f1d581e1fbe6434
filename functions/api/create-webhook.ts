import { ulid } from "ulid";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { readWebhook, readWebhooks, registerWebhook } from "../../services/webhook-registry.ts";
import { webhookSecret } from "../../services/webhook-secrets.ts";
import { answerAgain, idempotencyOf } from "../asking.ts";
import { askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.createWebhook, async ({ body, headers, caller, correlationId }) => {
	const now = isoNow();
	const webhook: Webhook = {
		webhookId: `wh_${ulid(Date.parse(now))}`,
		...body,
		...{ status: "enabled", secretVersion: 1, createdAt: now, updatedAt: now },
	};
	const request = idempotencyOf(body, askingOf(caller, headers, correlationId), now);
	if ((await readWebhooks()).length >= limits.webhooks.value) {
		const detail = `There may be ${limits.webhooks.value} webhooks: delete one that is not used any more.`;
		throw new HostmasterError("TooManyWebhooks", detail, { rule: "maximum" });
	}
	const outcome = await registerWebhook(webhook, request);
	if (outcome.outcome === "key-reused") answerAgain(outcome);
	const registered = outcome.outcome === "repeated" ? await readWebhook(outcome.webhookId) : webhook;
	// Registered by this key, and deleted since: the answer of then is still the right one.
	const { webhookId, secretVersion } = registered ?? webhook;
	return { body: { webhook: registered ?? webhook, secret: await webhookSecret(webhookId, secretVersion) } };
});
