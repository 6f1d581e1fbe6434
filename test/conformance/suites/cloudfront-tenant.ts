import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
	CreateDistributionCommand,
	CreateDistributionTenantCommand,
	type CreateDistributionTenantCommandInput,
	DeleteDistributionCommand,
	DeleteDistributionTenantCommand,
	type DistributionConfig,
	GetDistributionTenantCommand,
	UpdateDistributionCommand,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { eventually, type Stage, there } from "../check.ts";
import { aCertificate, described } from "./acm.ts";
import { aZone, records } from "./route53-records.ts";

/** AWS's own cache policy CachingDisabled. */
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/** A distribution that serves by tenants only: the one that stands, or one of the check's own. Answers its id. */
export async function aDistribution(stage: Stage): Promise<string> {
	if (stage.distributionId !== undefined) return stage.distributionId;
	const { cloudfront } = stage.clients;
	const config: DistributionConfig = {
		...{ CallerReference: stage.unique("distribution"), Comment: stage.unique(), Enabled: true },
		ConnectionMode: "tenant-only",
		Origins: {
			Quantity: 1,
			Items: [
				{
					...{ Id: "origin", DomainName: "origin.example.com" },
					CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "https-only" },
				},
			],
		},
		DefaultCacheBehavior: {
			...{ TargetOriginId: "origin", ViewerProtocolPolicy: "https-only", CachePolicyId: cachingDisabled },
		},
	};
	const made = await cloudfront.send(new CreateDistributionCommand({ DistributionConfig: config }));
	const Id = there(made.Distribution?.Id, "the distribution's id");
	stage.defer(async () => {
		const off = { Id, IfMatch: made.ETag, DistributionConfig: { ...config, Enabled: false } };
		const { ETag } = await cloudfront.send(new UpdateDistributionCommand(off));
		await cloudfront.send(new DeleteDistributionCommand({ Id, IfMatch: ETag }));
	});
	return Id;
}

/** A name with an issued certificate for it and its wildcard, validated in a zone of the check's own. */
export async function aCertifiedName(stage: Stage): Promise<{ name: string; certificateArn: string }> {
	const zone = await aZone(stage);
	const certificateArn = await aCertificate(stage, zone.name, { SubjectAlternativeNames: [`*.${zone.name}`] });
	const { DomainValidationOptions = [] } = await described(stage, certificateArn);
	const { Name = "", Value = "" } = DomainValidationOptions[0]?.ResourceRecord ?? {};
	await zone.change(records("UPSERT", Name, "CNAME", Value));
	await eventually(
		"the certificate is issued",
		async () => {
			const asked = new DescribeCertificateCommand({ CertificateArn: certificateArn });
			const { Certificate } = await stage.clients.acm.send(asked);
			return Certificate?.Status === "ISSUED" ? true : undefined;
		},
		40,
	);
	return { name: zone.name, certificateArn };
}

/** A tenant with one domain and its certificate; it goes with the check. */
export async function aTenant(stage: Stage, more: Partial<CreateDistributionTenantCommandInput> = {}) {
	const DistributionId = more.DistributionId ?? (await aDistribution(stage));
	const { name, certificateArn } = await aCertifiedName(stage);
	const wanted = {
		...{ DistributionId, Name: stage.unique("tenant"), Domains: [{ Domain: name }] },
		...{ Customizations: { Certificate: { Arn: certificateArn } }, ...more },
	};
	return { DistributionId, domain: name, certificateArn, ...(await made(stage, wanted)) };
}

/** Makes a tenant as it is wanted. */
export async function made(stage: Stage, wanted: CreateDistributionTenantCommandInput) {
	const { cloudfront } = stage.clients;
	const { DistributionTenant, ETag } = await cloudfront.send(new CreateDistributionTenantCommand(wanted));
	const Id = there(DistributionTenant?.Id, "the tenant's id");
	const tenant = () => cloudfront.send(new GetDistributionTenantCommand({ Identifier: Id }));
	const deployed = () =>
		eventually("the tenant is deployed", async () => {
			const told = await tenant();
			return told.DistributionTenant?.Status === "Deployed" ? told : undefined;
		});
	async function disable(): Promise<void> {
		const { ETag: IfMatch } = await tenant();
		await cloudfront.send(new UpdateDistributionTenantCommand({ Id, IfMatch, Enabled: false }));
		await deployed();
	}
	const remove = async () => {
		const { ETag: IfMatch } = await tenant();
		await cloudfront.send(new DeleteDistributionTenantCommand({ Id, IfMatch }));
	};
	stage.defer(async () => {
		await disable();
		await remove();
	});
	return { Id, created: DistributionTenant, etag: ETag, wanted, tenant, deployed, disable, remove };
}
