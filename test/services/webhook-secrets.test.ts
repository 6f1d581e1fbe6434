import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { Webhook as Verifier } from "standardwebhooks";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Webhook } from "../../domain/webhook.ts";
import { setEnvironment } from "../builders/a-cloud.ts";

const secrets = mockClient(SecretsManagerClient);
/** The master is kept in memory, so each test has a module of its own. */
async function aFreshModule() {
	vi.resetModules();
	return await import("../../services/webhook-secrets.ts");
}
beforeEach(() => {
	vi.useRealTimers();
	setEnvironment();
	secrets.reset();
	secrets.on(GetSecretValueCommand).resolves({ SecretString: "the one secret of the environment" });
});

const webhookId = "wh_01JZZZZZZZZZZZZZZZZZZZZZZZ";
const longSince = "2027-01-01T00:00:00.000Z";
const webhook: Webhook = {
	...{ webhookId, url: "https://billing.example.com/", status: "enabled", secretVersion: 2, formerSecrets: [] },
	...{ createdAt: longSince, updatedAt: longSince },
};
const body = '{"type":"TenantActivated","timestamp":"2027-01-01T00:00:00.000Z","data":{"slug":"acmé"}}';
const message = (nowMs = Date.now()) => ({ deliveryId: "dlv_1", body, nowMs });

describe("a webhook's secret", () => {
	it("is always the same for a version, and another for every other version and webhook", async () => {
		const { webhookSecret } = await aFreshModule();
		const all = [await webhookSecret("wh_a", 1), await webhookSecret("wh_a", 2), await webhookSecret("wh_b", 1)];
		expect(new Set(all).size).toBe(3);
		for (const secret of all) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
		expect(await webhookSecret("wh_a", 1)).toBe(all[0]);
	});

	it("reads the master once in five minutes", async () => {
		const { webhookSecret } = await aFreshModule();
		vi.useFakeTimers({ toFake: ["Date"] });
		await webhookSecret("wh_a", 1);
		await webhookSecret("wh_b", 1);
		expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(1);
		vi.advanceTimersByTime(300_000);
		await webhookSecret("wh_a", 1);
		expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(2);
	});

	it("is none while the master cannot be read, or is empty", async () => {
		const { webhookSecret } = await aFreshModule();
		secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error("away"), { $fault: "server" }));
		await expect(webhookSecret("wh_a", 1)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		secrets.on(GetSecretValueCommand).resolves({});
		await expect(webhookSecret("wh_a", 1)).rejects.toThrow("has no text");
	});
});

describe("what is signed", () => {
	it("is verified by a receiver that holds the secret, with the library of Standard Webhooks", async () => {
		const { signedHeaders, webhookSecret } = await aFreshModule();
		const headers = await signedHeaders(webhook, message());
		expect(headers["webhook-id"]).toBe("dlv_1");
		expect(new Verifier(await webhookSecret(webhookId, 2)).verify(body, headers)).toEqual(JSON.parse(body));
	});

	it("is refused when the body, the id or the time was changed on the way, or with another secret", async () => {
		const { signedHeaders, webhookSecret } = await aFreshModule();
		const headers = await signedHeaders(webhook, message());
		const verifier = new Verifier(await webhookSecret(webhookId, 2));
		expect(() => verifier.verify(body.replace("acmé", "evil"), headers)).toThrow("No matching signature found");
		expect(() => verifier.verify(body, { ...headers, "webhook-id": "dlv_2" })).toThrow("No matching signature found");
		const later = String(Number(headers["webhook-timestamp"]) + 1);
		expect(() => verifier.verify(body, { ...headers, "webhook-timestamp": later })).toThrow();
		const foreign = new Verifier(await webhookSecret("wh_other", 2));
		expect(() => foreign.verify(body, headers)).toThrow("No matching signature found");
	});

	it("is refused when it is played again after five minutes", async () => {
		const { signedHeaders, webhookSecret } = await aFreshModule();
		const headers = await signedHeaders(webhook, message(Date.now() - 301_000));
		const verifier = new Verifier(await webhookSecret(webhookId, 2));
		expect(() => verifier.verify(body, headers)).toThrow("too old");
	});

	it("is verified with the secret before a rotation too, as long as that one signs", async () => {
		const { signedHeaders, webhookSecret } = await aFreshModule();
		const until = new Date(Date.now() + 60_000).toISOString();
		const rotated = { ...webhook, formerSecrets: [{ version: 1, until }] };
		const headers = await signedHeaders(rotated, message());
		expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
		for (const version of [1, 2]) {
			const verifier = new Verifier(await webhookSecret(webhookId, version));
			expect(verifier.verify(body, headers)).toBeTruthy();
		}
		const over = { ...webhook, formerSecrets: [{ version: 1, until: longSince.replace("2027", "2020") }] };
		const former = new Verifier(await webhookSecret(webhookId, 1));
		const headersNow = await signedHeaders(over, message());
		expect(() => former.verify(body, headersNow)).toThrow("No matching signature found");
	});
});
