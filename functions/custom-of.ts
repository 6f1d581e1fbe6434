import type { Claim } from "../domain/claim.ts";
import type { CustomDomain } from "../domain/custom-domain.ts";

/** What a claim keeps of a custom domain. Throws for a platform subdomain, which no machine of domains is started for. */
export function customOf({ hostname, custom }: Claim): CustomDomain {
	if (!custom) throw new Error(`'${hostname}' is no custom domain.`);
	return custom;
}
