import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { isoNow } from "../../services/clock.ts";
import { changeWebhook } from "../../services/webhook-registry.ts";
import { webhookSecret } from "../../services/webhook-secrets.ts";
import { defineRoute } from "./http.ts";
import { knownWebhook } from "./known-webhook.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.rotateWebhookSecret, async ({ path: { webhookId } }) => {
	const webhook = await knownWebhook(webhookId);
	const now = isoNow();
	const change = {
		secretVersion: webhook.secretVersion + 1,
		formerSecretUntil: new Date(Date.parse(now) + limits.formerSecret.value * 3_600_000).toISOString(),
		updatedAt: now,
	};
	// First: a secret that cannot be read must not become the one that signs.
	const secret = await webhookSecret(webhookId, change.secretVersion);
	if (!(await changeWebhook(webhookId, change, webhook.secretVersion))) {
		throw new HostmasterError("ServiceUnavailable", "Somebody else changed the webhook at the same moment.");
	}
	return { body: { webhook: { ...webhook, ...change }, secret } };
});
