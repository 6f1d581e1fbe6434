import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../../domain/limits.ts";
import { handler as createWebhook } from "../../../functions/api/create-webhook.ts";
import { handler as deleteWebhook } from "../../../functions/api/delete-webhook.ts";
import { handler as listWebhooks } from "../../../functions/api/list-webhooks.ts";
import { handler as rotateWebhookSecret } from "../../../functions/api/rotate-webhook-secret.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showWebhook } from "../../../functions/api/show-webhook.ts";
import { readWebhook } from "../../../services/webhook-registry.ts";
import { webhookSecret } from "../../../services/webhook-secrets.ts";
import { aCloud, type Cloud, setEnvironment } from "../../builders/a-cloud.ts";
import { aWebhook, hold, secretsManager, standing, webhookId } from "../a-webhook.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
const secrets = secretsManager();
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	setEnvironment({ WEBHOOK_NETWORKS: "" });
});
afterAll(async () => {
	secrets.restore();
	await cloud.close();
});

const url = "https://billing.example.com/hostmaster";
const registration = (body: object = { url }, key = "key-1", caller = "billing") => ({
	...{ method: "POST" as const, route: "/v1/webhooks", body, caller, headers: { "idempotency-key": key } },
});
async function register(body?: object, key?: string) {
	const { status, body: answer } = await ask(createWebhook, registration(body, key));
	return { status, ...routes.createWebhook.reply.schema.parse(answer) };
}
const at = (method: "GET" | "POST" | "DELETE", more = "", id = webhookId) => ({
	...{ method, route: `/v1/webhooks/{webhookId}${more}`, pathParameters: { webhookId: id } },
});

describe("POST /v1/webhooks", () => {
	it("registers a webhook, and shows its secret", async () => {
		const { status, webhook, secret } = await register({ url, events: ["TenantActivated"], description: "Billing" });
		expect(status).toBe(201);
		expect(webhook).toMatchObject({ url, events: ["TenantActivated"], description: "Billing", status: "enabled" });
		expect(secret).toBe(await webhookSecret(webhook.webhookId, 1));
		expect(await readWebhook(webhook.webhookId)).toEqual(webhook);
	});

	it("keeps no secret anywhere", async () => {
		const { secret } = await register();
		expect(JSON.stringify(await cloud.rows("webhooks"))).not.toContain(secret.slice("whsec_".length));
	});

	it("again with its key answers the same, whatever became of the webhook", async () => {
		const first = await register();
		expect(await register()).toEqual(first);
		await ask(rotateWebhookSecret, at("POST", "/rotate-secret", first.webhook.webhookId));
		expect(await register()).toEqual(first);
		await ask(deleteWebhook, at("DELETE", "", first.webhook.webhookId));
		expect(await register()).toEqual(first);
		expect((await standing(cloud)).webhooks).toEqual([]);
	});

	it("at the same moment with one key registers one", async () => {
		const answers = await Promise.all([register(), register(), register()]);
		expect(new Set(answers.map(({ secret }) => secret)).size).toBe(1);
		expect((await standing(cloud)).webhooks).toHaveLength(1);
	});

	it("again with another body is refused; another caller's key is another one", async () => {
		await register();
		const other = { url: `${url}/other` };
		expect(await problem(createWebhook, registration(other))).toMatchObject({
			...{ status: 422, type: "/errors/idempotency-key-reused", field: "Idempotency-Key" },
		});
		expect((await ask(createWebhook, registration(other, "key-1", "support"))).status).toBe(201);
	});

	it("with a key that is over, though it still stands, registers another", async () => {
		const key = { pk: "REQUEST#billing#key-1", sk: "REQUEST" };
		await cloud.put("webhooks", { ...key, requestDigest: "x", expiresAt: 1, webhook: aWebhook() });
		expect((await register()).status).toBe(201);
		expect((await standing(cloud)).webhooks).toHaveLength(1);
	});

	it.each(["https://127.0.0.1/", "https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://0x7f.1/"])(
		"refuses an address that is not public: %s",
		async (inside) => {
			const found = await problem(createWebhook, registration({ url: inside }));
			expect(found).toMatchObject({ status: 400, field: "url", rule: "public-address" });
			expect(await cloud.rows("webhooks")).toEqual([]);
		},
	);

	it("takes an address of a network that the environment allows", async () => {
		setEnvironment({ WEBHOOK_NETWORKS: "127.0.0.0/8" });
		expect((await register({ url: "https://127.0.0.1:8443/" })).status).toBe(201);
	});

	it("refuses one too many, but answers a repetition even then", async () => {
		const first = await register();
		for (let count = 1; count < limits.webhooks.value; count++) {
			await hold(cloud, aWebhook({ webhookId: `${webhookId.slice(0, -2)}${String(count).padStart(2, "0")}` }));
		}
		expect(await problem(createWebhook, registration({ url }, "key-2"))).toMatchObject({
			...{ status: 409, type: "/errors/too-many-webhooks", rule: "maximum" },
		});
		expect(await register()).toEqual(first);
		const expired = { pk: "REQUEST#billing#key-3", sk: "REQUEST" };
		await cloud.put("webhooks", { ...expired, requestDigest: "x", expiresAt: 1, webhook: aWebhook() });
		expect(await problem(createWebhook, registration({ url }, "key-3"))).toMatchObject({ rule: "maximum" });
	});
});

