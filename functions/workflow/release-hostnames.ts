import { type Claim, releasedClaim } from "../../domain/claim.ts";
import { HostmasterError } from "../../domain/errors.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { referenceDelete } from "../../services/change-acceptance.ts";
import { claimOf, claimPut, liveClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { transact } from "../../services/dynamodb.ts";
import { stepDone } from "../../services/operations.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant, tenantPut } from "../../services/tenants.ts";
import { defineStep, type Task } from "./step.ts";

/**
 * Gives the names back: into quarantine, from which only this tenant may take them (R4). Their map entries stay as they are until it
 * ends, as a fence against late writers. Safe to repeat: names that were released by this very operation are left alone.
 */
export const handler = defineStep(async (task, claim) => {
	if (claim.intent === "released") return;
	for (let attempt = 1; attempt <= 8; attempt++) if (await release(task)) return;
	throw new HostmasterError("ServiceUnavailable", `Other writers of '${claim.hostname}' were faster eight times.`);
}, claimOf);

/** False when somebody else wrote at the same moment. */
async function release({ input, state }: Task): Promise<boolean> {
	const now = isoNow();
	const tenant = await readTenant(input.tenantId);
	if (!tenant) throw new Error(`The tenant '${input.tenantId}' of '${input.hostname}' is gone.`);
	const claims = await Promise.all(input.hostnames.map(({ hostname, generation }) => liveClaim(hostname, generation)));
	const changes = claims.map((before) => ({ before, after: releasedClaim(before, now) }));
	// First: a crash in between leaves entries that expire after their claims, and never the reverse.
	for (const { after } of changes) await putMapEntry(mapEntryOf(after, tenant, now));
	const left = withoutNames(tenant, claims, now);
	const reasons = await transact([
		...changes.map(({ before, after }) => claimPut(after, before)),
		tenantPut(left, tenant),
		stepDone(input.operationId, state, now),
		// The customer may sign up again.
		...(left.releasedAt !== undefined && tenant.externalRef !== undefined
			? [referenceDelete(tenant.externalRef, tenant.tenantId)]
			: []),
	]);
	return reasons === undefined;
}

/** The tenant without the names; without its present one it has left. */
function withoutNames(tenant: Tenant, claims: readonly Claim[], now: string): Tenant {
	const names = new Set(claims.map(({ hostname }) => hostname));
	const formerHostnames = tenant.formerHostnames.filter((name) => !names.has(name));
	const customHostnames = tenant.customHostnames.filter((name) => !names.has(name));
	return {
		...tenant,
		formerHostnames,
		customHostnames,
		...(names.has(tenant.hostname) && { releasedAt: now }),
		updatedAt: now,
	};
}
