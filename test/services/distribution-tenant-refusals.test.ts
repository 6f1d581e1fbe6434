import {
	CloudFrontClient,
	CNAMEAlreadyExists,
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	EntityNotFound,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	IllegalUpdate,
	InvalidArgument,
	ListDistributionTenantsCommand,
	PreconditionFailed,
	ResourceNotDisabled,
	UpdateDistributionTenantCommand,
	UpdateDomainAssociationCommand,
	VerifyDnsConfigurationCommand,
} from "@aws-sdk/client-cloudfront";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import * as views from "../../services/distribution-tenant-views.ts";
import type { NewDomainTenant } from "../../services/distribution-tenants.ts";
import * as tenants from "../../services/distribution-tenants.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { certificateArn, shop } from "../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../builders/a-seen-domain.ts";

const cloudFront = mockClient(CloudFrontClient);
const managed = { managed: true, anew: false } as const;
beforeEach(() => {
	setEnvironment();
	cloudFront.reset();
	cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
	cloudFront.on(GetDistributionTenantCommand).rejects(noSuchEntity);
});

const id = `dt-${shop}`;
const said = { $metadata: {}, message: "no" };
const down = Object.assign(new Error("down"), { $fault: "server" });
const place = { tenantId: "ten_1", environment: "test", distributionId: "E2", connectionGroupId: "cg_1" };
const create = (certificate: NewDomainTenant["certificate"] = managed, hostname = shop) =>
	tenants.createTenant({ ...place, hostname, certificate });
const updates = () => cloudFront.commandCalls(UpdateDistributionTenantCommand).map(({ args: [{ input }] }) => input);

describe("creating a distribution tenant", () => {
	it.each([
		["as it stands, when it serves and CloudFront gets its certificate", {}, managed, 0],
		["enabled, when it was being taken down", { enabled: false }, managed, 1],
		["with the certificate that is given", {}, { arn: "arn-new" }, 1],
		["asking CloudFront for another certificate", {}, { managed: true, anew: true }, 1],
		["as it stands, when it has the certificate that is given", {}, { arn: certificateArn }, 0],
	] as const)("takes over one that our account has: %s", async (_, standing, certificate, count) => {
		cloudFrontHas({ cloudFront }, standing);
		expect(await create(certificate)).toEqual({ id });
		expect(cloudFront.commandCalls(CreateDistributionTenantCommand)).toEqual([]);
		expect(updates()).toHaveLength(count);
		for (const update of updates())
			expect(update).toMatchObject({ Enabled: true, IfMatch: "etag-1", Domains: [{ Domain: shop }] });
		expect(updates()[0]?.ManagedCertificateRequest).toEqual(
			"anew" in certificate && certificate.anew
				? { ValidationTokenHost: "cloudfront", PrimaryDomainName: shop }
				: undefined,
		);
	});

	it("finds ours behind CNAMEAlreadyExists: an answer was lost", async () => {
		cloudFront.on(CreateDistributionTenantCommand).callsFake(() => {
			cloudFrontHas({ cloudFront });
			throw new CNAMEAlreadyExists(said);
		});
		expect(await create()).toEqual({ id });
	});

	it("says whose it is when CNAMEAlreadyExists means another account", async () => {
		cloudFront.on(CreateDistributionTenantCommand).rejects(new CNAMEAlreadyExists(said));
		await expect(create()).rejects.toMatchObject({
			name: "DomainInUseElsewhere",
			detail: expect.stringContaining(shop),
		});
	});

	it("hides no other refusal, and no answer without an id", async () => {
		cloudFront.on(CreateDistributionTenantCommand).rejects(new InvalidArgument(said));
		await expect(create()).rejects.toBeInstanceOf(InvalidArgument);
		cloudFront.on(CreateDistributionTenantCommand).resolves({});
		await expect(create()).rejects.toThrow("without an id");
	});

	it("names it as CloudFront takes names: without a star, 128 characters at most, and none alike", async () => {
		cloudFront.on(CreateDistributionTenantCommand).resolves({ DistributionTenant: { Id: id } });
		await create(managed, "*.acme.com");
		for (const last of ["com", "org"]) {
			await create(managed, `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${last}`);
		}
		const names = cloudFront
			.commandCalls(CreateDistributionTenantCommand)
			.map(({ args: [{ input }] }) => input.Name ?? "");
		expect(names[0]).toBe("hostmaster--any.acme.com");
		for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9.-]{1,126}[a-zA-Z0-9]$/);
		expect(new Set(names).size).toBe(3);
	});
});

