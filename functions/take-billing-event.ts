import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import type { Tenant } from "../domain/tenant.ts";
import type { TenantChange } from "../domain/tenant-change.ts";
import { transact } from "../services/dynamodb.ts";
import { logger } from "../services/log.ts";
import { readTenant, tenantIdOf, tenantPut } from "../services/tenants.ts";
import { acceptChange } from "./accept-change.ts";

/** What the billing system tells of a tenant. */
export interface BillingEvent {
	id: string;
	source: string;
	/** ISO time at which the bus took it. */
	time: string;
	about: {
		tenantId?: string | undefined;
		externalRef?: string | undefined;
		occurredAt?: string | undefined;
		reason?: string | undefined;
	};
	what: { topic: "plan"; plan: string | undefined } | { topic: "subscription"; isPaying: boolean };
}

/** A newer event was taken meanwhile; the transaction that found it is left. */
class Outdated extends Error {}

/**
 * Carries out what the billing system tells. Events come twice, late and in any order: of one topic the newest counts, by the time at
 * which it came about; an older one changes nothing. Of two of the same time, which the bus tells to the second, the one that arrives
 * last counts. Throws what a request may end with.
 */
export async function takeBillingEvent(event: BillingEvent): Promise<void> {
	const at = timeOf(event);
	const tenant = await tenantOf(event.about);
	if (isOutdated(tenant, event, at)) return logOutdated(event);
	const change = changeFor(event, tenant);
	if (!change) return keep(tenant, event, at);
	const { id, source } = event;
	const asked = { requestedBy: source, correlationId: id };
	try {
		await acceptChange({
			tenantId: tenant.tenantId,
			changeOf: (now) => {
				if (isOutdated(now, event, at)) throw new Outdated();
				return change;
			},
			...asked,
			keyed: {
				asking: {
					caller: `event:${source}`,
					idempotencyKey: id,
					rememberedHours: limits.eventKeep.value * 24,
					...asked,
				},
				request: event.about,
			},
			alsoKeep: (now) => withHeard(now, event, at),
		});
	} catch (error) {
		if (!(error instanceof Outdated)) throw error;
		logOutdated(event);
	}
}

/** ISO. Throws InvalidRequest for a time that is still to come: nothing that is told after it would count. */
function timeOf({ time, about: { occurredAt } }: BillingEvent): string {
	const at = Date.parse(occurredAt ?? time);
	if (at <= Date.parse(time) + limits.eventAhead.value * 60_000) return new Date(at).toISOString();
	const detail = `'${occurredAt}' is later than the event itself (${time}): it has not come about yet.`;
	throw new HostmasterError("InvalidRequest", detail, { field: "occurredAt", rule: "past" });
}

/** Throws TenantNotFound; InvalidRequest when the two names are of two tenants. */
async function tenantOf({ tenantId, externalRef }: BillingEvent["about"]): Promise<Tenant> {
	const id = tenantId ?? (externalRef === undefined ? undefined : await tenantIdOf(externalRef));
	const tenant = id === undefined ? undefined : await readTenant(id);
	const name = tenantId ?? externalRef;
	if (!tenant) {
		const field = tenantId === undefined ? "externalRef" : "tenantId";
		throw new HostmasterError("TenantNotFound", `There is no tenant '${name}'.`, { field, rule: "known" });
	}
	if (externalRef !== undefined && tenant.externalRef !== externalRef) {
		const detail = `'${tenant.tenantId}' is not known as '${externalRef}'.`;
		throw new HostmasterError("InvalidRequest", detail, { field: "externalRef", rule: "same-tenant" });
	}
	return tenant;
}

/** Undefined when it is so already. */
function changeFor({ what, about, source }: BillingEvent, tenant: Tenant): TenantChange | undefined {
	if (what.topic === "plan") {
		return tenant.plan === what.plan ? undefined : { kind: "update-tenant", set: { plan: what.plan } };
	}
	const { reason } = about;
	if (what.isPaying) return tenant.suspension ? { kind: "resume-tenant", reason } : undefined;
	if (tenant.suspension) return undefined;
	return { kind: "suspend-tenant", reason: reason ?? "Subscription ended", requestedBy: source };
}

function isOutdated({ heard, heardIds }: Tenant, { id, what: { topic } }: BillingEvent, at: string): boolean {
	const newest = heard[topic] ?? "";
	if (at !== newest) return at < newest;
	const ids = heardIds?.[topic];
	return ids === undefined || ids.includes(id); // rows of before keep no ids
}

function withHeard({ heard, heardIds }: Tenant, { id, what: { topic } }: BillingEvent, at: string) {
	const before = heard[topic] === at ? (heardIds?.[topic] ?? []) : [];
	const ids = [...before, id].slice(-limits.eventsAtOnce.value);
	return { heard: { ...heard, [topic]: at }, heardIds: { ...heardIds, [topic]: ids } };
}

function logOutdated({ id, what: { topic } }: BillingEvent): void {
	logger.info("An event came after a newer one, or again; it changes nothing.", { id, topic });
}

/** Nothing is to be done, but that it was told must be known when an older event comes late. */
async function keep(tenant: Tenant, event: BillingEvent, at: string): Promise<void> {
	const after = { ...tenant, ...withHeard(tenant, event, at) };
	if (await transact([tenantPut(after, tenant)])) {
		throw new HostmasterError("ServiceUnavailable", `'${tenant.tenantId}' has changed at the same moment.`);
	}
}
