import type { Claim } from "../domain/claim.ts";
import { type DomainTenant, findTenant } from "../services/distribution-tenant-views.ts";
import { setting } from "../services/settings.ts";

/** A hostname that an operation takes down, with the generation that its claim had from then on. */
interface Leaving {
	hostname: string;
	generation: number;
}

/** Of the claims of an operation those that are still being taken down by it, in its order: what another attempt has since is not its to touch (R3). */
export function stillLeaving(claims: ReadonlyMap<string, Claim>, leaving: readonly Leaving[]): Claim[] {
	return leaving.flatMap(({ hostname, generation }) => {
		const claim = claims.get(hostname);
		return claim?.intent === "remove" && claim.generation === generation ? [claim] : [];
	});
}

/**
 * The distribution tenants that a domain has of us: the one that serves its name, and those that its claim notes, which a move that
 * came to nothing leaves. One of another application in this account is not ours to take down, whoever asked for its name.
 */
export async function edgesOf({ hostname, custom }: Claim): Promise<DomainTenant[]> {
	const { distributionTenantId: noted, formerDistributionTenants: former = [] } = custom ?? {};
	const ours = setting("MULTI_TENANT_DISTRIBUTION_ID");
	const found = [await findTenant(hostname)];
	const others = [...(noted === undefined ? [] : [noted]), ...former].filter((id) => id !== found[0]?.id);
	for (const id of others) found.push(await findTenant(hostname, id));
	return found.filter((tenant) => tenant !== undefined).filter(({ distributionId }) => distributionId === ours);
}
