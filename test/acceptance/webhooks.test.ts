import { dirname } from "node:path";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type Delivery, deliverySchema, webhookSchema } from "../../domain/webhook.ts";
import { openAuthority } from "../../local/ca/authority.ts";
import { eventually } from "../../local/demo/client.ts";
import { type Answering, aReceiver, type Received, type Receiver, signatureOf } from "../builders/a-receiver.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

const deadlineMs = 60_000;
/** The first retry is after about 5 s, the second after 36 s more at most. */
const secondRetryMs = 36_000;

const registeredSchema = z.object({ webhook: webhookSchema, secret: z.string() });

const clock = jumpingClock();
let world: World;
const open: Receiver[] = [];
beforeAll(async () => {
	world = await aWorld({ clock });
	healthy = await registered("healthy", 204);
	shaky = await registered("shaky", 500, 500, 200);
	gone = await registered("gone", 410);
	// What EventBridge may do: hand an event over twice.
	world.cloud.faults.order({ kind: "duplicate", functionName: stack.functionName("fanOutWebhooks") });
	const { tenant, operation } = await world.client.createTenant(world.client.newTenant("acme"));
	tenantId = tenant.tenantId;
	await world.client.follow(operation.operationId, deadlineMs, () => {});
});
afterAll(async () => {
	for (const receiver of open) receiver.close();
	await world?.close();
	vi.useRealTimers();
});

/** A receiver on this machine that is registered for a tenant's good news. */
async function registered(description: string, ...answers: [Answering, ...Answering[]]) {
	const receiver = await aReceiver(await openAuthority(dirname(world.cloud.authorityFile)), ...answers);
	open.push(receiver);
	const body = { url: receiver.url, events: ["TenantActivated"], description };
	const { status, json } = await world.call("POST", "/v1/webhooks", { body, key: description });
	expect(status).toBe(201);
	const { webhook, secret } = registeredSchema.parse(json);
	return { receiver, webhookId: webhook.webhookId, secret };
}
let healthy: Awaited<ReturnType<typeof registered>>;
let shaky: typeof healthy;
let gone: typeof healthy;
let tenantId: string;

const arrived = ({ receiver }: typeof healthy, count: number) =>
	eventually(`Delivery ${count}`, deadlineMs, () => Promise.resolve(receiver.received[count - 1]));
const verified = (secret: string, { body, headers }: Received) =>
	new Verifier(secret).verify(body, signatureOf({ headers }));
const deliveriesOf = ({ webhookId }: typeof healthy) =>
	world.list(`/v1/webhooks/${webhookId}/deliveries`, "deliveries", deliverySchema);
const ended = (of: typeof healthy): Promise<Delivery> =>
	eventually("The end of a delivery", deadlineMs, async () =>
		(await deliveriesOf(of)).find(({ status }) => status !== "pending"),
	);

describe("an endpoint of the platform's", () => {
	it("is told that a tenant was activated, over TLS and signed, once although the event came twice", async () => {
		const received = await arrived(healthy, 1);
		expect(verified(healthy.secret, received)).toMatchObject({
			type: "TenantActivated",
			timestamp: expect.any(String),
			data: { version: 1, tenantId, slug: "acme", hostname: hostnameOf("acme") },
		});
		const delivery = await ended(healthy);
		expect(delivery).toMatchObject({ type: "TenantActivated", status: "delivered", attempts: [{ status: 204 }] });
		expect(received.headers["webhook-id"]).toBe(delivery.deliveryId);
		expect(world.cloud.faults.given()).toHaveProperty([`${stack.functionName("fanOutWebhooks")} duplicate`]);
		expect(await deliveriesOf(healthy)).toHaveLength(1);
	});

	it("can tell what was forged: another body, another secret, or a time that is over", async () => {
		const received = await arrived(healthy, 1);
		const forged = { ...received, body: received.body.replace("acme", "evil") };
		expect(() => verified(healthy.secret, forged)).toThrow("No matching signature found");
		expect(() => verified(shaky.secret, received)).toThrow("No matching signature found");
		const old = { ...received, headers: { ...received.headers, "webhook-timestamp": "1700000000" } };
		expect(() => verified(healthy.secret, old)).toThrow("too old");
	});

	it("that is gone (410) is told nothing any more, and its webhook shows why", async () => {
		expect(await ended(gone)).toMatchObject({ status: "failed", attempts: [{ status: 410 }] });
		const { json } = await world.call("GET", `/v1/webhooks/${gone.webhookId}`);
		expect(json).toMatchObject({ status: "disabled", disabledBecause: "The receiver answered 410 Gone." });
	});

	it("gets what the test button sends", async () => {
		const { status, json } = await world.call("POST", `/v1/webhooks/${healthy.webhookId}/test`);
		expect(status).toBe(202);
		const { deliveryId } = deliverySchema.parse(json);
		const received = await arrived(healthy, 2);
		expect(received.headers["webhook-id"]).toBe(deliveryId);
		expect(verified(healthy.secret, received)).toMatchObject({ type: "WebhookTest", data: { version: 1 } });
	});

	it("verifies with either secret for a while after a rotation", async () => {
		const { status, json } = await world.call("POST", `/v1/webhooks/${healthy.webhookId}/rotate-secret`);
		expect(status).toBe(200);
		const { secret } = registeredSchema.parse(json);
		await world.call("POST", `/v1/webhooks/${healthy.webhookId}/test`);
		const received = await arrived(healthy, 3);
		for (const known of [healthy.secret, secret]) expect(verified(known, received)).toBeTruthy();
	});

	it("that answers 500 twice is tried a third time, with the same id and body", async () => {
		await arrived(shaky, 2);
		await eventually("The second retry's message", deadlineMs, async () =>
			world.cloud.services.sqs.depth().find(({ queueName, delayed }) => queueName.endsWith("-webhooks") && delayed > 0),
		);
		clock.jumpTo(Date.now() + secondRetryMs);
		const delivery = await ended(shaky);
		expect(delivery).toMatchObject({
			status: "delivered",
			attempts: [{ status: 500 }, { status: 500 }, { status: 200 }],
		});
		const { received } = shaky.receiver;
		expect(received.map(({ headers }) => headers["webhook-id"])).toEqual(Array(3).fill(delivery.deliveryId));
		expect(new Set(received.map(({ body }) => body)).size).toBe(1);
		for (const attempt of received) expect(verified(shaky.secret, attempt)).toBeTruthy();
	});

	it("is listed with the others until it is deleted", async () => {
		const list = () => world.list("/v1/webhooks", "webhooks", webhookSchema);
		expect((await list()).map(({ description }) => description)).toEqual(["healthy", "shaky", "gone"]);
		expect((await world.call("DELETE", `/v1/webhooks/${gone.webhookId}`)).status).toBe(200);
		expect((await list()).map(({ description }) => description)).toEqual(["healthy", "shaky"]);
		expect(await world.leftInQueues(deadlineMs)).toEqual([]);
	});
});
