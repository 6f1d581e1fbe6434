import type { Claim } from "../domain/claim.ts";
import { type DomainTenant, findTenant } from "../services/distribution-tenants.ts";
import { setting } from "../services/settings.ts";

/** A hostname that an operation takes down, with the generation that its claim had from then on. */
interface Leaving {
	hostname: string;
	generation: number;
}

/** Of the claims of an operation those that are still being taken down by it: what another attempt has since is not its to touch (R3). */
export function stillLeaving(claims: Iterable<Claim>, leaving: readonly Leaving[]): Claim[] {
	return [...claims].filter(
		({ hostname, generation, intent }) =>
			intent === "remove" && leaving.some((one) => one.hostname === hostname && one.generation === generation),
	);
}

/**
 * The distribution tenants that a domain has of us: the one that serves its name, and the one that its claim notes, which a move that
 * came to nothing leaves. One of another application in this account is not ours to take down, whoever asked for its name.
 */
export async function edgesOf({ hostname, custom }: Claim): Promise<DomainTenant[]> {
	const noted = custom?.distributionTenantId;
	const serving = await findTenant(hostname);
	const other = noted === undefined || noted === serving?.id ? undefined : await findTenant(hostname, noted);
	const ours = setting("MULTI_TENANT_DISTRIBUTION_ID");
	return [serving, other]
		.filter((tenant) => tenant !== undefined)
		.filter(({ distributionId }) => distributionId === ours);
}
