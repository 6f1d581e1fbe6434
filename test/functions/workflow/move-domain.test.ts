import {
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	ListCertificatesCommand,
	RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import {
	CreateDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	InvalidArgument,
	UpdateDistributionTenantCommand,
	UpdateDomainAssociationCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CustomDomain } from "../../../domain/custom-domain.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, certificateArn, shop, validationRecord } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { token } from "../../builders/an-expected-domain.ts";
import { platformDomain } from "../../builders/entities.ts";
import { domainStepsDone, domainWorld, runDomain } from "./a-domain-step.ts";

const target = `${token}.edge.${platformDomain}`;
const edgeNames = `*.edge.${platformDomain}`;
const held: Partial<CustomDomain> = { validation: "dns", proofs: ["txt"], certificateArn, validationRecord };
const moving: Partial<CustomDomain> = { ...held, moveFrom: "dt_other" };
const said = { $metadata: {}, message: "the source is enabled" };

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
	cloud.cloudFront.on(CreateDistributionTenantCommand).resolves({ DistributionTenant: { Id: "dt_target" } });
	cloud.cloudFront.on(GetDistributionTenantCommand, { Identifier: "dt_target" }).resolves({
		...{ DistributionTenant: { Id: "dt_target", Domains: [{ Domain: target, Status: "active" }] }, ETag: "etag-7" },
	});
	cloud.cloudFront.on(UpdateDomainAssociationCommand).resolves({ ResourceId: "dt_target" });
});
afterAll(() => cloud.close());

const other = {
	DistributionTenant: {
		Id: "dt_other",
		DistributionId: "EOTHER",
		Domains: [{ Domain: shop, Status: "active" as const }],
	},
};
const heldByOther = () => cloud.cloudFront.on(GetDistributionTenantByDomainCommand, { Domain: shop }).resolves(other);
const moves = () => cloud.cloudFront.commandCalls(UpdateDomainAssociationCommand).map(({ args: [{ input }] }) => input);

describe("a domain that another distribution of this account has", () => {
	it("is left there, and nothing of it is changed, unless its move was asked for", async () => {
		heldByOther();
		await domainWorld(cloud, aDomainClaim(held));
		await expect(runDomain("AttachEdge")).rejects.toMatchObject({
			...{ name: "DomainInUseHere", detail: expect.stringContaining("dt_other") },
		});
		expect(cloud.cloudFront.commandCalls(UpdateDistributionTenantCommand)).toEqual([]);
		expect(moves()).toEqual([]);
	});

	it("is moved by another attempt to another target, and the first one's is known until it is taken down", async () => {
		heldByOther();
		await domainWorld(cloud, aDomainClaim({ ...moving, distributionTenantId: "dt_first" }));
		await runDomain("AttachEdge");
		expect((await cloud.claim(shop))?.["custom"]).toMatchObject({
			...{ distributionTenantId: "dt_target", formerDistributionTenants: ["dt_first"] },
		});
	});

	it("is moved to a distribution tenant that was made with the target of its CNAME", async () => {
		heldByOther();
		await domainWorld(cloud, aDomainClaim(moving));
		await runDomain("AttachEdge");
		expect(cloud.cloudFront.commandCalls(CreateDistributionTenantCommand)[0]?.args[0].input).toMatchObject({
			...{ Domains: [{ Domain: target }], Customizations: { Certificate: { Arn: certificateArn } } },
		});
		expect(moves()).toEqual([
			{ Domain: shop, TargetResource: { DistributionTenantId: "dt_target" }, IfMatch: "etag-7" },
		]);
		expect((await cloud.claim(shop))?.["custom"]).toMatchObject({ distributionTenantId: "dt_target" });
		expect(await domainStepsDone(cloud)).toEqual(["AttachEdge"]);
	});

	it("waits for an operator while its source is not disabled", async () => {
		heldByOther();
		cloud.cloudFront.on(UpdateDomainAssociationCommand).rejects(new InvalidArgument(said));
		await domainWorld(cloud, aDomainClaim(moving));
		await expect(runDomain("AttachEdge")).rejects.toMatchObject({
			...{ name: "DomainInUseHere", detail: expect.stringContaining("the source is enabled") },
		});
		// Whoever takes the domain down finds the target by it.
		expect((await cloud.claim(shop))?.["custom"]).toMatchObject({ distributionTenantId: "dt_target" });
	});

	it("is not moved from another than was confirmed", async () => {
		heldByOther();
		await domainWorld(cloud, aDomainClaim({ ...moving, moveFrom: "dt_another" }));
		await expect(runDomain("AttachEdge")).rejects.toMatchObject({
			...{ name: "DomainInUseHere", detail: expect.stringContaining("'dt_other' has it") },
		});
		expect(moves()).toEqual([]);
	});

	it("is made as any other once nobody has it any more", async () => {
		await domainWorld(cloud, aDomainClaim(moving));
		await runDomain("AttachEdge");
		expect(cloud.cloudFront.commandCalls(CreateDistributionTenantCommand)[0]?.args[0].input).toMatchObject({
			Domains: [{ Domain: shop }],
		});
		expect(moves()).toEqual([]);
	});

	it("is not moved twice", async () => {
		cloudFrontHas(cloud);
		await domainWorld(cloud, aDomainClaim(moving));
		await runDomain("AttachEdge");
		expect(moves()).toEqual([]);
	});
});

describe("the certificate of a domain that is to be moved", () => {
	const requested = () => cloud.acm.commandCalls(RequestCertificateCommand).map(({ args: [{ input }] }) => input);
	const Status = "ISSUED" as const;
	beforeEach(() => {
		cloud.acm.on(ListCertificatesCommand).resolves({});
		cloud.acm.on(RequestCertificateCommand).resolves({ CertificateArn: "arn:new" });
	});

	it("is for the name of the target, too, and replaces one that is not", async () => {
		cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: { Status, SubjectAlternativeNames: [shop] } });
		await domainWorld(cloud, aDomainClaim(moving));
		await runDomain("RequestCertificate");
		expect(requested()).toMatchObject([{ DomainName: shop, SubjectAlternativeNames: [shop, edgeNames] }]);
		expect(cloud.acm.commandCalls(DeleteCertificateCommand)[0]?.args[0].input).toEqual({
			CertificateArn: certificateArn,
		});
		expect((await cloud.claim(shop))?.["custom"]).toMatchObject({ certificateArn: "arn:new" });
	});

	it("is kept when it is for both", async () => {
		const Certificate = { Status, SubjectAlternativeNames: [shop, edgeNames] };
		cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate });
		await domainWorld(cloud, aDomainClaim(moving));
		await runDomain("RequestCertificate");
		expect(requested()).toEqual([]);
	});
});
