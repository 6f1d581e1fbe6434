import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as sweepWebhooks } from "../../../functions/schedule/sweep-webhooks.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDelivery, holdDelivery } from "../a-webhook.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const dueAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const holding = (seconds: number) => holdDelivery(cloud, aDelivery({ nextAttemptAt: dueAgo(seconds) }));
const asked = () => cloud.sent("webhooks").map(({ deliveryId }) => deliveryId);

describe("the sweep over webhooks", () => {
	it("asks for attempts that are overdue, and for none that has a message on its way, lies ahead, or is over", async () => {
		const overdue = await holding(61);
		await holding(30);
		await holding(-600);
		await holdDelivery(cloud, aDelivery({ status: "delivered", nextAttemptAt: undefined }));
		await sweepWebhooks();
		const { webhookId, deliveryId } = overdue;
		expect(cloud.sent("webhooks")).toEqual([{ version: 1, webhookId, deliveryId, delaySeconds: 0 }]);
	});

	it("goes through all of them, page by page", async () => {
		const held = await Promise.all(Array.from({ length: 130 }, (_, at) => holding(100 + at)));
		await sweepWebhooks();
		expect(asked().sort()).toEqual(held.map(({ deliveryId }) => deliveryId).sort());
	});

	it("asks for the others when one cannot be asked for, and then says so", async () => {
		const [first, ...others] = await Promise.all([holding(200), holding(100), holding(90)]);
		const down = Object.assign(new Error("down"), { $fault: "server" });
		cloud.sqs.on(SendMessageCommand).callsFake(({ MessageBody }) => {
			if (MessageBody.includes(first?.deliveryId)) throw down;
			return {};
		});
		await expect(sweepWebhooks()).rejects.toMatchObject({ errors: [{ errors: [{ name: "ServiceUnavailable" }] }] });
		expect(asked()).toEqual(expect.arrayContaining(others.map(({ deliveryId }) => deliveryId)));
	});
});
