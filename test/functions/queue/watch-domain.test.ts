import { DeleteCertificateCommand, ResourceInUseException } from "@aws-sdk/client-acm";
import { GetManagedCertificateDetailsCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { proofValue } from "../../../domain/custom-domain.ts";
import { seen } from "../../../domain/domain-observations.ts";
import type { Operation } from "../../../domain/operation.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { checkPut, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aCustomDomain, aDomainClaim, anAttachment, shop } from "../../builders/a-custom-domain.ts";
import { addresses, allSee, cname, edge, texts } from "../../builders/a-look.ts";
import { cloudFrontHas, elsewhere, see, silence } from "../../builders/a-seen-domain.ts";
import { strangersToken, token } from "../../builders/an-expected-domain.ts";
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

const http = seen({ outcome: "answer", status: 200, tenantId: tenant.tenantId } as const);
/** Visitors come by another edge, which asks ours. */
const byOtherEdge = {
	addresses: seen([{ address: "198.51.100.7", tls: { outcome: "not-asked" } as const, http }]),
};

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
		expect(await movedSince()).toBeUndefined();
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
		const byCdn = allSee({ a: cname("acme.azureedge.net", "198.51.100.7"), aaaa: cname("acme.azureedge.net") });
		see({ ...byCdn, ...byOtherEdge });
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

	it("that a faster look has found to lead here again is not taken down by a slower one", async () => {
		see(elsewhere);
		await look();
		onDay(14);
		vi.mocked(observeDomain).mockImplementationOnce(async (...asking) => {
			await cloud.hold({ claim: { ...active, revision: 20 } });
			see(elsewhere);
			return await observeDomain(...asking);
		});
		await look();
		expect(await claim()).toMatchObject({ intent: "serve", generation: 7 });
		expect(asked()).toEqual([]);
	});

	it("that is its tenant's primary name is left to a person, and goes on being looked at", async () => {
		await cloud.hold({ tenant: { ...tenant, primaryHostname: shop } });
		see(elsewhere);
		await look();
		for (const day of [14, 15]) {
			onDay(day);
			await look();
		}
		expect(await lastSeen()).toMatch(/is not taken down\.$/);
		expect(await claim()).toMatchObject({ intent: "serve" });
		expect(await recordsInSync()).toMatchObject({
			...{ status: "false", actor: "operator", fix: expect.stringContaining("is the primary name") },
		});
		expect(asked()).toEqual([]);
		// When it led elsewhere, and when a person had to act: once each.
		expect(cloud.told().map(({ detail }) => detail.actor)).toEqual(["customer", "operator"]);
		await cloud.hold({ tenant });
		onDay(16);
		await look();
		expect(asked()).toHaveLength(1);
	});

	it("is told of again when visitors come no more by the other edge", async () => {
		see({ ...elsewhere, ...byOtherEdge });
		await look();
		onDay(1);
		see(elsewhere);
		await look();
		expect(told()).toEqual([
			["DomainDegraded", "addresses-instead-of-cname"],
			["DomainDegraded", "addresses-instead-of-cname"],
		]);
	});

	const withProof = (text: string[]) =>
		allSee({ a: addresses(edge[0]), aaaa: addresses(edge[1]), proof: texts(...text) });
	const byTxt = { ...active, custom: aCustomDomain({ ...active.custom, proofs: ["txt"] }) };

	it("whose proof is gone is degraded, and stays as long as visitors reach the tenant by it", async () => {
		await cloud.hold({ claim: byTxt });
		see(withProof([]));
		for (const day of [0, 14, 40]) {
			onDay(day);
			await look();
		}
		expect(await recordsInSync()).toMatchObject({ status: "false", reason: "TxtMissing", actor: "customer" });
		expect(told()).toEqual([["DomainDegraded", "txt-missing"]]);
		expect(asked()).toEqual([]);
		see(withProof([proofValue(token)]));
		onDay(41);
		await look();
		expect(await recordsInSync()).toMatchObject({ status: "true" });
	});

	it("that shows another tenant's proof is taken down after 14 days, whoever visits it", async () => {
		await cloud.hold({ claim: byTxt });
		see(withProof([proofValue(strangersToken)]));
		for (const day of [0, 14]) {
			onDay(day);
			await look();
		}
		expect(told()).toEqual([["DomainDegraded", "txt-of-another-tenant"]]);
		expect(asked()).toHaveLength(1);
	});

	it("is left alone when its proof cannot be asked for", async () => {
		await cloud.hold({ claim: byTxt });
		const proof = { ...texts(), outcome: "no-answer" as const };
		see(allSee({ a: addresses(edge[0]), aaaa: addresses(edge[1]), proof }));
		for (const day of [0, 14]) {
			onDay(day);
			await look();
		}
		expect(await recordsInSync()).toMatchObject({ status: "true" });
		expect([...told(), ...asked()]).toEqual([]);
	});

	it("has the certificates deleted that others have taken the place of, once nothing uses them", async () => {
		const custom = aCustomDomain({ ...active.custom, formerCertificates: ["arn-1", "arn-2"] });
		await cloud.hold({ claim: { ...active, custom } });
		const inUse = new ResourceInUseException({ $metadata: {}, message: "in use" });
		cloud.acm.on(DeleteCertificateCommand).resolves({});
		cloud.acm.on(DeleteCertificateCommand, { CertificateArn: "arn-2" }).rejects(inUse);
		see();
		await look();
		expect((await claim())?.["custom"]).toMatchObject({ formerCertificates: ["arn-2"] });
		cloud.acm.on(DeleteCertificateCommand, { CertificateArn: "arn-2" }).resolves({});
		onDay(1);
		await look();
		expect((await claim())?.["custom"]).not.toHaveProperty("formerCertificates");
	});

	it("is looked at all the same when ACM does not delete such a certificate", async () => {
		const custom = aCustomDomain({ ...active.custom, formerCertificates: ["arn-1"] });
		await cloud.hold({ claim: { ...active, custom } });
		cloud.acm.on(DeleteCertificateCommand).rejects(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
		see(elsewhere);
		await look();
		expect((await claim())?.["custom"]).toMatchObject({ formerCertificates: ["arn-1"] });
		expect(told()).toEqual([["DomainDegraded", "addresses-instead-of-cname"]]);
	});
});

