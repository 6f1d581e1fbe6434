import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler as consume } from "../../../functions/queue/accept-events.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aNewTenant } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const signup = (detail: unknown, more: object = {}) => ({
	id: "event-1",
	source: "billing",
	"detail-type": "TenantSignedUp",
	time: new Date().toISOString(),
	detail,
	...more,
});
const handler = async (event: unknown) => {
	const body = JSON.stringify(event);
	const { batchItemFailures } = await consume(sqsEvent(JSON.parse(body)));
	if (batchItemFailures.length > 0) throw new Error("It went back to the queue.");
};
const operations = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "OPERATION");

describe("a signup", () => {
	it("is accepted like a request, with the event's id as correlation", async () => {
		await handler(signup(aNewTenant({ externalRef: "cus_1" })));
		expect(await operations()).toMatchObject([
			{ status: "queued", requestedBy: "billing", correlationId: "event-1", hostname: "acme.app.example.com" },
		]);
		expect(cloud.sent("operations")).toHaveLength(1);
		expect(cloud.told()).toEqual([]);
	});

	it("that is delivered twice onboards once, and rejects nobody", async () => {
		await handler(signup(aNewTenant()));
		await handler(signup(aNewTenant()));
		expect(await operations()).toHaveLength(1);
		expect(cloud.sent("operations")).toHaveLength(1);
		expect(cloud.told()).toEqual([]);
	});

	it("that is accepted between two reads of its repetition onboards once, and rejects nobody", async () => {
		let overtaken = false;
		cloud.overtakeReads(async (pk) => {
			if (overtaken || !pk.startsWith("HOSTNAME#")) return;
			overtaken = true;
			await handler(signup(aNewTenant()));
		});
		await handler(signup(aNewTenant()));
		expect(overtaken).toBe(true);
		expect(await operations()).toHaveLength(1);
		expect(cloud.sent("operations")).toHaveLength(1);
		expect(cloud.told()).toEqual([]);
	});

	it("finds itself when it is handled again at the end of the dead-letter queue's time", async () => {
		await handler(signup(aNewTenant()));
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 14 * 86_400_000 });
		await handler(signup(aNewTenant()));
		expect(await operations()).toHaveLength(1);
		expect(cloud.told()).toEqual([]);
	});

	it("that its producer tells again under another id is the one that was accepted", async () => {
		await handler(signup(aNewTenant({ externalRef: "cus_1" })));
		await handler(signup(aNewTenant({ externalRef: "cus_1" }), { id: "event-2" }));
		expect(await operations()).toHaveLength(1);
		expect(cloud.told()).toEqual([]);
	});

	it.each(["remove", "released"] as const)(
		"of a customer whose tenant of that name is leaving (%s) is rejected: it is not the one that was accepted",
		async (intent) => {
			await handler(signup(aNewTenant({ externalRef: "cus_1" })));
			const claim = (await cloud.claim("acme.app.example.com")) ?? {};
			await cloud.put("registry", { ...claim, intent, quarantinedUntil: "2099-01-01T00:00:00.000Z" });
			await handler(signup(aNewTenant({ externalRef: "cus_1" }), { id: "event-2" }));
			expect(await operations()).toHaveLength(1);
			expect(cloud.told()).toMatchObject([{ detailType: "TenantOnboardingRejected" }]);
		},
	);

	it.each([
		["origin", { origin: { host: "other.origins.example.net" } }],
		["display name", { name: "Acme Inc" }],
	])(
		"of a customer that has this slug with another %s is rejected: it is not the one that was accepted",
		async (_, more) => {
			await handler(signup(aNewTenant({ externalRef: "cus_1" })));
			await handler(signup(aNewTenant({ externalRef: "cus_1", ...more }), { id: "event-2" }));
			expect(await operations()).toHaveLength(1);
			expect(cloud.told()).toMatchObject([{ detail: { error: { type: "/errors/slug-taken" } } }]);
		},
	);

	it("of a customer that has a tenant under another name is rejected", async () => {
		await handler(signup(aNewTenant({ externalRef: "cus_1" })));
		await handler(signup(aNewTenant({ externalRef: "cus_1", slug: "other" }), { id: "event-2" }));
		expect(cloud.told()).toMatchObject([{ detail: { error: { type: "/errors/external-ref-taken" } } }]);
	});

	it("of another source may have the same id", async () => {
		await handler(signup(aNewTenant()));
		await handler(signup(aNewTenant({ slug: "other" }), { source: "crm" }));
		expect(await operations()).toHaveLength(2);
	});

	it("is accepted when the queue does not answer", async () => {
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await handler(signup(aNewTenant()));
		expect(await operations()).toHaveLength(1);
	});
});

describe("a signup that cannot be accepted", () => {
	it.each([
		[
			"a taken slug",
			aNewTenant({ externalRef: "cus_1" }),
			{ type: "/errors/slug-taken", field: "slug", rule: "unique" },
		],
		["a reserved slug", aNewTenant({ slug: "www" }), { type: "/errors/slug-reserved", field: "slug" }],
		["no name", { ...aNewTenant(), name: undefined }, { type: "/errors/invalid-request", field: "name" }],
		["no detail", undefined, { type: "/errors/invalid-request", field: "detail" }],
		["a text", "acme", { type: "/errors/invalid-request", field: "detail" }],
	])("is rejected by an event that says why: %s", async (_, detail, error) => {
		await cloud.hold({ claim: aClaim() });
		await handler(signup(detail));
		const [rejection, ...more] = cloud.told();
		expect(more).toEqual([]);
		expect(rejection).toMatchObject({
			detailType: "TenantOnboardingRejected",
			detail: { version: 1, rejectedEventId: "event-1", eventId: expect.stringMatching(/^evt_/), error },
		});
		expect(await operations()).toEqual([]);
	});

	it("is named in the rejection as far as it can be read", async () => {
		await handler(signup({ slug: "www", externalRef: 7, name: "x", origin: { host: "a" } }));
		const [rejection] = cloud.told();
		expect(rejection?.detail).toMatchObject({ slug: "www" });
		expect(rejection?.detail).not.toHaveProperty("externalRef");
	});

	it("under an id that came with another detail is rejected", async () => {
		await handler(signup(aNewTenant()));
		await handler(signup(aNewTenant({ name: "Other" })));
		expect(cloud.told()).toMatchObject([{ detail: { error: { type: "/errors/idempotency-key-reused" } } }]);
	});

	it("is rejected under one id, however often it is delivered", async () => {
		await handler(signup(aNewTenant({ slug: "www" })));
		await handler(signup(aNewTenant({ slug: "www" })));
		const ids = cloud.told().map(({ detail }) => detail.eventId);
		expect(new Set(ids).size).toBe(1);
	});
});

describe("a signup that may be accepted later", () => {
	it("throws, so that it comes again, and rejects nobody", { timeout: 20_000 }, async () => {
		cloud.dynamodb.setUnreachable("registry", true);
		await expect(handler(signup(aNewTenant()))).rejects.toThrow("back to the queue");
		expect(cloud.told()).toEqual([]);
	});

	it("throws when its rejection could not be told, which waits in the outbox", async () => {
		cloud.eventBridge.rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(handler(signup(aNewTenant({ slug: "www" })))).rejects.toThrow("back to the queue");
		const waiting = (await cloud.rows("registry")).filter(({ sk }) => sk === "EVENT");
		expect(waiting).toMatchObject([{ detailType: "TenantOnboardingRejected", statusPk: "EVENT#pending" }]);
	});

	it("throws for an event of another shape", async () => {
		await expect(handler({ detail: aNewTenant() })).rejects.toThrow();
	});
});
