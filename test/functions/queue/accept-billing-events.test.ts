import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler as consume } from "../../../functions/queue/accept-events.ts";
import { keys } from "../../../services/registry.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId, tenantId, withTrue } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

const noon = Date.parse("2026-11-23T12:00:00.000Z");
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["Date"], now: noon });
	await cloud.reset();
	const claim = withTrue(aClaim(), "CertificateIssued", "EdgeAttached", "RecordsInSync", "RoutePublished", "Serving");
	await cloud.hold({ tenant, claim, operation: anOperation({ status: "succeeded" }) });
	await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId });
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const tenant = aTenant({ externalRef: "cus_1", plan: "silver" });
let told = 0;
/** Hands an event over as its rule does; says what came back to the queue. */
async function hear(type: string, detail: object, time = at(0), id = `event-${++told}`): Promise<"taken" | "again"> {
	const body = JSON.stringify({ id, source: "billing", "detail-type": type, time, detail });
	return (await consume(sqsEvent(JSON.parse(body)))).batchItemFailures.length === 0 ? "taken" : "again";
}
const ended = (time?: string, more: object = {}) =>
	hear("TenantSubscriptionEnded", { externalRef: "cus_1", ...more }, time);
const restored = (time?: string) => hear("TenantSubscriptionRestored", { tenantId }, time);
const planChanged = (plan: string | null, time?: string) => hear("TenantPlanChanged", { tenantId, plan }, time);

const kinds = async () =>
	(await cloud.rows("registry"))
		.filter(({ sk, createdAt }) => sk === "OPERATION" && createdAt >= at(0))
		.map(({ kind }) => kind)
		.sort();
const kept = () => cloud.row("registry", keys.tenant(tenantId));
/** The newest operation ends, so that another may begin. */
async function finish(): Promise<void> {
	const row = await cloud.row("registry", keys.operation(String((await kept())?.["lastOperationId"])));
	await cloud.put("registry", { ...row, status: "succeeded", statusPk: "OPERATION#succeeded" });
}

describe("what the billing system tells of a subscription", () => {
	it("suspends the tenant when it has ended, and brings it back when it is restored", async () => {
		expect(await ended(at(1), { reason: "Card expired" })).toBe("taken");
		expect(await kept()).toMatchObject({
			suspension: { reason: "Card expired", requestedBy: "billing" },
			heard: { subscription: at(1) },
		});
		await finish();
		expect(await restored(at(2))).toBe("taken");
		expect(await kinds()).toEqual(["resume-tenant", "suspend-tenant"]);
		expect((await kept())?.["suspension"]).toBeUndefined();
		expect(cloud.told()).toEqual([]);
	});

	it("has no effect of its own when it is delivered twice", async () => {
		const id = "event-twice";
		await hear("TenantSubscriptionEnded", { tenantId }, at(1), id);
		await hear("TenantSubscriptionEnded", { tenantId }, at(1), id);
		expect(await kinds()).toEqual(["suspend-tenant"]);
	});

	it("counts by when it came about: an end that is told after the restoration that followed it changes nothing", async () => {
		await restored(at(2));
		await ended(at(1));
		expect(await kinds()).toEqual([]);
		expect(await kept()).toMatchObject({ heard: { subscription: at(2) } });
	});

	it("counts, of two that came about in the same second, as it arrives: the one that is taken last", async () => {
		await restored(at(1));
		await ended(at(1));
		expect(await kinds()).toEqual(["suspend-tenant"]);
	});

	it("that comes again changes nothing after another one of its second", async () => {
		await hear("TenantSubscriptionRestored", { tenantId }, at(1), "event-first");
		await ended(at(1));
		await finish();
		await hear("TenantSubscriptionRestored", { tenantId }, at(1), "event-first");
		expect(await kinds()).toEqual(["suspend-tenant"]);
		expect(await kept()).toMatchObject({ suspension: { requestedBy: "billing" } });
	});

	it("counts once of two of the same time when the first was kept by a release that kept no ids", async () => {
		await cloud.put("registry", { ...(await kept()), heard: { subscription: at(1) } });
		await ended(at(1));
		expect(await kinds()).toEqual([]);
	});

	it.each([
		[5, 0],
		[6, 1],
	])(
		"may come about %i minutes after the bus took it at most: clocks differ, but nobody knows the future",
		async (minutes, rejected) => {
			await ended(at(0), { occurredAt: at(minutes) });
			expect(await kinds()).toHaveLength(1 - rejected);
			expect(cloud.told()).toHaveLength(rejected);
			if (rejected) {
				const error = { type: "/errors/invalid-request", field: "occurredAt", rule: "past" };
				expect(cloud.told()).toMatchObject([{ detail: { error } }]);
				expect((await kept())?.["heard"]).toEqual({});
			}
		},
	);

	it("is a reason by itself when none is given", async () => {
		await ended(at(1));
		expect(await kept()).toMatchObject({ suspension: { reason: "Subscription ended" } });
	});

	it("compares moments, not texts", async () => {
		await restored(at(0));
		// One minute later, and yet a smaller text.
		await ended(undefined, { occurredAt: "2026-11-23T07:01:00-05:00" });
		expect(await kinds()).toEqual(["suspend-tenant"]);
		expect(await kept()).toMatchObject({ heard: { subscription: at(1) } });
	});

	it("begins nothing when it is so already, but is kept as the newest", async () => {
		await ended(at(1));
		await finish();
		await ended(at(5));
		await restored(at(4));
		expect(await kinds()).toEqual(["suspend-tenant"]);
		expect(await kept()).toMatchObject({ heard: { subscription: at(5) } });
	});

	it("comes again when the tenant changed between reading and keeping", async () => {
		let overtaken = false;
		cloud.overtake(async () => {
			if (overtaken) return;
			overtaken = true;
			await cloud.put("registry", { ...(await kept()), revision: 9 });
		});
		expect(await restored(at(1))).toBe("again");
	});
});

