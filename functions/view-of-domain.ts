import type { Claim } from "../domain/claim.ts";
import { type DomainView, domainView } from "../domain/domain-view.ts";
import type { Tenant } from "../domain/tenant.ts";
import type { Check } from "../domain/wait.ts";
import { setting } from "../services/settings.ts";

/** The domain as callers see it; `check`: what it waits for, where that is known. */
export function viewOf({
	claim,
	tenant,
	check,
}: {
	claim: Claim;
	tenant: Tenant;
	check: Check | undefined;
}): DomainView {
	return domainView(claim, tenant, { platformDomain: setting("PLATFORM_DOMAIN"), check });
}