describe("a registered webhook", () => {
	it("is shown, never with its secret", async () => {
		await hold(cloud, aWebhook());
		const { status, body } = await ask(showWebhook, at("GET"));
		expect(status).toBe(200);
		expect(body).toEqual(aWebhook());
	});

	it("is listed with the others, page by page, in order of registration", async () => {
		const ids = ["A", "B", "C"].map((last) => `${webhookId.slice(0, -1)}${last}`);
		for (const id of ids) await hold(cloud, aWebhook({ webhookId: id }));
		const page = async (query: Record<string, string>) =>
			routes.listWebhooks.reply.schema.parse(
				(await ask(listWebhooks, { method: "GET", route: "/v1/webhooks", query })).body,
			);
		const first = await page({ limit: "2" });
		const second = await page({ limit: "2", cursor: first.next ?? "" });
		expect([...first.webhooks, ...second.webhooks].map(({ webhookId }) => webhookId)).toEqual(ids);
		expect(second.next).toBeNull();
		expect((await page({})).webhooks).toHaveLength(3);
	});

	it("is deleted once; then nobody knows it", async () => {
		await hold(cloud, aWebhook());
		expect((await ask(deleteWebhook, at("DELETE"))).status).toBe(200);
		for (const [handler, request] of [
			[deleteWebhook, at("DELETE")],
			[showWebhook, at("GET")],
			[rotateWebhookSecret, at("POST", "/rotate-secret")],
		] as const) {
			expect(await problem(handler, request)).toMatchObject({ status: 404, type: "/errors/webhook-not-found" });
		}
	});
});

describe("POST …/rotate-secret", () => {
	const rotate = () => ask(rotateWebhookSecret, at("POST", "/rotate-secret"));

	it("gives another secret, and lets the one before sign for a day", async () => {
		await hold(cloud, aWebhook());
		const { status, body } = await rotate();
		expect(status).toBe(200);
		const { webhook, secret } = routes.rotateWebhookSecret.reply.schema.parse(body);
		expect(secret).toBe(await webhookSecret(webhookId, 2));
		expect(webhook).toMatchObject({ secretVersion: 2, formerSecrets: [{ version: 1 }] });
		expect((await standing(cloud)).webhook).toEqual(webhook);
		const until = Date.parse(webhook.formerSecrets[0]?.until ?? "");
		expect(until - Date.parse(webhook.updatedAt)).toBe(24 * 3_600_000);
	});

	it("changes nothing when the secret cannot be read", async () => {
		await hold(cloud, aWebhook());
		secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error("away"), { $fault: "server" }));
		// What was read before is not believed for longer than five minutes.
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 300_000 });
		const found = await problem(rotateWebhookSecret, at("POST", "/rotate-secret"));
		vi.useRealTimers();
		secrets.on(GetSecretValueCommand).resolves({ SecretString: "the master" });
		expect(found).toMatchObject({ status: 503 });
		expect((await standing(cloud)).webhook?.secretVersion).toBe(1);
	});

	it("at the same moment as another says so, and shows one secret for one version", async () => {
		await hold(cloud, aWebhook());
		const answers = await Promise.all([rotate(), rotate(), rotate()]);
		const rotated = answers.filter(({ status }) => status === 200);
		expect(new Set(rotated.map(({ body }) => body["secret"])).size).toBe(rotated.length);
		expect((await standing(cloud)).webhook?.secretVersion).toBe(1 + rotated.length);
		for (const { status } of answers) expect([200, 503]).toContain(status);
	});
});
