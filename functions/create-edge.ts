import type { Claim } from "../domain/claim.ts";
import { edgeTarget } from "../domain/custom-domain.ts";
import { HostmasterError } from "../domain/errors.ts";
import { changeClaim } from "../services/claims.ts";
import {
	createTenant,
	deleteTenant,
	disableTenant,
	findTenant,
	moveDomain,
	type NewDomainTenant,
} from "../services/distribution-tenants.ts";
import { setting } from "../services/settings.ts";
import { customOf } from "./custom-of.ts";

/**
 * Creates the domain's distribution tenant, or finds the one that was created before, and notes it in the claim. When the domain was
 * given up meanwhile what was made for it goes again, for nobody else would take it away (R3).
 */
export async function createEdge(claim: Claim, certificate: { managed: true } | { arn: string }): Promise<void> {
	const { hostname, tenantId } = claim;
	const wanted = {
		...{ hostname, tenantId, certificate, environment: setting("STAGE") },
		distributionId: setting("MULTI_TENANT_DISTRIBUTION_ID"),
		connectionGroupId: setting("CONNECTION_GROUP_ID"),
	};
	const isMoving = customOf(claim).moveFrom !== undefined && !(await isOurs(wanted));
	const { id } = isMoving ? await moveHere(wanted, customOf(claim).token) : await createTenant(wanted);
	if (customOf(claim).distributionTenantId === id) return;
	try {
		await changeClaim(claim, (held) => ({ ...held, custom: { ...customOf(held), distributionTenantId: id } }));
	} catch (error) {
		if (error instanceof HostmasterError && error.name === "Superseded") await takeBack(id);
		throw error;
	}
}

async function isOurs({ hostname, distributionId }: NewDomainTenant): Promise<boolean> {
	return (await findTenant(hostname))?.distributionId === distributionId;
}

/**
 * Takes the domain from another distribution of our account, as was asked for in full knowledge of the interruption. The target of a
 * move must be there before, with a domain and a certificate for both: it is made with the name that the customer's CNAME points at.
 * Crash here? It is found by that name. Throws ConditionsNotMet while the source is not disabled.
 */
async function moveHere(wanted: NewDomainTenant, token: string): Promise<{ id: string }> {
	const target = await createTenant({ ...wanted, hostname: edgeTarget(token, setting("PLATFORM_DOMAIN")) });
	await moveDomain(wanted.hostname, target.id);
	return target;
}

/** CloudFront deletes only what it has disabled everywhere: what is not gone now the taking down of the domain deletes. */
async function takeBack(id: string): Promise<void> {
	await disableTenant(id);
	await deleteTenant(id);
}
