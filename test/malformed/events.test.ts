import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type EventIn, eventsIn, eventsOut } from "../../domain/events.ts";
import { handler as recordExecution } from "../../functions/events/record-execution.ts";
import { handler as acceptEvents } from "../../functions/queue/accept-events.ts";
import { handler as checkWaits } from "../../functions/queue/check-waits.ts";
import { handler as startOperation } from "../../functions/queue/start-operation.ts";
import { handler as writeZoneChanges } from "../../functions/queue/write-zone-changes.ts";
import { operationId, tenantId } from "../builders/entities.ts";
import { sqsEvent } from "../builders/lambda-events.ts";
import { malformedConfigs, malformedHosts, malformedSlugs } from "./malformed-names.ts";
import { malformedBy, replaced } from "./malformed-values.ts";
import { aReadOnlyAccount } from "./read-only-account.ts";
import { soundRequests } from "./sound-requests.ts";

const account = aReadOnlyAccount();
const told = account.withOutbox();
let inputs = 0;
vi.mock(import("../../services/metrics.ts"));
afterEach(() => expect(account.acts()).toEqual([]));
afterAll(() => console.info(`${inputs} malformed events and messages did nothing but to be told of.`));

const subscription = { tenantId, externalRef: "cus_1", occurredAt: "2026-01-01T00:00:00Z", reason: "unpaid" };
/** An event of each type that is taken as it stands, with every member. */
const sound: Record<EventIn, unknown> = {
	TenantSignedUp: soundRequests.createTenant.body,
	TenantPlanChanged: { ...subscription, plan: "pro" },
	TenantSubscriptionEnded: subscription,
	TenantSubscriptionRestored: subscription,
};
const types = Object.keys(eventsIn) as EventIn[]; // Object.keys forgets the keys' type
const eventOf = (type: string, detail: unknown, more: object = {}) => ({
	...{ version: "0", id: "event-1", source: "billing", time: "2026-01-01T00:00:00Z", "detail-type": type, detail },
	...more,
});
const entrySchema = z.object({
	DetailType: z.enum(["TenantOnboardingRejected", "TenantChangeRejected"]),
	Detail: z.string(),
});

/** Hands an event over as the queue does. Answers its rejection, which names field and rule, and is all that has happened. */
function rejectionOf(type: EventIn, detail: unknown, what: string) {
	return rejectionOfText(JSON.stringify(eventOf(type, detail)), what);
}

async function rejectionOfText(event: string, what: string) {
	inputs++;
	expect(await acceptEvents(sqsEvent(event)), what).toEqual({ batchItemFailures: [] });
	const entries = z.array(entrySchema).parse(told());
	expect(entries.length, what).toBe(1);
	const [{ DetailType, Detail } = { DetailType: "TenantChangeRejected" as const, Detail: "{}" }] = entries;
	expect(Detail.length, what).toBeLessThan(4_000);
	const { error } = z.strictObject(eventsOut[DetailType].shape).parse(JSON.parse(Detail));
	expect(error, what).toMatchObject({ field: expect.stringMatching(/./s), rule: expect.stringMatching(/./s) });
	return error;
}

describe.each(types)("a malformed %s", (type) => {
	it("is rejected by the member at fault, wherever its schema is broken", async () => {
		for (const { field, what, value } of malformedBy(eventsIn[type], sound[type])) {
			const error = await rejectionOf(type, JSON.parse(JSON.stringify(value)), `${field} ${what}`);
			expect(error.type).toBe("/errors/invalid-request");
			expect((field || "detail").startsWith(error.field?.slice(0, 3) ?? "-") || error.field === "body", what).toBe(
				true,
			);
		}
	});

	it("is rejected, whatever JSON it is", async () => {
		const details = fc.jsonValue().filter((value) => !eventsIn[type].safeParse(value).success);
		await fc.assert(
			fc.asyncProperty(details, async (detail) => void (await rejectionOf(type, detail, JSON.stringify(detail)))),
			{ numRuns: 60 },
		);
	});
});

