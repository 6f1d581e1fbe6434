import { hasEnded } from "../domain/certificate-status.ts";
import type { Claim } from "../domain/claim.ts";
import { noteRequest } from "../services/certificate-requests.ts";
import { type DomainTenant, findTenant, managedCertificateOf } from "../services/distribution-tenant-views.ts";
import { createTenant } from "../services/distribution-tenants.ts";
import { customOf } from "./custom-of.ts";
import { edgePlaceOf, keepEdge } from "./keep-edge.ts";
import { keepQuota } from "./keep-quota.ts";

/**
 * Has CloudFront get a certificate of its own for the domain, with the distribution tenant that validates it over HTTP; one that stands already is
 * asked for another only when it has none that can be issued. Answers the claim with both noted. Safe to repeat. Throws CertificateQuotaReached,
 * DomainInUseHere, DomainInUseElsewhere, Superseded, Throttled, ServiceUnavailable.
 */
export async function createManagedEdge(claim: Claim): Promise<Claim> {
	const place = edgePlaceOf(claim);
	const holder = await findTenant(claim.hostname);
	const standing = holder?.distributionId === place.distributionId ? holder : undefined;
	const { isAsked, former } = await managedBefore(claim, standing);
	if (!isAsked) await keepQuota(claim.tenantId);
	const certificate = { managed: true, anew: standing !== undefined && !isAsked } as const;
	const { id } = await createTenant({ ...place, certificate });
	// Crash here? The next try finds it by its name, and what it was asked for.
	const kept = await keepEdge(claim, id, former);
	// It counts in the quota as ACM's own do.
	if (!isAsked) await noteRequest(claim.tenantId);
	return kept;
}

/**
 * Whether CloudFront has been asked for a certificate that can still be issued; `former`: one that it was asked for before, and that has ended, or
 * that an attempt in another way has given up: it is to be deleted.
 */
async function managedBefore(
	claim: Claim,
	standing: DomainTenant | undefined,
): Promise<{ isAsked: boolean; former?: string | undefined }> {
	if (!standing) return { isAsked: false };
	const managed = await managedCertificateOf(standing.id);
	const { formerCertificates = [], distributionTenantId } = customOf(claim);
	if (managed) {
		const isOver = hasEnded(managed.status) || formerCertificates.includes(managed.arn ?? "");
		return isOver ? { isAsked: false, former: managed.arn } : { isAsked: true };
	}
	// One that was created a moment ago may not tell of its certificate yet; one that an attempt before has made, with ACM's, was never asked.
	return { isAsked: standing.certificateArn === undefined && distributionTenantId === undefined };
}
