import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as listDeliveries } from "../../../functions/api/list-deliveries.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as testWebhook } from "../../../functions/api/test-webhook.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDelivery, aWebhook, hold, holdDelivery, longSince, standing, webhookId } from "../a-webhook.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const pathParameters = { webhookId };
const test = { method: "POST", route: "/v1/webhooks/{webhookId}/test", pathParameters, caller: "support" } as const;
const list = (query: Record<string, string> = {}) =>
	({ method: "GET", route: "/v1/webhooks/{webhookId}/deliveries", pathParameters, query }) as const;
const page = async (query?: Record<string, string>) =>
	routes.listDeliveries.reply.schema.parse((await ask(listDeliveries, list(query))).body);

describe("POST …/test", () => {
	it.each(["enabled", "disabled"] as const)("sends a WebhookTest to a webhook that is %s", async (state) => {
		await hold(cloud, aWebhook({ status: state, events: ["TenantActivated"] }));
		const { status, body } = await ask(testWebhook, test);
		expect(status).toBe(202);
		const delivery = routes.testWebhook.reply.schema.parse(body);
		expect(delivery).toMatchObject({ webhookId, type: "WebhookTest", status: "pending", attempts: [] });
		const { deliveryId } = delivery;
		expect(cloud.sent("webhooks")).toEqual([{ version: 1, webhookId, deliveryId, delaySeconds: 0 }]);
		expect((await page()).deliveries).toEqual([delivery]);
		const { body: sent } = (await cloud.row("webhooks", { duePk: "DUE" })) ?? {};
		expect(JSON.parse(String(sent))).toMatchObject({
			type: "WebhookTest",
			data: { version: 1, eventId: delivery.eventId, requestedBy: "support", correlationId: "req-1" },
		});
		expect((await standing(cloud)).webhook?.status).toBe(state);
	});

	it("pressed twice sends two", async () => {
		await hold(cloud, aWebhook());
		await ask(testWebhook, test);
		await ask(testWebhook, test);
		expect((await page()).deliveries).toHaveLength(2);
	});

	it("of a webhook that nobody knows is a 404", async () => {
		expect(await problem(testWebhook, test)).toMatchObject({ status: 404, type: "/errors/webhook-not-found" });
		expect(await cloud.rows("webhooks")).toEqual([]);
	});
});

describe("GET …/deliveries", () => {
	it("shows the newest first, page by page, with every attempt", async () => {
		await hold(cloud, aWebhook());
		const attempts = [
			{ at: longSince, status: 500, millis: 12 },
			{ at: longSince, error: "no answer within 10 s", millis: 10_000 },
		];
		const ids = ["A", "B", "C"].map((last) => `dlv_01JZZZZZZZZZZZZZZZZZZZZZZ${last}`);
		for (const deliveryId of ids) await holdDelivery(cloud, aDelivery({ deliveryId, attempts }));
		const first = await page({ limit: "2" });
		const second = await page({ limit: "2", cursor: first.next ?? "" });
		const all = [...first.deliveries, ...second.deliveries];
		expect(all.map(({ deliveryId }) => deliveryId)).toEqual([...ids].reverse());
		for (const delivery of all) expect(delivery.attempts).toEqual(attempts);
		expect(second.next).toBeNull();
	});

	it("shows those of that webhook only, and takes no cursor of another list", async () => {
		await hold(cloud, aWebhook());
		await holdDelivery(cloud, aDelivery({ webhookId: `${webhookId.slice(0, -1)}A` }));
		expect(await page()).toEqual({ deliveries: [], next: null });
		for (const sk of ["wh_01", "EVENT#evt_1", "DELIVERY#", "DELIVERY#é"]) {
			const cursor = Buffer.from(sk === "DELIVERY#" ? `${sk} ` : sk).toString("base64url");
			expect(await problem(listDeliveries, list({ cursor }))).toMatchObject({ status: 400, field: "cursor" });
		}
	});

	it("of a webhook that nobody knows is a 404", async () => {
		expect(await problem(listDeliveries, list())).toMatchObject({ status: 404, type: "/errors/webhook-not-found" });
	});
});
