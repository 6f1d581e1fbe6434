import { type CertificateDetail, DescribeCertificateCommand, ResourceNotFoundException } from "@aws-sdk/client-acm";
import {
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	type ManagedCertificateStatus,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { seen } from "../../../domain/domain-observations.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aDomainClaim,
	anAttachment,
	attaching,
	certificateArn,
	notAfter,
	shop,
	validationRecord,
} from "../../builders/a-custom-domain.ts";
import { nothing } from "../../builders/a-look.ts";
import { noSuchEntity, see } from "../../builders/a-seen-domain.ts";
import { aTenant, aWait } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/observe-domain.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	see();
});
afterAll(() => cloud.close());

const check = { kind: "domain-certificate", subject: `${shop}#7` } as const;
const look = () => handler(sqsEvent({ version: 1, ...check }));
const lastSeen = async () => (await readCheck(check))?.check.lastSeen;
const condition = async () => (await cloud.claim(shop))?.["conditions"].CertificateIssued;
const custom = async () => (await cloud.claim(shop))?.["custom"];

async function parked(claim = byDns): Promise<void> {
	await cloud.hold({ tenant: aTenant({ customHostnames: [shop] }), claim, operation: anAttachment() });
	const wait = aWait({ state: "AwaitCertificate", hostname: shop, operationId: attaching });
	await park(check, wait, new Date().toISOString());
}
const byDns = aDomainClaim({ validation: "dns", proofs: ["txt"], certificateArn });
const byHttp = aDomainClaim({ distributionTenantId: "dt_1" });

const option = {
	ResourceRecord: { Name: validationRecord.name, Type: "CNAME" as const, Value: validationRecord.value },
};
function acmSays(more: CertificateDetail): void {
	const Certificate = { DomainValidationOptions: [{ DomainName: shop, ...option }], ...more };
	cloud.acm.on(DescribeCertificateCommand, { CertificateArn: certificateArn }).resolves({ Certificate });
}
function cloudFrontSays(CertificateStatus: ManagedCertificateStatus, arn?: string): void {
	const ManagedCertificateDetails = { CertificateStatus, ...(arn && { CertificateArn: arn }) };
	cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({ ManagedCertificateDetails });
}
const issued = { Status: "ISSUED", NotAfter: new Date(notAfter) } as const;

describe("a certificate of CloudFront's that another takes the place of", () => {
	it("is not taken for the new one, of which CloudFront does not tell at once", async () => {
		await parked(aDomainClaim({ distributionTenantId: "dt_1", formerCertificates: [certificateArn] }));
		cloudFrontSays("failed", certificateArn);
		acmSays({ Status: "FAILED" });
		await look();
		expect(cloud.failed()).toEqual([]);
		expect(await lastSeen()).toMatch("does not tell of the new certificate");
	});

	it("is to be deleted once the new one is told", async () => {
		await parked(aDomainClaim({ distributionTenantId: "dt_1", certificateArn: "arn-before" }));
		cloudFrontSays("issued", certificateArn);
		acmSays(issued);
		await look();
		expect(await custom()).toMatchObject({ certificateArn, formerCertificates: ["arn-before"] });
	});
});

describe("a slow look", () => {
	it("does not put the certificate that it looked at in the place of one that was asked for meanwhile", async () => {
		await parked();
		acmSays({ Status: "PENDING_VALIDATION" });
		const newer = aDomainClaim({ ...byDns.custom, certificateArn: "arn-newer" }, { revision: 5 });
		let times = 0;
		cloud.overtake(async () => {
			if (times++ === 0) await cloud.hold({ claim: newer });
		});
		await look();
		expect(await custom()).toEqual(newer.custom);
	});
});

describe("a certificate that is issued", () => {
	it.each([
		["ACM's", byDns, { validationRecord }],
		["CloudFront's own", byHttp, {}],
	])("frees its task and is noted with its end: %s", async (_, claim, more) => {
		await parked(claim);
		acmSays(issued);
		cloudFrontSays("issued", certificateArn);
		await look();
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await condition()).toMatchObject({ status: "true", message: expect.stringContaining(notAfter) });
		const { certificateArn: _arn, distributionTenantId, ...before } = claim.custom ?? {};
		expect(await custom()).toEqual({
			...{ ...before, certificateArn, certificateEndsAt: notAfter, ...more },
			...(distributionTenantId !== undefined && { distributionTenantId }),
		});
		expect(cloud.told()).toMatchObject([
			{ detailType: "CertificateIssued", detail: { hostname: shop, endsAt: notAfter } },
		]);
	});

	it("is issued also when its end is not told yet", async () => {
		await parked();
		acmSays({ Status: "ISSUED" });
		await look();
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await custom()).not.toHaveProperty("certificateEndsAt");
	});
});

