import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as fanOutWebhooks } from "../../../functions/events/fan-out-webhooks.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { activated, aWebhook, hold, standing } from "../a-webhook.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const idOf = (at: number) => `wh_01JZZZZZZZZZZZZZZZZZZZZZZ${at}`;
const tell = (detail: object = activated, type = "TenantActivated") =>
	fanOutWebhooks({ id: "1", source: "hostmaster", "detail-type": type, detail });

describe("an event on the bus", () => {
	it("becomes a delivery for each webhook that wants it, and a message for each", async () => {
		await hold(cloud, aWebhook({ webhookId: idOf(1) }));
		await hold(cloud, aWebhook({ webhookId: idOf(2), events: ["TenantActivated", "TenantSuspended"] }));
		await hold(cloud, aWebhook({ webhookId: idOf(3), events: ["TenantSuspended"] }));
		await hold(cloud, aWebhook({ webhookId: idOf(4), status: "disabled" }));
		await tell();
		const { deliveries } = await standing(cloud);
		expect(deliveries.map(({ webhookId }) => webhookId).sort()).toEqual([idOf(1), idOf(2)]);
		for (const delivery of deliveries) {
			expect(delivery).toMatchObject({ eventId: "evt_1", type: "TenantActivated", status: "pending", attempts: [] });
		}
		const asked = deliveries.map(({ webhookId, deliveryId }) => ({
			version: 1,
			webhookId,
			deliveryId,
			delaySeconds: 0,
		}));
		expect(cloud.sent("webhooks")).toEqual(expect.arrayContaining(asked));
		expect(cloud.sent("webhooks")).toHaveLength(2);
	});

	it("is sent as type, time and the event's own detail", async () => {
		await hold(cloud, aWebhook());
		await tell();
		const row = await cloud.row("webhooks", { duePk: "DUE" });
		expect(JSON.parse(String(row?.["body"]))).toEqual({
			...{ type: "TenantActivated", timestamp: activated.occurredAt, data: activated },
		});
		// Thirty days.
		expect(Number(row?.["expiresAt"]) - Date.now() / 1000).toBeCloseTo(30 * 86_400, -2);
	});

	it("that comes twice, at once or later, or with another time, is one delivery", async () => {
		await hold(cloud, aWebhook());
		await Promise.all([tell(), tell()]);
		await tell({ ...activated, occurredAt: "2026-01-02T00:00:00.000Z" });
		const { deliveries } = await standing(cloud);
		expect(deliveries).toHaveLength(1);
		expect(new Set(cloud.sent("webhooks").map(({ deliveryId }) => deliveryId))).toEqual(
			new Set([deliveries[0]?.deliveryId]),
		);
	});

	it("whose message for one webhook cannot be sent is kept, sent to the others, and comes again", async () => {
		for (const at of [1, 2, 3]) await hold(cloud, aWebhook({ webhookId: idOf(at) }));
		cloud.sqs.on(SendMessageCommand).callsFake(({ MessageBody }) => {
			if (MessageBody.includes(idOf(2))) throw Object.assign(new Error("down"), { $fault: "server" });
			return {};
		});
		await expect(tell()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		expect((await standing(cloud)).deliveries).toHaveLength(3);
		expect(new Set(cloud.sent("webhooks").map(({ webhookId }) => webhookId))).toEqual(
			new Set([idOf(1), idOf(2), idOf(3)]),
		);
	});

	it("that is none of ours is refused, so that somebody sees it", async () => {
		await expect(tell({ slug: "acme" })).rejects.toThrow("eventId");
	});
});
