import type { Claim } from "../domain/claim.ts";
import { withCertificate, withEdge } from "../domain/custom-domain.ts";
import { HostmasterError } from "../domain/errors.ts";
import { changeClaim } from "../services/claims.ts";
import { deleteTenant, disableTenant, type NewDomainTenant } from "../services/distribution-tenants.ts";
import { setting } from "../services/settings.ts";
import { customOf } from "./custom-of.ts";

/** Where a domain's distribution tenant is made, and for whom. */
export function edgePlaceOf({ hostname, tenantId }: Claim): Omit<NewDomainTenant, "certificate"> {
	return {
		...{ hostname, tenantId, environment: setting("STAGE") },
		distributionId: setting("MULTI_TENANT_DISTRIBUTION_ID"),
		connectionGroupId: setting("CONNECTION_GROUP_ID"),
	};
}

/**
 * Notes the distribution tenant in the claim, which it answers. `former`: ARN of a certificate that has ended, to be deleted. When the domain
 * was given up meanwhile what was made for it goes again, for nobody else would take it away (R3). Throws Superseded then.
 */
export async function keepEdge(claim: Claim, id: string, former?: string): Promise<Claim> {
	if (customOf(claim).distributionTenantId === id && former === undefined) return claim;
	try {
		return await changeClaim(claim, (held) => {
			const custom = customOf(held);
			const after = former === undefined ? custom : withCertificate(withCertificate(custom, former), undefined);
			return { ...held, custom: withEdge(after, id) };
		});
	} catch (error) {
		if (error instanceof HostmasterError && error.name === "Superseded") await takeBack(id);
		throw error;
	}
}

/** CloudFront deletes only what it has disabled everywhere: what is not gone now the taking down of the domain deletes. */
async function takeBack(id: string): Promise<void> {
	await disableTenant(id);
	await deleteTenant(id);
}