describe("a certificate that is pending", () => {
	it("says what hinders it, and keeps the record that ACM has told meanwhile", async () => {
		await parked();
		acmSays({ Status: "PENDING_VALIDATION" });
		see({ validation: seen(nothing("nxdomain")) });
		await look();
		expect(await lastSeen()).toMatch(/^validation-record-missing: /);
		expect(await condition()).toMatchObject({ status: "false", actor: "customer", fix: expect.any(String) });
		expect(await custom()).toMatchObject({ validationRecord });
		expect(vi.mocked(observeDomain).mock.calls[0]?.[0]).toMatchObject({ validationName: validationRecord.name });
		expect([...cloud.freed(), ...cloud.failed()]).toEqual([]);
	});

	it("is nobody's fault while only its authority is waited for", async () => {
		await parked(byHttp);
		cloudFrontSays("pending-validation");
		await look();
		expect(await lastSeen()).toMatch(/^certificate-waiting: /);
		expect(await condition()).toMatchObject({ status: "unknown", actor: "hostmaster" });
		expect(cloud.told()).toEqual([]);
	});

	it("is not written again and again", async () => {
		await parked();
		acmSays({ Status: "PENDING_VALIDATION" });
		await look();
		const before = await cloud.claim(shop);
		await parked(byDns);
		await cloud.put("registry", { ...before });
		await look();
		expect(await cloud.claim(shop)).toEqual(before);
	});
});

describe("a certificate that will never come", () => {
	it.each([
		["FAILED", "CAA_ERROR", /CAA/],
		["FAILED", "ADDITIONAL_VERIFICATION_REQUIRED", /AWS Support/],
		["VALIDATION_TIMED_OUT", undefined, /72 hours/],
		["REVOKED", undefined, /revoked/],
		["EXPIRED", undefined, /ended|expired/],
		["INACTIVE", undefined, /INACTIVE/],
	] as const)("ends its wait with the reason in plain words: %s %s", async (Status, reason, words) => {
		await parked();
		acmSays({ Status, ...(reason && { FailureReason: reason }) });
		await look();
		expect(cloud.failed()).toEqual([
			{ token: "token-1", error: "CertificateFailed", cause: expect.stringMatching(words) },
		]);
		expect(await readCheck(check)).toBeUndefined();
		expect(cloud.freed()).toEqual([]);
	});

	it("is what CloudFront gives up on, too", async () => {
		await parked(byHttp);
		cloudFrontSays("validation-timed-out");
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "CertificateFailed" }]);
	});

	it("is waited for while CloudFront has its tenant and does not tell of it yet", async () => {
		await parked(byHttp);
		cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({});
		const tenant = { Id: "dt_1", DistributionId: "E2", Domains: [{ Domain: shop, Status: "inactive" as const }] };
		cloud.cloudFront
			.on(GetDistributionTenantCommand, { Identifier: "dt_1" })
			.resolves({ DistributionTenant: tenant, ETag: "e" });
		await look();
		expect(await lastSeen()).toMatch("does not tell of a certificate");
		expect(cloud.failed()).toEqual([]);
	});

	it.each([
		["ACM does not know it any more", byDns],
		["it was never asked for", aDomainClaim({ validation: "dns", proofs: ["txt"] })],
		["CloudFront does not know its tenant any more", byHttp],
		["it never had a distribution tenant", aDomainClaim()],
	])("is over when %s", async (_, claim) => {
		await parked(claim);
		const gone = new ResourceNotFoundException({ $metadata: {}, message: "no" });
		cloud.acm.on(DescribeCertificateCommand).rejects(gone);
		cloud.cloudFront.on(GetManagedCertificateDetailsCommand).rejects(noSuchEntity);
		cloud.cloudFront.on(GetDistributionTenantCommand).rejects(noSuchEntity);
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "CertificateFailed", cause: expect.stringContaining("is gone") }]);
	});

	it("is not what an authority means that does not answer", async () => {
		await parked();
		cloud.acm.on(DescribeCertificateCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await look();
		expect(await lastSeen()).toMatch(/^Could not ask: /);
		expect(cloud.failed()).toEqual([]);
	});
});
