import { HostmasterError } from "../domain/errors.ts";
import { isOpen } from "../domain/operation.ts";
import { operationView } from "../domain/operation-view.ts";
import { tenantView } from "../domain/tenant-view.ts";
import { readClaim } from "../services/claims.ts";
import type { Answer } from "../services/idempotency.ts";
import { readOperation } from "../services/operations.ts";
import { readTenant } from "../services/tenants.ts";
import { acceptChange } from "./accept-change.ts";

interface Leaving {
	tenantId: string;
	reason: string | undefined;
	requestedBy: string;
	correlationId: string;
}

/**
 * Accepts that a tenant leaves; what is under way is cancelled. Asked again it answers the same operation, unless that has failed:
 * then a new one takes over. Throws TenantNotFound.
 */
export async function acceptOffboarding({ reason, ...asked }: Leaving): Promise<Answer> {
	const accepted = await leavingAlready(asked.tenantId);
	if (accepted) return accepted;
	try {
		return await acceptChange({ ...asked, changeOf: () => ({ kind: "offboard-tenant", reason }) });
	} catch (error) {
		// Another DELETE was faster, and is done.
		const meanwhile = error instanceof HostmasterError && error.name === "TenantLeaving";
		const answer = meanwhile ? await leavingAlready(asked.tenantId) : undefined;
		if (!answer) throw error;
		return answer;
	}
}

/** What the DELETE was answered that is under way, or is done. */
async function leavingAlready(tenantId: string): Promise<Answer | undefined> {
	const tenant = await readTenant(tenantId);
	const operation = tenant?.lastOperationId === undefined ? undefined : await readOperation(tenant.lastOperationId);
	if (!tenant || operation?.kind !== "offboard-tenant") return undefined;
	// It failed; or the registry was restored to a moment before its end, which Step Functions then told again.
	if (!isOpen(operation) && tenant.releasedAt === undefined) return undefined;
	const body = { tenant: tenantView(tenant, await readClaim(tenant.hostname)), operation: operationView(operation) };
	const location = `/v1/operations/${operation.operationId}`;
	return { location, body: JSON.stringify(body), etag: `"${tenant.revision}"` };
}
