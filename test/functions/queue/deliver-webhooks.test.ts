import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { takenMs } from "../../../functions/queue/deliver-webhooks.ts";
import { count } from "../../../services/metrics.ts";
import { type PostOutcome, postWebhook } from "../../../services/webhook-post.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aDelivery,
	aWebhook,
	deliver,
	hold,
	holdDelivery,
	longSince,
	secretsManager,
	standing,
	webhookId,
} from "../a-webhook.ts";

vi.mock(import("../../../services/metrics.ts"));
vi.mock(import("../../../services/webhook-post.ts"));
const post = vi.mocked(postWebhook);

let cloud: Cloud;
const secrets = secretsManager();
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	post.mockResolvedValue({ status: 200 });
});
afterAll(async () => {
	secrets.restore();
	await cloud.close();
});

const failed = (times: number) => Array.from({ length: times }, () => ({ at: longSince, status: 500, millis: 5 }));
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
async function given(webhook = aWebhook(), delivery = aDelivery()) {
	await hold(cloud, webhook);
	return await holdDelivery(cloud, delivery);
}

describe("an attempt", () => {
	it("that the receiver takes ends the delivery; the webhook-id is the delivery's", async () => {
		const delivery = await given();
		expect(await deliver(delivery)).toEqual([]);
		expect(post.mock.calls).toEqual([
			["https://localhost:1/", expect.objectContaining({ "webhook-id": delivery.deliveryId }), "{}"],
		]);
		expect((await standing(cloud)).delivery).toEqual({
			...delivery,
			status: "delivered",
			attempts: [{ at: expect.any(String), status: 200, millis: expect.any(Number) }],
			nextAttemptAt: undefined,
		});
		expect(cloud.sent("webhooks")).toEqual([]);
		expect(await cloud.row("webhooks", { duePk: "DUE" })).toBeUndefined();
	});

	it.each<[string, PostOutcome]>([
		["an error", { status: 500 }],
		["a redirect", { status: 302 }],
		["no answer", { error: "no answer within 10 s" }],
	])("that ends with %s is kept with it, and the next one is asked for in five seconds", async (_, outcome) => {
		post.mockResolvedValue(outcome);
		const delivery = await given();
		await deliver(delivery);
		const { delivery: now, webhook } = await standing(cloud);
		expect(now).toMatchObject({ status: "pending", attempts: [outcome] });
		const { deliveryId } = delivery;
		expect(cloud.sent("webhooks")).toEqual([{ version: 1, webhookId, deliveryId, delaySeconds: expect.any(Number) }]);
		expect([5, 6]).toContain(cloud.sent("webhooks")[0]?.delaySeconds);
		expect(webhook?.failingSince).toBeDefined();
	});

	it("that lies far ahead is left to the sweeper", async () => {
		post.mockResolvedValue({ status: 500 });
		const delivery = await given(aWebhook(), aDelivery({ attempts: failed(4) }));
		await deliver(delivery);
		expect(cloud.sent("webhooks")).toEqual([]);
		const { nextAttemptAt = "" } = (await standing(cloud)).delivery ?? {};
		expect(Date.parse(nextAttemptAt)).toBeGreaterThan(Date.now() + 1_600_000);
	});

	it("in vain that was the eleventh is the last: the delivery has failed", async () => {
		post.mockResolvedValue({ status: 503 });
		await deliver(await given(aWebhook(), aDelivery({ attempts: failed(10) })));
		const { delivery, webhook } = await standing(cloud);
		expect(delivery?.status).toBe("failed");
		expect(delivery).not.toHaveProperty("nextAttemptAt");
		expect(delivery?.attempts).toHaveLength(11);
		expect(webhook?.status).toBe("enabled");
	});
});

