import { HostmasterError } from "../../domain/errors.ts";
import { rotated } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import { changeWebhook } from "../../services/webhook-registry.ts";
import { webhookSecret } from "../../services/webhook-secrets.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.rotateWebhookSecret, async ({ path: { webhookId } }) => {
	const webhook = await knownWebhook(webhookId);
	const now = isoNow();
	const change = { ...rotated(webhook, Date.parse(now)), updatedAt: now };
	// First: a secret that cannot be read must not become the one that signs.
	const secret = await webhookSecret(webhookId, change.secretVersion);
	if (!(await changeWebhook(webhook, change))) {
		throw new HostmasterError("ServiceUnavailable", "Somebody else changed the webhook at the same moment.");
	}
	return { body: { webhook: { ...webhook, ...change }, secret } };
});
