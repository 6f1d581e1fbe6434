import {
	CloudFrontClient,
	CNAMEAlreadyExists,
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	type DistributionTenant,
	type DnsConfigurationStatus,
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
import { HostmasterError } from "../domain/errors.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

// CloudFront has one endpoint, in this region: https://docs.aws.amazon.com/general/latest/gr/cf_region.html
const client = new CloudFrontClient({ ...clientDefaults, region: "us-east-1" });

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
	const found = await absent(() => (id === undefined ? client.send(byDomain) : client.send(byId)));
	return found?.DistributionTenant && read(found.DistributionTenant, hostname);
}

export interface NewDomainTenant {
	hostname: string;
	tenantId: string;
	environment: string;
	certificate: { managed: true } | { arn: string };
	distributionId: string;
	connectionGroupId: string;
}

/**
 * Creates a domain's distribution tenant; one that our distribution has for the domain is taken over, enabled, with the certificate
 * that is given. Safe to repeat. Throws DomainInUseHere, DomainInUseElsewhere, Throttled, ServiceUnavailable.
 */
export async function createTenant(wanted: NewDomainTenant): Promise<{ id: string }> {
	const { hostname } = wanted;
	const standing = await findTenant(hostname);
	if (standing) return await takeOver(standing, wanted);
	try {
		const { DistributionTenant } = await calling("CloudFront", () => client.send(creation(wanted)));
		if (DistributionTenant?.Id === undefined) throw new Error("CloudFront answered a creation without an id.");
		return { id: DistributionTenant.Id };
	} catch (error) {
		if (!(error instanceof CNAMEAlreadyExists)) throw error;
		// Ours, by a request whose answer was lost?
		const own = await findTenant(hostname);
		if (own) return await takeOver(own, wanted);
		const detail = `CloudFront has '${hostname}' in another account or distribution (CNAMEAlreadyExists): ${error.message}`;
		throw new HostmasterError("DomainInUseElsewhere", detail, { cause: error });
	}
}

function creation(wanted: NewDomainTenant): CreateDistributionTenantCommand {
	const { hostname, tenantId, environment, certificate, distributionId, connectionGroupId } = wanted;
	return new CreateDistributionTenantCommand({
		DistributionId: distributionId,
		ConnectionGroupId: connectionGroupId,
		// Letters, digits, hyphens and dots: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistributionTenant.html
		Name: `hostmaster-${hostname.replace("*", "-any")}`.slice(0, 128),
		Domains: [{ Domain: hostname }],
		Enabled: true,
		...("arn" in certificate
			? { Customizations: { Certificate: { Arn: certificate.arn } } }
			: { ManagedCertificateRequest: { ValidationTokenHost: "cloudfront", PrimaryDomainName: hostname } }),
		Tags: {
			Items: [
				{ Key: "application", Value: "hostmaster" },
				{ Key: "environment", Value: environment },
				{ Key: "tenant", Value: tenantId },
			],
		},
	});
}

async function takeOver(
	{ id, enabled, distributionId }: DomainTenant,
	{ hostname, certificate, distributionId: ours }: NewDomainTenant,
): Promise<{ id: string }> {
	// Of another application in this account: it is not ours to change.
	if (distributionId !== ours) {
		const detail = `The distribution tenant '${id}' of this account, which is not Hostmaster's, has '${hostname}'.`;
		throw new HostmasterError("DomainInUseHere", detail);
	}
	const arn = "arn" in certificate ? certificate.arn : undefined;
	if (arn !== undefined || !enabled) await update(id, { enabled: true, certificateArn: arn });
	return { id };
}

/** Serves the domain with this certificate. Safe to repeat. */
export function attachCertificate(id: string, certificateArn: string): Promise<void> {
	return update(id, { enabled: true, certificateArn });
}

/** CloudFront answers for the domain no more, and lets the tenant be deleted once that is so everywhere. Safe to repeat. */
export function disableTenant(id: string): Promise<void> {
	return update(id, { enabled: false, certificateArn: undefined });
}

