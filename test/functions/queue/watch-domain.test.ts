import { GetManagedCertificateDetailsCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { seen } from "../../../domain/domain-observations.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { checkPut, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../../builders/a-custom-domain.ts";
import { allSee, cname, edge } from "../../builders/a-look.ts";
import { cloudFrontHas, elsewhere, see, silence } from "../../builders/a-seen-domain.ts";
import { aClaim, aTenant, withTrue } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/observe-domain.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const start = Date.UTC(2027, 0, 1);
const dayMs = 86_400_000;
const onDay = (day: number) => vi.setSystemTime(start + day * dayMs);
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	vi.useFakeTimers({ toFake: ["Date"], now: start });
	cloudFrontHas(cloud);
	cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({});
	await cloud.hold({ tenant, claim: active });
	await cloud.hold({ claim: aClaim() });
	await transact([checkPut(check, new Date(start - dayMs).toISOString())]);
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const check = { kind: "domain-watch", subject: `${shop}#7` } as const;
const tenant = aTenant({ customHostnames: [shop] });
const active = withTrue(
	aDomainClaim({ distributionTenantId: "dt_1", verifiedAskedAt: "2026-06-01T00:00:00.000Z" }),
	...([
		"OwnershipVerified",
		"CertificateIssued",
		"EdgeAttached",
		"RecordsInSync",
		"RoutePublished",
		"Serving",
	] as const),
);
const look = () => handler(sqsEvent({ version: 1, ...check }));
const lastSeen = async () => (await readCheck(check))?.check.lastSeen;
const claim = async () => await cloud.claim(shop);
const recordsInSync = async () => (await claim())?.["conditions"].RecordsInSync;
const movedSince = async () => (await claim())?.["custom"].movedSince;
const asked = () => cloud.sent("operations");
const told = () => cloud.told().map(({ detailType, detail }) => [detailType, detail.reason]);

describe("an active domain", () => {
	it("is looked at daily for ever, and left alone while all is well", async () => {
		see();
		for (const day of [0, 1, 2, 100]) {
			onDay(day);
			await look();
			expect((await readCheck(check))?.check.nextCheckAt).toBe(new Date(start + (day + 1) * dayMs).toISOString());
		}
		expect(await claim()).toMatchObject({ ...active });
		expect([...asked(), ...told()]).toEqual([]);
	});

	it("that leads elsewhere is degraded from the first look on, which is told once", async () => {
		see(elsewhere);
		for (const day of [0, 1, 13]) {
			onDay(day);
			await look();
		}
		expect(await movedSince()).toBe(new Date(start).toISOString());
		expect(await recordsInSync()).toMatchObject({ status: "false", actor: "customer" });
		expect(told()).toEqual([["DomainDegraded", "addresses-instead-of-cname"]]);
		expect(asked()).toEqual([]);
	});

	it("that is back is well again, and its days elsewhere are forgotten", async () => {
		see(elsewhere);
		await look();
		onDay(13);
		see();
		await look();
		expect(await recordsInSync()).toMatchObject({ status: "true", reason: "LeadsToEdge" });
		expect((await claim())?.["custom"]).toEqual(active.custom);
		onDay(14);
		see(elsewhere);
		await look();
		expect(await movedSince()).toBe(new Date(start + 14 * dayMs).toISOString());
		expect(asked()).toEqual([]);
	});

	it("that has led elsewhere for 14 days is taken down", async () => {
		see(elsewhere);
		await look();
		onDay(14);
		await look();
		expect(await claim()).toMatchObject({ intent: "remove", generation: 1_000_000_001 });
		const [operation] = asked();
		expect(await cloud.operation(operation?.operationId)).toMatchObject({
			...{ kind: "detach-domain", requestedBy: "watch", hostname: shop, status: "queued" },
			hostnames: [{ hostname: shop, generation: 1_000_000_001 }],
		});
		onDay(15);
		await look();
		expect(await readCheck(check)).toBeUndefined();
		expect(asked()).toHaveLength(1);
	});

	it("stays, degraded, as long as visitors come by another edge; its 14 days begin when that ends", async () => {
		const http = seen({ outcome: "answer", status: 200, tenantId: tenant.tenantId } as const);
		const proxied = seen([{ address: "198.51.100.7", tls: { outcome: "not-asked" } as const, http }]);
		const byCdn = allSee({ a: cname("acme.azureedge.net", "198.51.100.7"), aaaa: cname("acme.azureedge.net") });
		see({ ...byCdn, addresses: proxied });
		for (const day of [0, 14, 40]) {
			onDay(day);
			await look();
		}
		expect(await claim()).toMatchObject({
			...{ intent: "serve", conditions: { RecordsInSync: { message: expect.stringContaining("so that it stays") } } },
		});
		see(elsewhere);
		for (const day of [41, 54]) {
			onDay(day);
			await look();
		}
		expect(asked()).toEqual([]);
		onDay(55);
		await look();
		expect(asked()).toHaveLength(1);
	});

	it("that is its tenant's primary name is left to a person, and goes on being looked at", async () => {
		await cloud.hold({ tenant: { ...tenant, primaryHostname: shop } });
		see(elsewhere);
		await look();
		onDay(14);
		await look();
		expect(await lastSeen()).toMatch(/^Could not ask: .* is the primary name/);
		expect(await claim()).toMatchObject({ intent: "serve" });
		expect(asked()).toEqual([]);
	});
});

describe("the watch over a domain with a new generation", () => {
	const renewed = { kind: "domain-watch", subject: `${shop}#8` } as const;

	it("goes on there when it is served still, as after a repair", async () => {
		await cloud.hold({ claim: { ...active, generation: 8 } });
		await look();
		expect(await readCheck(check)).toBeUndefined();
		expect((await readCheck(renewed))?.check.nextCheckAt).toBe(new Date(start + dayMs).toISOString());
	});

	it.each([
		["is not served any more", aDomainClaim({}, { generation: 8 })],
		["is being taken down", { ...active, generation: 8, intent: "remove" as const }],
		["was given back", { ...active, generation: 8, intent: "released" as const }],
		["is another tenant's attempt", aDomainClaim({}, { generation: 8, tenantId: "ten_other" })],
	])("ends when it %s", async (_, other) => {
		await cloud.hold({ claim: other });
		await look();
		expect(await cloud.rows("waits")).toEqual([]);
	});
});

describe("what is no move of an active domain", () => {
	const forbidding = { name: "acme.com", records: [{ flags: 0, tag: "issue", value: "other.example" }] };
	const strange = { ...{ address: edge[0], tls: { outcome: "not-asked" } as const } };
	const answers = (tenantId: string) => seen({ outcome: "answer", status: 200, tenantId } as const);

	it.each([
		["nobody could be asked", silence, "could-not-ask", []],
		["the edge is being deployed", {}, "edge-deploying", []],
		["its renewal is forbidden", { caa: seen([forbidding]) }, "caa-forbids", [["DomainDegraded", "caa-forbids"]]],
		[
			"our edge answers for somebody else",
			{ addresses: seen([{ ...strange, http: answers("ten_other") }]) },
			"other-tenant-answers",
			[["DomainDegraded", "other-tenant-answers"]],
		],
	] as const)("%s: it is never taken down for that", async (_, more, reason, events) => {
		if (reason === "edge-deploying") cloudFrontHas(cloud, { status: "InProgress" });
		see(more);
		for (const day of [0, 14, 30]) {
			onDay(day);
			await look();
			expect(await lastSeen()).toMatch(new RegExp(`^${reason}: `));
		}
		expect(await movedSince()).toBeUndefined();
		expect(asked()).toEqual([]);
		expect(told()).toEqual(events);
		see();
		cloudFrontHas(cloud);
		onDay(31);
		await look();
		expect(await recordsInSync()).toMatchObject({ status: "true" });
	});

	it("a renewal that is forbidden ends its days elsewhere: it leads here", async () => {
		see(elsewhere);
		await look();
		see({ caa: seen([forbidding]) });
		onDay(13);
		await look();
		expect(await movedSince()).toBeUndefined();
	});
});
