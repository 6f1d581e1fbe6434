import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ListHostedZonesByNameCommand } from "@aws-sdk/client-route-53";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { registrationFindingEvent } from "../../../domain/registration-notices.ts";
import { handler, workMs } from "../../../functions/schedule/check-registrations.ts";
import { aDomain, aWatch, type Watch } from "./a-watch.ts";

const start = Date.parse("2026-11-23T06:00:00Z");
const inDays = (days: number) => new Date(start + days * 86_400_000).toISOString();
let watch: Watch;
beforeAll(async () => {
	watch = await aWatch();
});
beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["Date"], now: start });
	await watch.reset();
});
afterEach(() => vi.useRealTimers());
afterAll(() => watch.close());

const daysLater = (days: number) => vi.setSystemTime(start + days * 86_400_000);
const run = async () => {
	const { findings } = await handler();
	return findings.map(({ domain, kind, stage, severity }) => `${domain} ${kind} ${stage} ${severity}`).sort();
};
const toldStages = () => watch.told().map(({ detail: { domain, kind, stage } }) => `${domain} ${kind} ${stage}`);

describe("the check of registrations", () => {
	it("finds nothing where all is in order, and tells how long that lasts", async () => {
		watch.account.register(aDomain("example.com"));
		expect(await handler()).toEqual({
			at: "2026-11-23T06:00:00.000Z",
			domains: [{ name: "example.com", expiresAt: "2027-08-13T04:00:00.000Z", daysToExpiry: 262 }],
			findings: [],
		});
		expect(watch.told()).toEqual([]);
		expect(watch.metrics()).toEqual([
			{ DomainName: "example.com", DaysToExpiry: 262 },
			{ FunctionName: "check", RegistrationFindings: 0, UnaskedRegistrations: 0 },
		]);
	});

	it("looks at every domain: apexes, those that are registered elsewhere, and those that are only kept", async () => {
		await watch.reset({ apexes: ["example.com", "example.net"], elsewhere: ["example.net"] });
		watch.account.register(aDomain("example.com", { isLocked: false }));
		watch.account.register(aDomain("parked.com", { nameServers: ["ns.parking.example"], isLocked: false }));
		watch.registry.register(aDomain("example.net", { nameServers: ["ns.elsewhere.example"], isLocked: false }));
		expect(await run()).toEqual([
			"example.com transfer-lock open warning",
			"example.net name-servers open critical",
			"example.net transfer-lock open warning",
			"parked.com transfer-lock open warning",
		]);
		expect(watch.metrics().at(-1)).toMatchObject({ RegistrationFindings: 4, UnaskedRegistrations: 0 });
	});

	it("asks the account about a domain that has moved there, whatever is written down", async () => {
		await watch.reset({ elsewhere: ["example.com"] });
		watch.account.register(aDomain("example.com"));
		expect(await run()).toEqual([]);
		expect(watch.registry.asked).toEqual([]);
	});

	it("finds an apex that nobody has registered", async () => {
		expect(await run()).toEqual(["example.com not-registered open critical"]);
	});

	it("counts advice as nothing to act on", async () => {
		watch.account.register(aDomain("example.com", { expiresAt: inDays(80) }));
		expect(await run()).toEqual(["example.com expiry 90-days advice"]);
		expect(watch.metrics().at(-1)).toMatchObject({ RegistrationFindings: 0 });
	});
});

describe("what cannot be asked", () => {
	it("keeps no other domain from being looked at", async () => {
		await watch.reset({ apexes: ["example.com", "example.net", "example.org"], elsewhere: ["example.net"] });
		watch.account.register(aDomain("example.com"));
		watch.account.register(aDomain("example.org", { isLocked: false }));
		watch.account.setTrouble("is broken", /GetDomainDetail.*example\.com/);
		watch.registry.setTrouble("throttles");
		expect(await run()).toEqual([
			"example.com could-not-ask open unknown",
			"example.net could-not-ask open unknown",
			"example.org transfer-lock open warning",
		]);
		expect(toldStages()).toEqual(["example.org transfer-lock open"]);
		expect(watch.metrics().at(-1)).toMatchObject({ RegistrationFindings: 1, UnaskedRegistrations: 2 });
	});

	it("may be the list of domains: the apexes are looked at all the same", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		watch.account.setTrouble("is broken", /ListDomains/);
		expect(await run()).toEqual(["* could-not-ask open unknown", "example.com transfer-lock open warning"]);
	});

	it("may be the zone: the registration is judged without it", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		watch.route53.on(ListHostedZonesByNameCommand).rejects(Object.assign(new Error("slow"), { name: "Throttling" }));
		expect(await run()).toEqual(["example.com could-not-ask open unknown", "example.com transfer-lock open warning"]);
	});

	it("may be what no time is left for", async () => {
		await watch.reset({ apexes: ["a.com", "b.com", "c.com", "d.com", "e.com"] });
		watch.account.register(aDomain("e.com"));
		watch.route53.on(ListHostedZonesByNameCommand).callsFake(() => {
			vi.setSystemTime(start + workMs);
			return { HostedZones: [], IsTruncated: false, MaxItems: 10 };
		});
		const { findings } = await handler();
		const [late] = findings.filter(({ domain }) => domain === "e.com");
		expect(late).toMatchObject({
			kind: "could-not-ask",
			message: "e.com could not be looked at: no time was left for it.",
		});
	});
});

