import type { Claim } from "../domain/claim.ts";
import { edgeTarget } from "../domain/custom-domain.ts";
import { HostmasterError } from "../domain/errors.ts";
import { changeClaim } from "../services/claims.ts";
import { createTenant, deleteTenant, disableTenant, findTenant, moveDomain } from "../services/distribution-tenants.ts";
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
	const { moveFrom, token } = customOf(claim);
	const holder = await findTenant(hostname);
	const isMoving = moveFrom !== undefined && holder !== undefined && holder.distributionId !== wanted.distributionId;
	if (!isMoving) return await keep(claim, (await createTenant(wanted)).id);
	if (holder.id !== moveFrom) {
		const detail = `'${hostname}' was to be moved from '${moveFrom}', and '${holder.id}' has it.`;
		throw new HostmasterError("DomainInUseHere", detail);
	}
	// The target of a move must be there before, with a domain and a certificate for both: it has the name that the customer's CNAME
	// points at. Crash here? It is found by that name, and once it is noted the taking down of the domain finds it.
	const target = await createTenant({ ...wanted, hostname: edgeTarget(token, setting("PLATFORM_DOMAIN")) });
	await keep(claim, target.id);
	await moveDomain(hostname, target.id);
}

/** Notes the distribution tenant in the claim; one that nobody wants any more goes again. */
async function keep(claim: Claim, id: string): Promise<void> {
	if (customOf(claim).distributionTenantId === id) return;
	try {
		await changeClaim(claim, (held) => ({ ...held, custom: { ...customOf(held), distributionTenantId: id } }));
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