describe("what it tells of a plan", () => {
	it.each(["gold", null])("changes it to %s", async (plan) => {
		expect(await planChanged(plan, at(1))).toBe("taken");
		expect(await kinds()).toEqual(["update-tenant"]);
		expect((await kept())?.["plan"]).toBe(plan ?? undefined);
	});

	it("begins nothing when it has that plan", async () => {
		await planChanged("silver", at(1));
		expect(await kinds()).toEqual([]);
	});

	it("is another topic: an older word on the plan counts after a newer one on the subscription", async () => {
		await restored(at(9));
		await planChanged("gold", at(1));
		expect(await kinds()).toEqual(["update-tenant"]);
		expect(await kept()).toMatchObject({ heard: { subscription: at(9), plan: at(1) } });
	});

	it("changes nothing when a newer word is taken between its reading and its writing", async () => {
		let reads = 0;
		cloud.overtakeReads(async (pk) => {
			if (!pk.startsWith("TENANT#") || ++reads !== 2) return;
			await cloud.put("registry", { ...(await kept()), heard: { plan: at(9) } });
		});
		expect(await planChanged("gold", at(1))).toBe("taken");
		expect(await kinds()).toEqual([]);
	});
});

describe("what cannot be done yet", () => {
	it("waits half a minute when another operation is under way, as often as it takes", async () => {
		await cloud.put("registry", { ...(await cloud.operation(operationId)), status: "running" });
		expect(await ended(at(0))).toBe("taken");
		expect(cloud.sent("events")).toMatchObject([{ "detail-type": "TenantSubscriptionEnded", delaySeconds: 30 }]);
		expect(await kinds()).toEqual([]);
		expect(cloud.told()).toEqual([]);
	});

	it("is somebody's to look at after a day", async () => {
		await cloud.put("registry", { ...(await cloud.operation(operationId)), status: "running" });
		expect(await ended(at(-24 * 60))).toBe("again");
	});

	it("waits for a signup that may still be on its way, and is rejected after a quarter of an hour", async () => {
		const about = { externalRef: "cus_new" };
		expect(await hear("TenantSubscriptionEnded", about, at(-14))).toBe("taken");
		expect(cloud.sent("events")).toHaveLength(1);
		expect(await hear("TenantSubscriptionEnded", about, at(-15))).toBe("taken");
		expect(cloud.told()).toMatchObject([
			{
				detailType: "TenantChangeRejected",
				detail: {
					externalRef: "cus_new",
					error: { type: "/errors/tenant-not-found", field: "externalRef", rule: "known" },
				},
			},
		]);
	});
});

describe("what cannot be done at all", () => {
	it("is rejected at once when nobody has the tenantId: that is told only after the signup", async () => {
		expect(await hear("TenantSubscriptionEnded", { tenantId: "ten_unknown" }, at(0))).toBe("taken");
		expect(cloud.sent("events")).toEqual([]);
		expect(cloud.told()).toMatchObject([
			{ detail: { tenantId: "ten_unknown", error: { type: "/errors/tenant-not-found", field: "tenantId" } } },
		]);
	});

	it.each([
		["nobody is named", {}, { field: "externalRef", type: "/errors/invalid-request" }],
		["two tenants are named", { tenantId, externalRef: "cus_2" }, { field: "externalRef", rule: "same-tenant" }],
		["a member is unknown", { tenantId, plan: 7 }, { field: "plan" }],
	])("is rejected by an event that says why: %s", async (_, detail, error) => {
		expect(await hear("TenantSubscriptionEnded", detail)).toBe("taken");
		expect(cloud.told()).toMatchObject([{ detailType: "TenantChangeRejected", detail: { version: 1, error } }]);
		expect(await kinds()).toEqual([]);
	});

	it("is rejected when the tenant is leaving", async () => {
		await cloud.hold({ tenant, claim: aClaim({ intent: "remove" }) });
		await ended(at(1));
		expect(cloud.told()).toMatchObject([
			{ detail: { externalRef: "cus_1", error: { type: "/errors/tenant-leaving" } } },
		]);
	});

	it("goes to the dead letters when it is no event of these", async () => {
		expect(await hear("SomethingElse", { tenantId })).toBe("again");
	});
});