describe("a signup", () => {
	const withMember = (path: string[], value: unknown) => replaced(sound.TenantSignedUp, path, value);

	it.each(malformedSlugs)("is rejected for its slug: %j", async (slug) => {
		expect(await rejectionOf("TenantSignedUp", withMember(["slug"], slug), slug)).toMatchObject({ field: "slug" });
	});

	it.each(malformedHosts)("is rejected for its origin's host: %j", async (host) => {
		const error = await rejectionOf("TenantSignedUp", withMember(["origin", "host"], host), host);
		expect(error).toMatchObject({ field: "origin.host" });
	});

	it.each(malformedConfigs)("is rejected for its config: %.40s", async (config, rule) => {
		const event = JSON.stringify(eventOf("TenantSignedUp", withMember(["config"], "CONFIG")));
		const error = await rejectionOfText(
			event.replace('"CONFIG"', () => config),
			config.slice(0, 40),
		);
		expect(error).toMatchObject({ field: expect.stringMatching(/^config/), rule });
	});
});

describe("what is told of a tenant", () => {
	it.each(["TenantPlanChanged", "TenantSubscriptionEnded", "TenantSubscriptionRestored"] as const)(
		"is rejected when nobody is named, when nobody is known, and when two are: %s",
		async (type) => {
			const { tenantId: _id, externalRef: _ref, ...nobody } = z.record(z.string(), z.unknown()).parse(sound[type]);
			expect(await rejectionOf(type, nobody, "nobody")).toMatchObject({ field: "externalRef" });
			const unknown = await rejectionOf(type, { ...nobody, externalRef: "cus_none" }, "unknown");
			expect(unknown).toMatchObject({ field: "externalRef", rule: "known" });
			const two = await rejectionOf(type, { ...nobody, tenantId, externalRef: "cus_2" }, "two");
			expect(two).toMatchObject({ field: "externalRef", rule: "same-tenant" });
		},
	);
});

/** Bodies that are no message of ours. */
const noMessages = [
	...[
		"",
		"{",
		"null",
		"[]",
		"7",
		'"text"',
		"{}",
		"[".repeat(10_000),
		"\u0000",
		'{"version":1}',
		'{"version":2,"zoneId":"Z1"}',
	],
	...['{"version":1,"operationId":7,"attempt":1}', `{"version":1,"operationId":"${operationId}","attempt":0}`],
	...['{"version":1,"operationId":null,"attempt":1.5}', '{"version":"1","zoneId":"Z1"}', '{"version":1,"zoneId":{}}'],
	...[
		'{"version":1,"kind":"route53-change"}',
		'{"version":1,"kind":null,"subject":"C1"}',
		'{"__proto__":{"version":1}}',
	],
	...[eventOf("TenantActivated", {}), eventOf("", {}), eventOf("__proto__", {}), eventOf("toString", {})].map((event) =>
		JSON.stringify(event),
	),
	...[{ id: 7 }, { source: null }, { time: "yesterday" }, { time: 0 }, { id: undefined }].map((more) =>
		JSON.stringify(eventOf("TenantSignedUp", sound.TenantSignedUp, more)),
	),
];

describe.each(Object.entries({ acceptEvents, startOperation, writeZoneChanges, checkWaits }))("%s", (_, handle) => {
	it.each(noMessages)("gives back what is no message of its queue, and acts on none of it: %.60s", async (body) => {
		inputs++;
		expect(await handle(sqsEvent(body))).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
		expect(account.acts()).toEqual([]);
	});

	it("gives back any text that is no message", async () => {
		await fc.assert(
			fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
				inputs++;
				expect((await handle(sqsEvent(body))).batchItemFailures).toHaveLength(1);
				expect(account.acts()).toEqual([]);
			}),
			{ numRuns: 60 },
		);
	});
});

describe("a malformed report of an execution", () => {
	const report = (detail: unknown) => ({ "detail-type": "Step Functions Execution Status Change", detail });
	const reported = { name: `${operationId}-1`, status: "FAILED", redriveCount: 0, stopDate: 1 };

	it.each([
		...[undefined, null, [], "x", {}, { ...reported, name: 7 }, { ...reported, status: "DONE" }],
		...[
			{ ...reported, redriveCount: -1 },
			{ ...reported, stopDate: "now" },
			{ ...reported, error: 7 },
		],
	])("goes to the dead letters, and nothing is written: %j", async (detail) => {
		inputs++;
		await expect(recordExecution(report(detail))).rejects.toThrow();
		expect(account.acts()).toEqual([]);
	});

	it.each([
		"",
		"x",
		"op_1",
		"op_1-",
		`${operationId}-0`,
		`${operationId}--1`,
		`${operationId}-1.5`,
		"by-hand",
		"\u0000",
		"../..",
	])("that names no execution of ours is left: %j", async (name) => {
		inputs++;
		await recordExecution(report({ ...reported, name }));
		expect(account.acts()).toEqual([]);
	});
});
