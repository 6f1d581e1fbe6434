import {
	type CloudFrontClient,
	type DistributionTenant,
	type DnsConfigurationStatus,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	ListDistributionTenantsCommand,
	VerifyDnsConfigurationCommand,
} from "@aws-sdk/client-cloudfront";
import { calling } from "./aws-errors.ts";
import { absent, cloudFront } from "./cloudfront.ts";

/** A domain's distribution tenant, as CloudFront has it. */
export interface DomainTenant {
	id: string;
	/** The multi-tenant distribution that it belongs to. */
	distributionId: string | undefined;
	enabled: boolean;
	status: "InProgress" | "Deployed";
	domainStatus: "active" | "inactive" | undefined;
	certificateArn: string | undefined;
}

/** The distribution tenant that has the domain, or the one with this `id`, in our own account; undefined when there is none. */
export async function findTenant(hostname: string, id?: string): Promise<DomainTenant | undefined> {
	const byId = new GetDistributionTenantCommand({ Identifier: id });
	const byDomain = new GetDistributionTenantByDomainCommand({ Domain: hostname });
	const found = await absent(() => (id === undefined ? cloudFront.send(byDomain) : cloudFront.send(byId)));
	return found?.DistributionTenant && read(found.DistributionTenant, hostname);
}

/** How CloudFront's own certificate for a domain stands, in ACM's spelling; `arn` as soon as there is one. */
export async function managedCertificateOf(
	tenantId: string,
): Promise<{ status: string; arn: string | undefined } | undefined> {
	const found = await absent(() => cloudFront.send(new GetManagedCertificateDetailsCommand({ Identifier: tenantId })));
	const details = found?.ManagedCertificateDetails;
	if (!details?.CertificateStatus) return undefined;
	return { status: details.CertificateStatus.toUpperCase().replaceAll("-", "_"), arn: details.CertificateArn };
}

/** What CloudFront itself makes of a domain's DNS, by its tenant; undefined when there is no such tenant. */
export async function dnsVerdictOf(
	tenantId: string,
	hostname: string,
): Promise<{ status: DnsConfigurationStatus; reason?: string } | undefined> {
	const wanted = new VerifyDnsConfigurationCommand({ Identifier: tenantId, Domain: hostname });
	const [first] = (await absent(() => cloudFront.send(wanted)))?.DnsConfigurationList ?? [];
	if (first?.Status === undefined) return undefined;
	return { status: first.Status, ...(first.Reason !== undefined && { reason: first.Reason }) };
}

/** How many distribution tenants an account has: the function's own unless `as` is given. */
export async function countTenants(as: CloudFrontClient = cloudFront): Promise<number> {
	let used = 0;
	let Marker: string | undefined;
	do {
		const page = await calling("CloudFront", () =>
			as.send(new ListDistributionTenantsCommand({ MaxItems: 100, Marker })),
		);
		used += page.DistributionTenantList?.length ?? 0;
		Marker = page.NextMarker;
	} while (Marker);
	return used;
}

function read(tenant: DistributionTenant, hostname: string): DomainTenant {
	const domain = tenant.Domains?.find(({ Domain }) => Domain?.toLowerCase() === hostname);
	return {
		id: tenant.Id ?? "",
		distributionId: tenant.DistributionId,
		enabled: tenant.Enabled ?? false,
		status: tenant.Status === "Deployed" ? "Deployed" : "InProgress",
		domainStatus: domain?.Status,
		certificateArn: tenant.Customizations?.Certificate?.Arn,
	};
}
