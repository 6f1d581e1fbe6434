import {
	DescribeCertificateCommand,
	LimitExceededException,
	ListCertificatesCommand,
	RequestCertificateCommand,
	ResourceNotFoundException,
} from "@aws-sdk/client-acm";
import {
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CustomDomain } from "../../../domain/custom-domain.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, certificateArn, shop, validationRecord } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { token } from "../../builders/an-expected-domain.ts";
import { tenantId } from "../../builders/entities.ts";
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
