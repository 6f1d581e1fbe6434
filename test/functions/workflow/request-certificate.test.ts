import {
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	LimitExceededException,
	ListCertificatesCommand,
	RequestCertificateCommand,
	ResourceInUseException,
	ResourceNotFoundException,
} from "@aws-sdk/client-acm";
import {
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	GetManagedCertificateDetailsCommand,
	type ManagedCertificateStatus,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CustomDomain } from "../../../domain/custom-domain.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, certificateArn, shop, validationRecord } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { token } from "../../builders/an-expected-domain.ts";
import { tenantId, withTrue } from "../../builders/entities.ts";
import { domainStepsDone, domainWorld, runDomain } from "./a-domain-step.ts";
import { everything } from "./a-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
	cloud.cloudFront.on(CreateDistributionTenantCommand).resolves({ DistributionTenant: { Id: distributionTenantId } });
	cloud.acm.on(ListCertificatesCommand).resolves({ CertificateSummaryList: [] });
	cloud.acm.on(RequestCertificateCommand).resolves({ CertificateArn: certificateArn });
	cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: pending });
	cloud.acm.on(DeleteCertificateCommand).resolves({});
	cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({});
});
afterAll(() => cloud.close());

const { name: Name, value: Value } = validationRecord;
const ResourceRecord = { Name, Value, Type: "CNAME" } as const;
const options = [{ DomainName: shop, ResourceRecord }];
const pending = { Status: "PENDING_VALIDATION", DomainValidationOptions: options } as const;
const distributionTenantId = `dt-${shop}`;
const byDns: Partial<CustomDomain> = { validation: "dns", proofs: ["txt"] };
const custom = async () => (await cloud.claim(shop))?.["custom"];
const created = () =>
	cloud.cloudFront.commandCalls(CreateDistributionTenantCommand).map(({ args: [{ input }] }) => input);
const updated = () =>
	cloud.cloudFront.commandCalls(UpdateDistributionTenantCommand).map(({ args: [{ input }] }) => input);
const requested = () => cloud.acm.commandCalls(RequestCertificateCommand).map(({ args: [{ input }] }) => input);
const deleted = () =>
	cloud.acm.commandCalls(DeleteCertificateCommand).map(({ args: [{ input }] }) => input.CertificateArn);
const cloudFrontGets = (CertificateStatus: ManagedCertificateStatus, CertificateArn?: string) =>
	cloud.cloudFront
		.on(GetManagedCertificateDetailsCommand)
		.resolves({ ManagedCertificateDetails: { CertificateStatus, CertificateArn } });
const requestsOf = async (whose: string) =>
	(await cloud.rows("waits")).find(({ pk }) => pk === `CERTIFICATES#${whose}`)?.["requests"] ?? 0;
const said = { $metadata: {}, message: "no" };