/** Deletes a disabled tenant; false while CloudFront is not ready for that. One that is gone is deleted already. */
export async function deleteTenant(id: string): Promise<boolean> {
	const found = await absent(() => client.send(new GetDistributionTenantCommand({ Identifier: id })));
	if (!found) return true;
	try {
		await absent(() => client.send(new DeleteDistributionTenantCommand({ Id: id, IfMatch: found.ETag })));
		return true;
	} catch (error) {
		if (error instanceof ResourceNotDisabled || error instanceof PreconditionFailed) return false;
		throw error;
	}
}

/** How CloudFront's own certificate for a domain stands, in ACM's spelling; `arn` as soon as there is one. */
export async function managedCertificateOf(
	tenantId: string,
): Promise<{ status: string; arn: string | undefined } | undefined> {
	const found = await absent(() => client.send(new GetManagedCertificateDetailsCommand({ Identifier: tenantId })));
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
	const [first] = (await absent(() => client.send(wanted)))?.DnsConfigurationList ?? [];
	if (first?.Status === undefined) return undefined;
	return { status: first.Status, ...(first.Reason !== undefined && { reason: first.Reason }) };
}

/**
 * Gives a domain to another tenant of our account, whose certificate must cover it. The tenant that has it must be disabled, so that
 * nobody answers for the domain from then until the move is everywhere. Safe to repeat. Throws DomainInUseHere while CloudFront does not
 * move it, ConditionsNotMet when there is nothing to move.
 */
export async function moveDomain(hostname: string, toTenantId: string): Promise<void> {
	const found = await absent(() => client.send(new GetDistributionTenantCommand({ Identifier: toTenantId })));
	if (found?.DistributionTenant?.Domains?.some(({ Domain }) => Domain?.toLowerCase() === hostname)) return;
	const TargetResource = { DistributionTenantId: toTenantId };
	const wanted = new UpdateDomainAssociationCommand({ Domain: hostname, TargetResource, IfMatch: found?.ETag });
	const moved = found && (await absent(() => client.send(wanted).catch(notMovable)));
	if (moved) return;
	throw new HostmasterError(
		"ConditionsNotMet",
		`CloudFront knows no tenant that has '${hostname}', or not '${toTenantId}'.`,
	);
}

function notMovable(error: unknown): never {
	if (!(error instanceof InvalidArgument || error instanceof IllegalUpdate)) throw error;
	throw new HostmasterError("DomainInUseHere", `CloudFront does not move the domain: ${error.message}`, {
		cause: error,
	});
}

/** How many distribution tenants an account has: the function's own unless `as` is given. */
export async function countTenants(as: CloudFrontClient = client): Promise<number> {
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

async function update(id: string, change: { enabled: boolean; certificateArn: string | undefined }): Promise<void> {
	for (let attempt = 1; attempt <= 3; attempt++) {
		const found = await absent(() => client.send(new GetDistributionTenantCommand({ Identifier: id })));
		const tenant = found?.DistributionTenant;
		if (!tenant) {
			if (!change.enabled) return; // gone is as good as disabled
			throw new HostmasterError("ConditionsNotMet", `CloudFront does not know the distribution tenant '${id}'.`);
		}
		const arn = change.certificateArn ?? tenant.Customizations?.Certificate?.Arn;
		const stands = tenant.Enabled === change.enabled && tenant.Customizations?.Certificate?.Arn === arn;
		if (stands) return;
		try {
			await calling("CloudFront", () =>
				client.send(
					new UpdateDistributionTenantCommand({
						...{ Id: id, IfMatch: found.ETag, Enabled: change.enabled },
						DistributionId: tenant.DistributionId,
						ConnectionGroupId: tenant.ConnectionGroupId,
						Domains: tenant.Domains?.flatMap(({ Domain }) => (Domain === undefined ? [] : [{ Domain }])),
						...(arn !== undefined && { Customizations: { ...tenant.Customizations, Certificate: { Arn: arn } } }),
					}),
				),
			);
			return;
		} catch (error) {
			// Somebody else wrote meanwhile: CloudFront itself, as it deploys.
			if (!(error instanceof PreconditionFailed)) throw error;
		}
	}
	throw new HostmasterError("ServiceUnavailable", `Others changed the distribution tenant '${id}' three times.`);
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

/** The answer, or undefined when CloudFront knows no such thing. */
async function absent<T>(call: () => Promise<T>): Promise<T | undefined> {
	try {
		return await calling("CloudFront", call);
	} catch (error) {
		if (error instanceof EntityNotFound) return undefined;
		throw error;
	}
}
