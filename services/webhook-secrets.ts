import { createHmac } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { signingVersions, type Webhook } from "../domain/webhook.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { setting } from "./settings.ts";

const client = new SecretsManagerClient(clientDefaults);

const freshMs = 300_000;
let held: { value: string; readAtMs: number } | undefined;

/** The one secret from which all others follow; read again every five minutes. */
async function masterSecret(): Promise<string> {
	if (held && Date.now() - held.readAtMs < freshMs) return held.value;
	const { SecretString } = await calling("Secrets Manager", () =>
		client.send(new GetSecretValueCommand({ SecretId: setting("WEBHOOK_SECRET_ARN") })),
	);
	if (!SecretString) throw new Error("The webhooks' secret has no text.");
	held = { value: SecretString, readAtMs: Date.now() };
	return SecretString;
}

/**
 * A webhook's secret, as its receiver keeps it (`whsec_` and base64, the form of Standard Webhooks). It follows from the one secret of
 * the environment, the webhook and the version, so that none is kept in a table. Throws Throttled, ServiceUnavailable.
 */
export async function webhookSecret(webhookId: string, version: number): Promise<string> {
	const derived = createHmac("sha256", await masterSecret())
		.update(`${webhookId}:${version}`)
		.digest("base64");
	return `whsec_${derived}`;
}

/**
 * The headers that let a receiver check who sent a body, and when
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). For a day after a rotation the
 * secret before signs too.
 */
export async function signedHeaders(
	webhook: Webhook,
	message: { deliveryId: string; body: string; nowMs: number },
): Promise<Record<string, string>> {
	const { deliveryId, body, nowMs } = message;
	const timestamp = String(Math.floor(nowMs / 1000));
	const signatures = await Promise.all(
		signingVersions(webhook, nowMs).map(async (version) => {
			const key = Buffer.from((await webhookSecret(webhook.webhookId, version)).slice("whsec_".length), "base64");
			return `v1,${createHmac("sha256", key).update(`${deliveryId}.${timestamp}.${body}`).digest("base64")}`;
		}),
	);
	return { "webhook-id": deliveryId, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
