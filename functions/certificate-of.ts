import type { Claim } from "../domain/claim.ts";
import { managedCertificateOf } from "../services/distribution-tenant-views.ts";
import { type DomainCertificate, describeDomainCertificate } from "../services/domain-certificates.ts";
import { customOf } from "./custom-of.ts";

/** The certificate that the claim has, or that CloudFront is getting for it; undefined when there is none. */
export async function certificateOf(claim: Claim): Promise<(DomainCertificate & { arn?: string }) | undefined> {
	const { certificateArn: arn, validation } = customOf(claim);
	if (validation === "dns") {
		const found = arn === undefined ? undefined : await describeDomainCertificate(arn);
		return found && { ...found, ...(arn !== undefined && { arn }) };
	}
	const { distributionTenantId } = customOf(claim);
	const managed = distributionTenantId === undefined ? undefined : await managedCertificateOf(distributionTenantId);
	if (managed?.arn === undefined) return managed && { status: managed.status };
	return { ...(await describeDomainCertificate(managed.arn)), status: managed.status, arn: managed.arn };
}