describe("a message", () => {
	it("that comes twice at once makes one attempt", async () => {
		const delivery = await given();
		await Promise.all([deliver(delivery), deliver(delivery), deliver(delivery)]);
		expect(post).toHaveBeenCalledTimes(1);
		expect((await standing(cloud)).delivery?.attempts).toHaveLength(1);
	});

	it("that comes again later, or before its time, makes none", async () => {
		const done = await given();
		await deliver(done);
		await deliver(done);
		const early = await holdDelivery(cloud, aDelivery({ nextAttemptAt: new Date(Date.now() + 5_000).toISOString() }));
		await deliver(early);
		expect(post).toHaveBeenCalledTimes(1);
	});

	it("of a delivery that nobody remembers is done", async () => {
		expect(await deliver(aDelivery())).toEqual([]);
		expect(post).not.toHaveBeenCalled();
	});

	it("whose function died in the attempt is found when its time is over, and tried again under the same id", async () => {
		const delivery = await given();
		post.mockImplementationOnce(() => new Promise(() => undefined));
		void deliver(delivery);
		await vi.waitFor(() => expect(post).toHaveBeenCalledTimes(1));
		const { delivery: taken } = await standing(cloud);
		expect(Date.parse(taken?.nextAttemptAt ?? "")).toBeGreaterThan(Date.now() + takenMs - 5_000);
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + takenMs + 1 });
		await deliver(delivery);
		vi.useRealTimers();
		expect(post.mock.calls.map(([, headers]) => headers["webhook-id"])).toEqual([
			delivery.deliveryId,
			delivery.deliveryId,
		]);
		expect((await standing(cloud)).delivery).toMatchObject({ status: "delivered", attempts: [{ status: 200 }] });
	});

	it("goes back to the queue when its next attempt cannot be asked for, and posts no second time", async () => {
		post.mockResolvedValue({ status: 500 });
		const delivery = await given();
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect(await deliver(delivery)).toEqual([{ itemIdentifier: "message-0" }]);
		expect(await deliver(delivery)).toEqual([]);
		expect(post).toHaveBeenCalledTimes(1);
	});

	it("goes back to the queue when what is known cannot be read or written", { timeout: 30_000 }, async () => {
		const delivery = await given();
		cloud.failing("UpdateItem");
		expect(await deliver(delivery)).toEqual([{ itemIdentifier: "message-0" }]);
		expect(post).not.toHaveBeenCalled();
	});
});

describe("a webhook", () => {
	it("whose receiver is gone (410) is told nothing any more, and shows why", async () => {
		post.mockResolvedValue({ status: 410 });
		await deliver(await given());
		const { webhook, delivery } = await standing(cloud);
		expect(webhook).toMatchObject({ status: "disabled", disabledBecause: "The receiver answered 410 Gone." });
		expect(delivery).toMatchObject({ status: "failed", attempts: [{ status: 410 }] });
		expect(count).toHaveBeenCalledExactlyOnceWith("DisabledWebhooks");
		await deliver(await holdDelivery(cloud, aDelivery()));
		expect(post).toHaveBeenCalledTimes(1);
		const [, other] = (await standing(cloud)).deliveries;
		expect(other).toMatchObject({ status: "failed", attempts: [{ error: "the webhook is disabled" }] });
	});

	it("that has taken nothing for five days is disabled, once, and counted", async () => {
		post.mockResolvedValue({ status: 500 });
		const failingSince = daysAgo(5.01);
		const delivery = await given(aWebhook({ failingSince }));
		await Promise.all([deliver(delivery), deliver(await holdDelivery(cloud, aDelivery()))]);
		expect((await standing(cloud)).webhook).toMatchObject({
			status: "disabled",
			disabledBecause: `It has taken no delivery since ${failingSince}.`,
		});
		expect(count).toHaveBeenCalledExactlyOnceWith("DisabledWebhooks");
	});

	it("that has failed for less stays as it is, and one success clears it", async () => {
		const failingSince = daysAgo(4.9);
		post.mockResolvedValueOnce({ status: 500 });
		await deliver(await given(aWebhook({ failingSince })));
		expect((await standing(cloud)).webhook).toMatchObject({ status: "enabled", failingSince });
		await deliver(await holdDelivery(cloud, aDelivery()));
		expect((await standing(cloud)).webhook).not.toHaveProperty("failingSince");
	});

	it("that was deleted is told nothing", async () => {
		await deliver(await holdDelivery(cloud, aDelivery()));
		expect((await standing(cloud)).delivery).toMatchObject({
			status: "failed",
			attempts: [{ error: "the webhook was deleted" }],
		});
		expect(post).not.toHaveBeenCalled();
	});

	it("that is disabled is enabled again by a test that comes through, and by no other", async () => {
		const disabled = aWebhook({ status: "disabled", disabledBecause: "410", failingSince: longSince });
		post.mockResolvedValueOnce({ status: 410 });
		await deliver(await given(disabled, aDelivery({ type: "WebhookTest" })));
		expect((await standing(cloud)).webhook).toMatchObject({ status: "disabled", disabledBecause: "410" });
		expect(count).not.toHaveBeenCalled();
		await deliver(await holdDelivery(cloud, aDelivery({ type: "WebhookTest" })));
		const { webhook } = await standing(cloud);
		expect(webhook).toMatchObject({ status: "enabled" });
		expect(webhook).not.toHaveProperty("disabledBecause");
		expect(webhook).not.toHaveProperty("failingSince");
	});
});