describe("requesting the certificate", () => {
	it("by HTTP creates the distribution tenant with a certificate of CloudFront's", async () => {
		await domainWorld(cloud);
		await runDomain("RequestCertificate");
		expect(created()).toMatchObject([
			{
				...{ DistributionId: "E2", ConnectionGroupId: "cg_1", Domains: [{ Domain: shop }] },
				ManagedCertificateRequest: { ValidationTokenHost: "cloudfront", PrimaryDomainName: shop },
				Tags: { Items: expect.arrayContaining([{ Key: "tenant", Value: tenantId }]) },
			},
		]);
		expect(await custom()).toMatchObject({ distributionTenantId });
		expect((await cloud.claim(shop))?.["conditions"].CertificateIssued).toMatchObject({
			...{ status: "unknown", reason: "Requested", message: expect.stringContaining("CloudFront (E2)") },
		});
		expect(requested()).toEqual([]);
	});

	it("by DNS asks ACM with the attempt's token, and keeps the record", async () => {
		await domainWorld(cloud, aDomainClaim(byDns));
		await runDomain("RequestCertificate");
		expect(requested()).toMatchObject([{ DomainName: shop, ValidationMethod: "DNS", IdempotencyToken: token }]);
		expect(await custom()).toMatchObject({ certificateArn, validationRecord });
		expect(created()).toEqual([]);
	});

	it.each([
		["http", {}],
		["dns", byDns],
	])("twice is harmless, also when an answer was lost: %s", async (_, more) => {
		await domainWorld(cloud, aDomainClaim(more));
		cloud.losingAnswer("TransactWriteItems");
		await runDomain("RequestCertificate");
		const stands = await everything(cloud);
		cloudFrontHas(cloud);
		cloudFrontGets("pending-validation");
		await runDomain("RequestCertificate");
		expect(await everything(cloud)).toEqual(stands);
		expect([...created(), ...requested()]).toHaveLength(1);
		expect(await domainStepsDone(cloud)).toEqual(["RequestCertificate"]);
	});

	it.each([
		["can still be issued is kept", "PENDING_VALIDATION", 0],
		["is issued is kept", "ISSUED", 0],
		["has failed is replaced", "FAILED", 1],
		["has timed out is replaced", "VALIDATION_TIMED_OUT", 1],
	] as const)("a certificate of an attempt before that %s", async (_, Status, requests) => {
		const former = `${certificateArn}-before`;
		cloud.acm.on(DescribeCertificateCommand, { CertificateArn: former }).resolves({ Certificate: { Status } });
		await domainWorld(cloud, aDomainClaim({ ...byDns, certificateArn: former, validationRecord }));
		await runDomain("RequestCertificate");
		expect(requested()).toHaveLength(requests);
		expect(await custom()).toMatchObject({ certificateArn: requests ? certificateArn : former });
		expect(deleted()).toEqual(requests ? [former] : []);
	});

	it("is asked for with another token after one that has failed within the hour in which ACM knows its token", async () => {
		const former = `${certificateArn}-0a1b2c`;
		cloud.acm
			.on(DescribeCertificateCommand, { CertificateArn: former })
			.resolves({ Certificate: { Status: "FAILED" } });
		await domainWorld(cloud, aDomainClaim({ ...byDns, certificateArn: former }));
		await runDomain("RequestCertificate");
		expect(requested()).toMatchObject([{ IdempotencyToken: `${token}0a1b2c` }]);
		expect(requested()[0]?.IdempotencyToken).toMatch(/^\w{1,32}$/);
	});

	it("does not put a certificate back whose place another run has given to another", async () => {
		const former = `${certificateArn}-before`;
		await domainWorld(cloud, aDomainClaim({ ...byDns, certificateArn: former }));
		const newer = aDomainClaim(
			{ ...byDns, certificateArn: "arn-newer", formerCertificates: [former] },
			{ revision: 5 },
		);
		let times = 0;
		cloud.overtake(async () => {
			if (times++ === 0) await cloud.hold({ claim: newer });
		});
		await runDomain("RequestCertificate");
		expect(await custom()).toMatchObject({ certificateArn: "arn-newer" });
	});

	it.each([
		["http", {}],
		["dns", byDns],
	])("does not take back that it is issued, which was found while a second run was under way: %s", async (_, more) => {
		await domainWorld(cloud, aDomainClaim(more));
		await runDomain("RequestCertificate");
		const made = await cloud.claim(shop);
		await cloud.hold({ claim: withTrue(aDomainClaim(made?.["custom"], { revision: 9 }), "CertificateIssued") });
		cloudFrontHas(cloud);
		cloudFrontGets("issued");
		await runDomain("RequestCertificate");
		expect((await cloud.claim(shop))?.["conditions"].CertificateIssued).toMatchObject({ status: "true" });
	});

	it("keeps one that the edge still serves until nothing uses it", async () => {
		cloud.acm.on(DeleteCertificateCommand).rejects(new ResourceInUseException(said));
		await domainWorld(cloud, aDomainClaim({ formerCertificates: [certificateArn] }));
		await runDomain("RequestCertificate");
		expect(await custom()).toMatchObject({ formerCertificates: [certificateArn] });
	});

	it.each(["failed", "validation-timed-out", "expired", "revoked", "inactive"] as const)(
		"by HTTP is asked for anew when CloudFront's own is %s: the old one is deleted",
		async (status) => {
			const made = { distributionTenantId, certificateArn };
			await domainWorld(cloud, aDomainClaim(made));
			cloudFrontHas(cloud);
			cloudFrontGets(status, certificateArn);
			await runDomain("RequestCertificate");
			expect(updated()).toMatchObject([{ ManagedCertificateRequest: { PrimaryDomainName: shop } }]);
			expect(await custom()).toMatchObject({ distributionTenantId });
			expect(await custom()).not.toHaveProperty("certificateArn");
			expect(deleted()).toEqual([certificateArn]);
			expect(await requestsOf(tenantId)).toBe(1);
		},
	);

	it("by HTTP is asked for anew when an attempt by DNS has given up CloudFront's own, which is to be deleted", async () => {
		await domainWorld(cloud, aDomainClaim({ distributionTenantId, formerCertificates: [certificateArn] }));
		cloudFrontHas(cloud);
		cloudFrontGets("issued", certificateArn);
		cloud.acm.on(DeleteCertificateCommand).rejects(new ResourceInUseException(said));
		await runDomain("RequestCertificate");
		expect(updated()).toMatchObject([{ ManagedCertificateRequest: { PrimaryDomainName: shop } }]);
		expect(await custom()).toMatchObject({ formerCertificates: [certificateArn] });
	});

	it.each(["pending-validation", "issued"] as const)(
		"by HTTP is not asked for again while it is %s",
		async (status) => {
			await domainWorld(cloud, aDomainClaim({ distributionTenantId }));
			cloudFrontHas(cloud);
			cloudFrontGets(status, certificateArn);
			await runDomain("RequestCertificate");
			expect(updated()).toEqual([]);
			expect(await requestsOf(tenantId)).toBe(0);
		},
	);

	it("by HTTP is asked for where an attempt by DNS has left a place at the edge with ACM's", async () => {
		const made = { distributionTenantId, formerCertificates: [certificateArn] };
		await domainWorld(cloud, aDomainClaim(made));
		cloudFrontHas(cloud);
		cloud.acm.on(DeleteCertificateCommand).rejects(new ResourceInUseException(said));
		await runDomain("RequestCertificate");
		expect(updated()).toMatchObject([{ ManagedCertificateRequest: { PrimaryDomainName: shop } }]);
		expect(await custom()).toMatchObject(made);
	});

	it.each([
		["this tenant has asked for 200 in 365 days", tenantId, 200, "200 certificates were asked for by this tenant"],
		["all tenants have asked for 4000 in 365 days", "ALL", 4_000, "4000 of 5000 certificates were asked for"],
	])(
		"is refused when %s, however it is validated, and not for what is longer ago",
		async (_, whose, count, figures) => {
			const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
			const row = (ago: number, requests: number) =>
				cloud.put("waits", { pk: `CERTIFICATES#${whose}`, sk: day(ago), requests });
			await row(364, 1);
			await row(1, count - 1);
			for (const claim of [aDomainClaim(), aDomainClaim(byDns)]) {
				await domainWorld(cloud, claim);
				await expect(runDomain("RequestCertificate")).rejects.toMatchObject({
					...{ name: "CertificateQuotaReached", detail: expect.stringContaining(figures) },
				});
			}
			expect([...created(), ...requested()]).toEqual([]);
			await cloud.put("waits", { pk: `CERTIFICATES#${whose}`, sk: day(364), requests: "unreadable" });
			await runDomain("RequestCertificate");
			expect(requested()).toHaveLength(1);
		},
	);

	it("counts none while ACM has not been asked, however often its turn does not come", async () => {
		await domainWorld(cloud, aDomainClaim(byDns));
		await cloud.put("waits", { pk: "RATE#acm:RequestCertificate", sk: "RATE", freeAtMs: Date.now() + 60_000 });
		for (let retry = 0; retry < 3; retry++) {
			await expect(runDomain("RequestCertificate")).rejects.toMatchObject({ name: "Throttled" });
		}
		expect(requested()).toEqual([]);
		expect([await requestsOf(tenantId), await requestsOf("ALL")]).toEqual([0, 0]);
	});

	it("counts one, however often CloudFront throttles before it", async () => {
		await domainWorld(cloud);
		const throttled = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException", $metadata: {} });
		cloud.cloudFront.on(CreateDistributionTenantCommand).rejects(throttled);
		for (let retry = 0; retry < 3; retry++) {
			await expect(runDomain("RequestCertificate")).rejects.toMatchObject({ name: "Throttled" });
		}
		cloud.cloudFront.on(CreateDistributionTenantCommand).resolves({ DistributionTenant: { Id: distributionTenantId } });
		await runDomain("RequestCertificate");
		expect([await requestsOf(tenantId), await requestsOf("ALL")]).toEqual([1, 1]);
	});

	it("a certificate that is gone is replaced, and its record is the new one's", async () => {
		const [former, old] = [`${certificateArn}-before`, { name: "_old.", value: "_old." }];
		const gone = new ResourceNotFoundException(said);
		cloud.acm.on(DescribeCertificateCommand, { CertificateArn: former }).rejects(gone);
		await domainWorld(cloud, aDomainClaim({ ...byDns, certificateArn: former, validationRecord: old }));
		await runDomain("RequestCertificate");
		expect(await custom()).toMatchObject({ certificateArn, validationRecord });
	});

	it.each([
		["80 per cent of the account's certificates are in use", 2_000, 0],
		["one less is in use", 1_999, 1],
	])("when %s", async (_, used, requests) => {
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
		const page = (count: number) => Array.from({ length: count }, (_, at) => ({ CertificateArn: `arn-${at}` }));
		cloud.acm
			.on(ListCertificatesCommand)
			.resolvesOnce({ CertificateSummaryList: page(1_000), NextToken: "more" })
			.resolves({ CertificateSummaryList: page(used - 1_000) });
		await domainWorld(cloud, aDomainClaim(byDns));
		const running = runDomain("RequestCertificate");
		if (requests === 0) {
			await expect(running).rejects.toMatchObject({
				name: "CertificateQuotaReached",
				detail: expect.stringContaining("2000 of 2500"),
			});
		} else await running;
		expect(requested()).toHaveLength(requests);
		vi.useRealTimers();
	});

	it("says that ACM gives no more, when it is ACM that says so", async () => {
		cloud.acm.on(RequestCertificateCommand).rejects(new LimitExceededException(said));
		await domainWorld(cloud, aDomainClaim(byDns));
		await expect(runDomain("RequestCertificate")).rejects.toMatchObject({ name: "CertificateQuotaReached" });
		expect(await domainStepsDone(cloud)).toEqual([]);
	});

	it("takes back what it made when the domain was given up meanwhile", async () => {
		await domainWorld(cloud);
		cloud.cloudFront.on(CreateDistributionTenantCommand).callsFake(async () => {
			cloudFrontHas(cloud);
			await cloud.hold({ claim: aDomainClaim({}, { generation: 8, intent: "remove" }) });
			return { DistributionTenant: { Id: distributionTenantId } };
		});
		await expect(runDomain("RequestCertificate")).rejects.toMatchObject({ name: "Superseded" });
		expect(updated()).toMatchObject([{ Id: distributionTenantId, Enabled: false }]);
		expect(cloud.cloudFront.commandCalls(DeleteDistributionTenantCommand)).toHaveLength(1);
	});

	it("keeps what it made when DynamoDB did not answer: the next run finds it", async () => {
		await domainWorld(cloud);
		cloud.failing("TransactWriteItems");
		await expect(runDomain("RequestCertificate")).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(updated()).toEqual([]);
	});
});
