import { ulid } from "ulid";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import type { NewWebhook, Webhook } from "../../domain/webhook.ts";
import { isoNow } from "../../services/clock.ts";
import type { Idempotency } from "../../services/idempotency.ts";
import { addressIn, reachability } from "../../services/webhook-addresses.ts";
import {
	earlierRegistration,
	type Registration,
	readWebhooks,
	registerWebhook,
} from "../../services/webhook-registry.ts";
import { webhookSecret } from "../../services/webhook-secrets.ts";
import { answerAgain, idempotencyOf } from "../asking.ts";
import { askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.createWebhook, async ({ body, headers, caller, correlationId }) => {
	requireReachable(body);
	const now = isoNow();
	const webhook: Webhook = {
		webhookId: `wh_${ulid(Date.parse(now))}`,
		...body,
		...{ status: "enabled", secretVersion: 1, formerSecrets: [], createdAt: now, updatedAt: now },
	};
	const request = idempotencyOf(body, askingOf(caller, headers, correlationId), now);
	const outcome = await register(webhook, request);
	if (outcome.outcome === "key-reused") answerAgain(outcome);
	const registered = outcome.outcome === "repeated" ? outcome.webhook : webhook;
	const { webhookId, secretVersion } = registered;
	return { body: { webhook: registered, secret: await webhookSecret(webhookId, secretVersion) } };
});

/** Names are looked up when they are called; an address is known now. */
function requireReachable({ url }: NewWebhook): void {
	const address = addressIn(url);
	if (address === undefined || reachability()(address)) return;
	const detail = `${address} is not a public address: receivers must be reachable from the internet.`;
	throw new HostmasterError("InvalidRequest", detail, { field: "url", rule: "public-address" });
}

async function register(webhook: Webhook, request: Idempotency): Promise<Registration> {
	if ((await readWebhooks()).length < limits.webhooks.value) return await registerWebhook(webhook, request);
	const earlier = await earlierRegistration(request, webhook.createdAt);
	if (earlier) return earlier;
	const detail = `There may be ${limits.webhooks.value} webhooks: delete one that is not used any more.`;
	throw new HostmasterError("TooManyWebhooks", detail, { rule: "maximum" });
}
