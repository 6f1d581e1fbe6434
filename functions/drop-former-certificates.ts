import type { Claim } from "../domain/claim.ts";
import { withoutFormer } from "../domain/custom-domain.ts";
import { changeClaim } from "../services/claims.ts";
import { deleteCertificate } from "../services/domain-certificates.ts";
import { logger } from "../services/log.ts";
import { customOf } from "./custom-of.ts";

/**
 * Deletes the certificates that others have taken the place of: they count in ACM's quota. One that the edge still serves, or that ACM does not
 * delete, is left for the next time, and stops nobody. Safe to repeat. Throws Superseded.
 */
export async function dropFormerCertificates(claim: Claim): Promise<Claim> {
	const gone: string[] = [];
	for (const arn of customOf(claim).formerCertificates ?? []) if (await isDeleted(arn)) gone.push(arn);
	if (gone.length === 0) return claim;
	return await changeClaim(claim, (held) => ({ ...held, custom: withoutFormer(customOf(held), gone) }));
}

async function isDeleted(arn: string): Promise<boolean> {
	try {
		return await deleteCertificate(arn);
	} catch (error) {
		logger.warn("A certificate that nothing needs was not deleted; the daily look tries again.", { arn, error });
		return false;
	}
}