describe("a domain that was proven, and whose attachment has failed", () => {
	const failed = withTrue(aDomainClaim({ distributionTenantId: "dt_1" }), "OwnershipVerified");
	const under = (status: Operation["status"]) => cloud.hold({ claim: failed, operation: anAttachment({ status }) });

	it("is taken down when it has led elsewhere for 14 days, or its name would be kept for ever; its failure said enough", async () => {
		await under("failed");
		see(elsewhere);
		for (const day of [0, 13]) {
			onDay(day);
			await look();
		}
		expect(await movedSince()).toBe(new Date(start).toISOString());
		expect((await claim())?.["conditions"]).toEqual(failed.conditions);
		expect([...told(), ...asked()]).toEqual([]);
		onDay(14);
		await look();
		expect(await claim()).toMatchObject({ intent: "remove" });
	});

	it("stays while it leads here, be it without what failed", async () => {
		await under("failed");
		see({ caa: seen([{ name: "acme.com", records: [{ flags: 0, tag: "issue", value: "other.example" }] }]) });
		await look();
		expect(await movedSince()).toBeUndefined();
		expect([...told(), ...asked()]).toEqual([]);
	});

	it.each(["queued", "running"] as const)("is not looked at while another attempt is %s", async (status) => {
		await under(status);
		see(elsewhere);
		await look();
		expect(await lastSeen()).toMatch("under way");
		expect(await movedSince()).toBeUndefined();
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
