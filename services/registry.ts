import { z } from "zod";
import { type Claim, statusOf } from "../domain/claim.ts";
import type { Operation } from "../domain/operation.ts";
import { type Tenant, tenantSchema } from "../domain/tenant.ts";
import { setting } from "./settings.ts";

/**
 * How the registry's table is laid out. One table, so that one transaction decides; three indexes, all of them for lists only:
 *
 * | row         | pk                          | byKind       | byStatus            | byTenant    |
 * | ----------- | --------------------------- | ------------ | ------------------- | ----------- |
 * | tenant      | TENANT#id                   | TENANTS/id   |                     |             |
 * | claim       | HOSTNAME#name               |              | CLAIM#status/tenant | TENANT#id   |
 * | externalRef | EXTERNAL-REF#ref            |              |                     |             |
 * | operation   | OPERATION#id                | OPERATIONS/id| OPERATION#status/id | TENANT#id   |
 * | idempotency | IDEMPOTENCY#caller#key      |              |                     |             |
 * | event out   | EVENT#id                    |              | EVENT#pending/id    |             |
 * | neighbours  | NEIGHBOURS#skeleton         |              |                     |             |
 * | cursor      | SWEEP#list                  |              |                     |             |
 * | last run    | RECONCILIATION#latest       |              |                     |             |
 * | pause       | PAUSE                       |              |                     |             |
 *
 * Ids are ULIDs, so every list is in order of creation.
 */
export const registryTable = (): string => setting("REGISTRY_TABLE");

export const keys = {
	tenant: (tenantId: string) => ({ pk: `TENANT#${tenantId}`, sk: "TENANT" }),
	claim: (hostname: string) => ({ pk: `HOSTNAME#${hostname}`, sk: "CLAIM" }),
	externalRef: (externalRef: string) => ({ pk: `EXTERNAL-REF#${externalRef}`, sk: "EXTERNAL-REF" }),
	operation: (operationId: string) => ({ pk: `OPERATION#${operationId}`, sk: "OPERATION" }),
	idempotency: (caller: string, key: string) => ({ pk: `IDEMPOTENCY#${caller}#${key}`, sk: "IDEMPOTENCY" }),
	event: (eventId: string) => ({ pk: `EVENT#${eventId}`, sk: "EVENT" }),
	neighbours: (skeleton: string) => ({ pk: `NEIGHBOURS#${skeleton}`, sk: "NEIGHBOURS" }),
	pause: () => ({ pk: "PAUSE", sk: "PAUSE" }),
	sweep: (list: string) => ({ pk: `SWEEP#${list}`, sk: "SWEEP" }),
	reconciliation: { pk: "RECONCILIATION#latest", sk: "RECONCILIATION" },
};

export function tenantRow(tenant: Tenant): Record<string, unknown> {
	const config = JSON.stringify(tenant.config);
	return { ...keys.tenant(tenant.tenantId), kindPk: "TENANTS", kindSk: tenant.tenantId, ...tenant, config };
}

/** A tenant as its row keeps it: `config` as text, since DynamoDB takes neither every JSON number nor every depth. */
export const tenantRowSchema = tenantSchema.extend({
	config: z.string().transform(jsonIn).pipe(tenantSchema.shape.config),
});

/** Throws nothing for a text that is no JSON: such a row does not parse, and is left out of a list like any other. */
function jsonIn(text: string, context: z.RefinementCtx): unknown {
	try {
		return JSON.parse(text);
	} catch {
		context.addIssue({ code: "custom", message: "The text is no JSON." });
		return z.NEVER;
	}
}

export function claimRow(claim: Claim): Record<string, unknown> {
	return { ...keys.claim(claim.hostname), ...claimIndexKeys(claim), ...claim };
}

/** The derived status is an index key only; readers derive it again from the conditions. */
export function claimIndexKeys(claim: Claim): Record<string, string> {
	return {
		statusPk: `CLAIM#${statusOf(claim)}`,
		statusSk: claim.tenantId,
		tenantPk: `TENANT#${claim.tenantId}`,
		tenantSk: `HOSTNAME#${claim.hostname}`,
	};
}

export function operationRow(operation: Operation): Record<string, unknown> {
	return {
		...keys.operation(operation.operationId),
		kindPk: "OPERATIONS",
		kindSk: operation.operationId,
		statusPk: `OPERATION#${operation.status}`,
		statusSk: operation.operationId,
		tenantPk: `TENANT#${operation.tenantId}`,
		tenantSk: `OPERATION#${operation.operationId}`,
		...operation,
	};
}
