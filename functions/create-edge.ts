import type { Claim } from "../domain/claim.ts";
import { edgeTarget } from "../domain/custom-domain.ts";
import { HostmasterError } from "../domain/errors.ts";
import { findTenant } from "../services/distribution-tenant-views.ts";
import { createTenant, moveDomain } from "../services/distribution-tenants.ts";
import { setting } from "../services/settings.ts";
import { customOf } from "./custom-of.ts";
import { edgePlaceOf, keepEdge } from "./keep-edge.ts";

/**
 * Creates the domain's distribution tenant with a certificate of ACM's, or finds the one that was created before, and notes it in the claim; a domain
 * that is to be moved is. Safe to repeat. Throws DomainInUseHere, DomainInUseElsewhere, Superseded, Throttled, ServiceUnavailable.
 */
export async function createEdge(claim: Claim, certificateArn: string): Promise<void> {
	const { hostname } = claim;
	const wanted = { ...edgePlaceOf(claim), certificate: { arn: certificateArn } };
	const { moveFrom, token } = customOf(claim);
	const holder = await findTenant(hostname);
	const isMoving = moveFrom !== undefined && holder !== undefined && holder.distributionId !== wanted.distributionId;
	if (!isMoving) {
		await keepEdge(claim, (await createTenant(wanted)).id);
		return;
	}
	if (holder.id !== moveFrom) {
		const detail = `'${hostname}' was to be moved from '${moveFrom}', and '${holder.id}' has it.`;
		throw new HostmasterError("DomainInUseHere", detail);
	}
	// The target of a move must be there before, with a domain and a certificate for both: it has the name that the customer's CNAME
	// points at. Crash here? It is found by that name, and once it is noted the taking down of the domain finds it.
	const target = await createTenant({ ...wanted, hostname: edgeTarget(token, setting("PLATFORM_DOMAIN")) });
	await keepEdge(claim, target.id);
	await moveDomain(hostname, target.id);
}
