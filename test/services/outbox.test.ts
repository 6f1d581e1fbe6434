import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transact } from "../../services/dynamodb.ts";
import { putEvents } from "../../services/event-bus.ts";
import { type OutgoingEvent, outboxPut, pendingEvents, sendOut } from "../../services/outbox.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { longAgo } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const event = (at: number): OutgoingEvent => ({
	eventId: `evt_${String(at).padStart(3, "0")}`,
	detailType: "TenantActivated",
	detail: { version: 1, tenantId: `ten_${at}` },
	createdAt: longAgo,
});
const events = (count: number) => Array.from({ length: count }, (_, at) => event(at));

const pending = async () => (await pendingEvents({ after: undefined, limit: 100 })).items;

async function store(list: OutgoingEvent[]): Promise<void> {
	for (const event of list) await transact([outboxPut(event)]);
}

describe("putting events on the bus", () => {
	it("sends them as ours, to the platform's bus", async () => {
		await putEvents([{ detailType: "TenantActivated", detail: { version: 1 } }]);
		const [put] = cloud.eventBridge.commandCalls(PutEventsCommand);
		expect(put?.args[0].input.Entries).toEqual([
			{ EventBusName: "platform", Source: "hostmaster", DetailType: "TenantActivated", Detail: '{"version":1}' },
		]);
	});

	it("fails when the bus took only some of them, though it answers 200", async () => {
		const Entries = [{ EventId: "1" }, { ErrorCode: "ThrottlingException" }];
		cloud.eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries });
		const told = { name: "ServiceUnavailable", detail: expect.stringContaining("ThrottlingException") };
		await expect(putEvents([event(1), event(2)])).rejects.toMatchObject(told);
		cloud.eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 1 });
		await expect(putEvents([event(1)])).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("may work later when the bus does not answer", async () => {
		cloud.eventBridge.rejects(Object.assign(new Error("hang up"), { code: "ECONNRESET" }));
		await expect(putEvents([event(1)])).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("the outbox", () => {
	it("gives its events back as they were put in, oldest first", async () => {
		await store(events(3).reverse());
		expect(await pending()).toEqual(events(3));
	});

	it("is empty once its events are sent, ten at a time", async () => {
		await store(events(12));
		await sendOut(await pending());
		expect(await pending()).toEqual([]);
		const sizes = cloud.eventBridge
			.commandCalls(PutEventsCommand)
			.map(({ args: [{ input }] }) => input.Entries?.length);
		expect(sizes).toEqual([10, 2]);
		expect(cloud.told().map(({ detail }) => detail)).toEqual(events(12).map(({ detail }) => detail));
	});

	it("keeps what the bus did not take, and all of a batch that it took in part", async () => {
		await store(events(12));
		cloud.eventBridge
			.on(PutEventsCommand)
			.resolvesOnce({})
			.resolves({ FailedEntryCount: 1, Entries: [{}] });
		await expect(sendOut(await pending())).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await pending()).toEqual(events(12).slice(10));
	});

	it("holds an event once, however often its change is told", async () => {
		await store([event(1), event(1)]);
		expect(await pending()).toHaveLength(1);
	});
});