describe("changing a distribution tenant", () => {
	it("reads again when CloudFront wrote meanwhile, and gives up after three times", async () => {
		cloudFrontHas({ cloudFront });
		cloudFront.on(UpdateDistributionTenantCommand).rejectsOnce(new PreconditionFailed(said)).resolves({});
		await tenants.disableTenant(id);
		expect(updates()).toHaveLength(2);
		cloudFront.on(UpdateDistributionTenantCommand).rejects(new PreconditionFailed(said));
		await expect(tenants.disableTenant(id)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(updates()).toHaveLength(5);
	});

	it("keeps its certificate when it is disabled, and has none to keep where there is none", async () => {
		cloudFrontHas({ cloudFront });
		await tenants.disableTenant(id);
		const DistributionTenant = {
			Id: id,
			Enabled: true,
			Domains: [
				{ Domain: shop, Status: "active" as const },
				{ Domain: undefined, Status: undefined },
			],
		};
		cloudFront.on(GetDistributionTenantCommand).resolves({ DistributionTenant });
		await tenants.disableTenant(id);
		expect(updates()[0]?.Customizations).toEqual({ Certificate: { Arn: certificateArn } });
		expect(updates()[1]).toMatchObject({ Domains: [{ Domain: shop }] });
		expect(updates()[1]).not.toHaveProperty("Customizations");
	});

	it("of one that is gone: to disable it is done, to attach a certificate is not possible", async () => {
		await tenants.disableTenant(id);
		await expect(tenants.attachCertificate(id, certificateArn)).rejects.toMatchObject({ name: "ConditionsNotMet" });
	});

	it.each([new EntityNotFound(said), undefined])("hides no refusal: %s", async (refusal) => {
		cloudFrontHas({ cloudFront });
		cloudFront.on(UpdateDistributionTenantCommand).rejects(refusal ?? down);
		const name = refusal ? "EntityNotFound" : "ServiceUnavailable";
		await expect(tenants.disableTenant(id)).rejects.toMatchObject({ name });
	});
});

describe("deleting a distribution tenant", () => {
	it.each([
		["is still being disabled", new ResourceNotDisabled(said), false],
		["was changed meanwhile", new PreconditionFailed(said), false],
		["is gone by then", new EntityNotFound(said), true],
	])("says whether it is gone: one that %s", async (_, refusal, gone) => {
		cloudFrontHas({ cloudFront });
		cloudFront.on(DeleteDistributionTenantCommand).rejects(refusal);
		expect(await tenants.deleteTenant(id)).toBe(gone);
	});

	it("is not done while CloudFront does not answer", async () => {
		cloudFrontHas({ cloudFront });
		cloudFront.on(DeleteDistributionTenantCommand).rejects(down);
		await expect(tenants.deleteTenant(id)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("what CloudFront says", () => {
	it.each([
		["pending-validation", "PENDING_VALIDATION"],
		["validation-timed-out", "VALIDATION_TIMED_OUT"],
		["issued", "ISSUED"],
	] as const)("of its own certificate is spelled as ACM's: %s", async (CertificateStatus, status) => {
		cloudFront.on(GetManagedCertificateDetailsCommand).resolves({ ManagedCertificateDetails: { CertificateStatus } });
		expect(await views.managedCertificateOf(id)).toEqual({ status, arn: undefined });
	});

	it("of no certificate is nothing", async () => {
		cloudFront
			.on(GetManagedCertificateDetailsCommand)
			.resolvesOnce({ ManagedCertificateDetails: {} })
			.rejects(noSuchEntity);
		expect(await views.managedCertificateOf(id)).toBeUndefined();
		expect(await views.managedCertificateOf(id)).toBeUndefined();
	});

	it("of a tenant without members is the least that can be", async () => {
		cloudFront.on(GetDistributionTenantByDomainCommand).resolves({ DistributionTenant: {} });
		const least = { id: "", enabled: false, status: "InProgress", domainStatus: undefined, certificateArn: undefined };
		expect(await views.findTenant(shop)).toEqual(least);
	});

	it.each([
		["valid-configuration", "because"],
		["invalid-configuration", undefined],
	] as const)("of a domain's DNS is %s", async (Status, Reason) => {
		const DnsConfigurationList = [{ Domain: shop, Status, ...(Reason && { Reason }) }];
		cloudFront.on(VerifyDnsConfigurationCommand).resolves({ DnsConfigurationList });
		expect(await views.dnsVerdictOf(id, shop)).toEqual({ status: Status, ...(Reason && { reason: Reason }) });
	});

	it("of how many there are is counted over all pages", async () => {
		const summary = { Id: id, DistributionId: "E2", Name: "n", Arn: "arn", Domains: [], ETag: "etag-1" };
		const one = { ...summary, CreatedTime: new Date(0), LastModifiedTime: new Date(0) };
		cloudFront
			.on(ListDistributionTenantsCommand)
			.resolvesOnce({ DistributionTenantList: [one, one], NextMarker: "more" })
			.resolves({});
		expect(await views.countTenants()).toBe(2);
	});
});

describe("moving a domain", () => {
	it.each([
		[new InvalidArgument(said), "DomainInUseHere"],
		[new IllegalUpdate(said), "DomainInUseHere"],
		[noSuchEntity, "ConditionsNotMet"],
	])("that %s refuses is explained", async (refusal, name) => {
		cloudFrontHas({ cloudFront }, { hostname: "other.acme.com" });
		cloudFront.on(UpdateDomainAssociationCommand).rejects(refusal);
		await expect(tenants.moveDomain(shop, "dt-other.acme.com")).rejects.toMatchObject({ name });
	});

	it("is not refused by a CloudFront that does not answer", async () => {
		cloudFrontHas({ cloudFront }, { hostname: "other.acme.com" });
		cloudFront.on(UpdateDomainAssociationCommand).rejects(down);
		await expect(tenants.moveDomain(shop, "dt-other.acme.com")).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("to a tenant that is not there is explained", async () => {
		await expect(tenants.moveDomain(shop, "dt-none")).rejects.toMatchObject({ name: "ConditionsNotMet" });
	});
});
