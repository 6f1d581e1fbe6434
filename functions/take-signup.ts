import { canonicalJson } from "../domain/canonical-json.ts";
import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import type { Tenant } from "../domain/tenant.ts";
import { readClaim } from "../services/claims.ts";
import { logger } from "../services/log.ts";
import { readTenant, tenantIdOf } from "../services/tenants.ts";
import { acceptOnboarding } from "./accept-onboarding.ts";
import { readNames } from "./read-names.ts";

/** A TenantSignedUp event: the same acceptance as POST /v1/tenants, with the event's id as its idempotency key. */
export async function takeSignup(request: NewTenant, { id, source }: { id: string; source: string }): Promise<void> {
	try {
		await acceptOnboarding(request, {
			caller: `event:${source}`,
			idempotencyKey: id,
			rememberedHours: limits.eventKeep.value * 24,
			requestedBy: source,
			correlationId: id,
		});
	} catch (error) {
		if (!(error instanceof HostmasterError) || !(await isToldAgain(request, error))) throw error;
		logger.info("A signup was told again under another id; the tenant is there.", { id });
	}
}

/**
 * The producer may tell of one signup twice, each time with an id of its own: the tenant that stands in the way is the one it means,
 * if it is the same in all that its viewers see. Plan and config may have changed since, and are not compared. One that is leaving is
 * not meant: whoever signs up again is to hear that the name is not free yet.
 */
async function isToldAgain(request: NewTenant, { name }: HostmasterError): Promise<boolean> {
	const { externalRef } = request;
	if (externalRef === undefined || (name !== "SlugTaken" && name !== "ExternalRefTaken")) return false;
	const tenantId = await tenantIdOf(externalRef);
	const tenant = tenantId === undefined ? undefined : await readTenant(tenantId);
	if (!tenant || seenOf(tenant) !== seenOf({ ...readNames(request), name: request.name })) return false;
	const claim = await readClaim(tenant.hostname);
	return claim?.tenantId === tenantId && claim?.intent !== "remove" && claim?.intent !== "released";
}

function seenOf({ slug, name, origin, routes }: Pick<Tenant, "slug" | "name" | "origin" | "routes">): string {
	return canonicalJson({ slug, name, origin, routes });
}
