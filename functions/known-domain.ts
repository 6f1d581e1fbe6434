import type { Claim } from "../domain/claim.ts";
import { HostmasterError } from "../domain/errors.ts";
import type { Operation } from "../domain/operation.ts";
import type { Tenant } from "../domain/tenant.ts";
import type { Check } from "../domain/wait.ts";
import { readClaim } from "../services/claims.ts";
import { readOperation } from "../services/operations.ts";
import { readTenant } from "../services/tenants.ts";
import { checkOf, readCheckOnly } from "../services/waits.ts";

/** A custom domain with all that belongs to it. */
export interface KnownDomain {
	tenant: Tenant;
	claim: Claim;
	operation: Operation | undefined;
	/** What its operation waits for, or the watch over an active one. */
	check: Check | undefined;
}

/** The tenant's domain (strongly consistent). Throws TenantNotFound, DomainNotFound. */
export async function knownDomain(tenantId: string, hostname: string): Promise<KnownDomain> {
	const [tenant, claim] = await Promise.all([readTenant(tenantId), readClaim(hostname)]);
	if (!tenant) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	if (claim?.tenantId !== tenantId || !claim.custom) {
		throw new HostmasterError("DomainNotFound", `The tenant has no domain '${hostname}'.`, { field: "hostname" });
	}
	const operation = claim.lastOperationId === undefined ? undefined : await readOperation(claim.lastOperationId);
	return { tenant, claim, operation, check: await checkOn(claim, operation) };
}

async function checkOn(claim: Claim, operation: Operation | undefined): Promise<Check | undefined> {
	if (operation?.status === "running") return await checkOf(operation.operationId);
	return await readCheckOnly({ kind: "domain-watch", subject: `${claim.hostname}#${claim.generation}` });
}
