import { createHash } from "node:crypto";
import {
	CNAMEAlreadyExists,
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetDistributionTenantCommand,
	IllegalUpdate,
	InvalidArgument,
	type ManagedCertificateRequest,
	PreconditionFailed,
	ResourceNotDisabled,
	UpdateDistributionTenantCommand,
	UpdateDomainAssociationCommand,
} from "@aws-sdk/client-cloudfront";
import { HostmasterError } from "../domain/errors.ts";
import { calling } from "./aws-errors.ts";
import { absent, cloudFront } from "./cloudfront.ts";
import { type DomainTenant, findTenant } from "./distribution-tenant-views.ts";

/** A domain's place at the edge, as it is asked for. */
export interface NewDomainTenant {
	hostname: string;
	tenantId: string;
	environment: string;
	/** CloudFront's own, or ACM's; `anew`: a tenant that stands already is to ask for another of CloudFront's. */
	certificate: { managed: true; anew: boolean } | { arn: string };
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
		const { DistributionTenant } = await calling("CloudFront", () => cloudFront.send(creation(wanted)));
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
		Name: nameOf(hostname),
		Domains: [{ Domain: hostname }],
		Enabled: true,
		...("arn" in certificate
			? { Customizations: { Certificate: { Arn: certificate.arn } } }
			: { ManagedCertificateRequest: managedRequest(hostname) }),
		Tags: {
			Items: [
				{ Key: "application", Value: "hostmaster" },
				{ Key: "environment", Value: environment },
				{ Key: "tenant", Value: tenantId },
			],
		},
	});
}

/**
 * Of up to 128 letters, digits, hyphens and dots, and no other tenant's: a hostname may be longer.
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistributionTenant.html
 */
function nameOf(hostname: string): string {
	const name = `hostmaster-${hostname.replace("*", "-any")}`;
	return name.length <= 128 ? name : `hostmaster-${createHash("sha256").update(hostname).digest("hex")}`;
}

/** CloudFront itself answers the authority's question: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ManagedCertificateRequest.html */
function managedRequest(hostname: string): ManagedCertificateRequest {
	return { ValidationTokenHost: "cloudfront", PrimaryDomainName: hostname };
}

async function takeOver(
	{ id, distributionId }: DomainTenant,
	{ hostname, certificate, distributionId: ours }: NewDomainTenant,
): Promise<{ id: string }> {
	// Of another application in this account: it is not ours to change.
	if (distributionId !== ours) {
		const detail = `The distribution tenant '${id}' of this account, which is not Hostmaster's, has '${hostname}'.`;
		throw new HostmasterError("DomainInUseHere", detail);
	}
	if ("arn" in certificate) await attachCertificate(id, certificate.arn);
	else await update(id, { enabled: true, ...(certificate.anew && { managedFor: hostname }) });
	return { id };
}

/** Serves the domain with this certificate. Safe to repeat. */
export function attachCertificate(id: string, certificateArn: string): Promise<void> {
	return update(id, { enabled: true, certificateArn });
}

/** CloudFront answers for the domain no more, and lets the tenant be deleted once that is so everywhere. Safe to repeat. */
export function disableTenant(id: string): Promise<void> {
	return update(id, { enabled: false });
}

/** Deletes a disabled tenant; false while CloudFront is not ready for that. One that is gone is deleted already. */
export async function deleteTenant(id: string): Promise<boolean> {
	const found = await absent(() => cloudFront.send(new GetDistributionTenantCommand({ Identifier: id })));
	if (!found) return true;
	try {
		await absent(() => cloudFront.send(new DeleteDistributionTenantCommand({ Id: id, IfMatch: found.ETag })));
		return true;
	} catch (error) {
		if (error instanceof ResourceNotDisabled || error instanceof PreconditionFailed) return false;
		throw error;
	}
}

/**
 * Gives a domain to another tenant of our account, whose certificate must cover it. The tenant that has it must be disabled, so that
 * nobody answers for the domain from then until the move is everywhere. Safe to repeat. Throws DomainInUseHere while CloudFront does not
 * move it, ConditionsNotMet when there is nothing to move.
 */
export async function moveDomain(hostname: string, toTenantId: string): Promise<void> {
	const found = await absent(() => cloudFront.send(new GetDistributionTenantCommand({ Identifier: toTenantId })));
	if (found?.DistributionTenant?.Domains?.some(({ Domain }) => Domain?.toLowerCase() === hostname)) return;
	const TargetResource = { DistributionTenantId: toTenantId };
	const wanted = new UpdateDomainAssociationCommand({ Domain: hostname, TargetResource, IfMatch: found?.ETag });
	const moved = found && (await absent(() => cloudFront.send(wanted).catch(notMovable)));
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

/** What a distribution tenant is to be; without a certificate it keeps what it has. `managedFor`: the name for which CloudFront is to get one. */
interface TenantChange {
	enabled: boolean;
	certificateArn?: string;
	managedFor?: string;
}

async function update(id: string, change: TenantChange): Promise<void> {
	for (let attempt = 1; attempt <= 3; attempt++) {
		const found = await absent(() => cloudFront.send(new GetDistributionTenantCommand({ Identifier: id })));
		const tenant = found?.DistributionTenant;
		if (!tenant) {
			if (!change.enabled) return; // gone is as good as disabled
			throw new HostmasterError("ConditionsNotMet", `CloudFront does not know the distribution tenant '${id}'.`);
		}
		const arn = change.certificateArn ?? tenant.Customizations?.Certificate?.Arn;
		const serves = tenant.Enabled === change.enabled && tenant.Customizations?.Certificate?.Arn === arn;
		if (serves && change.managedFor === undefined) return;
		try {
			await calling("CloudFront", () =>
				cloudFront.send(
					new UpdateDistributionTenantCommand({
						...{ Id: id, IfMatch: found.ETag, Enabled: change.enabled },
						DistributionId: tenant.DistributionId,
						ConnectionGroupId: tenant.ConnectionGroupId,
						Domains: tenant.Domains?.flatMap(({ Domain }) => (Domain === undefined ? [] : [{ Domain }])),
						...(arn !== undefined && { Customizations: { ...tenant.Customizations, Certificate: { Arn: arn } } }),
						...(change.managedFor !== undefined && { ManagedCertificateRequest: managedRequest(change.managedFor) }),
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