describe("the news of a finding", () => {
	it("is one event for each stage, however often it is found and whichever runs were missed", async () => {
		watch.account.register(aDomain("example.com", { expiresAt: inDays(95) }));
		for (const day of [0, 4, 5, 6, 34, 35, 36, 90, 91]) {
			daysLater(day);
			await handler();
		}
		expect(toldStages()).toEqual([
			...["example.com expiry 90-days", "example.com expiry 60-days"],
			"example.com expiry 7-days",
		]);
		const told = watch.told();
		expect(new Set(told.map(({ detail }) => detail.eventId)).size).toBe(3);
		expect(told[0]).toEqual({
			...{ bus: "default", source: "hostmaster", detailType: "RegistrationFinding" },
			detail: registrationFindingEvent.parse(told[0]?.detail),
		});
		expect(told[0]?.detail).toMatchObject({ occurredAt: inDays(5), domain: "example.com", severity: "advice" });
	});

	it("is news again once it was over", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		await handler();
		watch.account.register(aDomain("example.com"));
		daysLater(1);
		await handler();
		expect(await watch.notices()).toEqual([]);
		watch.account.register(aDomain("example.com", { isLocked: false }));
		daysLater(2);
		await handler();
		expect(toldStages()).toEqual(["example.com transfer-lock open", "example.com transfer-lock open"]);
		expect(new Set(watch.told().map(({ detail }) => detail.eventId)).size).toBe(2);
	});

	it("is not over because nobody could be asked", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		await handler();
		watch.account.setTrouble("is broken");
		daysLater(1);
		await handler();
		watch.account.reset();
		watch.account.register(aDomain("example.com", { isLocked: false }));
		daysLater(2);
		await handler();
		expect(toldStages()).toEqual(["example.com transfer-lock open"]);
	});

	it("that may or may not have been told is told again, as the same event", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		watch.failing.add("UpdateItem");
		await expect(handler()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		watch.failing.clear();
		daysLater(1);
		await handler();
		const [first, again, ...others] = watch.told();
		expect(again).toEqual(first);
		expect(others).toEqual([]);
		daysLater(2);
		await handler();
		expect(watch.told()).toHaveLength(2);
	});

	it("that the bus does not take waits for the next run, and the metrics are told all the same", async () => {
		await watch.reset({ apexes: ["example.com", "example.org"] });
		watch.account.register(aDomain("example.com", { isLocked: false }));
		watch.account.register(aDomain("example.org", { isLocked: false }));
		watch.eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: "Throttled" }] });
		await expect(handler()).rejects.toMatchObject({ errors: [{}, {}] });
		expect(watch.metrics().at(-1)).toMatchObject({ RegistrationFindings: 2 });
		watch.eventBridge.resetHistory();
		watch.eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
		daysLater(1);
		await handler();
		expect(toldStages().sort()).toEqual(["example.com transfer-lock open", "example.org transfer-lock open"]);
		expect(watch.told()[0]?.detail.occurredAt).toBe(inDays(0));
	});

	it("is told once when two runs find it at once", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		await Promise.all([handler(), handler()]);
		expect(new Set(watch.told().map(({ detail }) => detail.eventId)).size).toBe(1);
		expect(await watch.notices()).toMatchObject([{ kind: "transfer-lock", toldAt: expect.any(String) }]);
	});

	it("is told anew where what was kept of it cannot be read", async () => {
		watch.account.register(aDomain("example.com", { isLocked: false }));
		await watch.keep({ domain: "example.com", kind: "transfer-lock", stage: "ajar" });
		await handler();
		await handler();
		expect(toldStages()).toEqual(["example.com transfer-lock open"]);
	});
});
