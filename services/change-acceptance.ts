import type { Operation } from "../domain/operation.ts";
import type { Tenant } from "../domain/tenant.ts";
import type { ClaimChange } from "../domain/tenant-change.ts";
import { create, refusedByCondition } from "./acceptance.ts";
import { claimPut } from "./claims.ts";
import { type TransactItem, transact } from "./dynamodb.ts";
import { type Answer, type Idempotency, idempotencyPut, type Repetition, repetition } from "./idempotency.ts";
import { operationMove } from "./operations.ts";
import { claimRow, keys, operationRow, registryTable } from "./registry.ts";
import { tenantPut } from "./tenants.ts";

/** Everything that an accepted change of a tenant writes. */
export interface ChangeAcceptance {
	tenant: { before: Tenant; after: Tenant };
	claims: readonly ClaimChange[];
	operation: Operation;
	/** An earlier operation that this one takes over from. */
	givenUp: { before: Operation; after: Operation } | undefined;
	/** Absent for what is told from its repetitions otherwise. */
	idempotency: Idempotency | undefined;
	answer: Answer;
	/** What belongs to the change besides; its conditions are refused as 'overtaken'. */
	also?: readonly TransactItem[];
}

export type ChangeOutcome =
	| { outcome: "accepted" }
	| Repetition
	/** Tenant, claims or operation have moved on since they were read: read again. */
	| { outcome: "overtaken" }
	| { outcome: "external-ref-taken" };

/**
 * Writes tenant, claims, operation and idempotency record in ONE transaction, over exactly the rows that were read: two changes that
 * race have one winner (R13), and a crash leaves all or nothing.
 */
export async function acceptChange(change: ChangeAcceptance, now: string): Promise<ChangeOutcome> {
	const { idempotency, answer, operation, tenant, givenUp, claims } = change;
	const first = idempotency ? [idempotencyPut(idempotency, answer, now)] : [];
	const reference = newReference(tenant);
	const items = [
		...first,
		...reference,
		tenantPut(tenant.after, tenant.before),
		create(operationRow(operation)),
		...claims.map(({ before, after }) => (before ? claimPut(after, before) : create(claimRow(after)))),
		...(givenUp ? [operationMove(givenUp.after, givenUp.before)] : []),
		...formerReference(tenant),
		...(change.also ?? []),
	];
	const reasons = await transact(items);
	if (!reasons) return { outcome: "accepted" };
	const [repeated] = reasons;
	if (idempotency && refusedByCondition(repeated)) return repetition(idempotency, repeated?.item);
	const taken = reference.length > 0 ? reasons[first.length] : undefined;
	// The tenant's own by now? Then the same change was faster, and reading again shows it.
	const isOthers = taken?.item?.["tenantId"] !== tenant.after.tenantId;
	if (refusedByCondition(taken) && isOthers) return { outcome: "external-ref-taken" };
	if (reasons.some(refusedByCondition)) return { outcome: "overtaken" };
	throw new Error(`The change was cancelled: ${JSON.stringify(reasons.map(({ code }) => code))}`);
}

function newReference({ before, after }: ChangeAcceptance["tenant"]): TransactItem[] {
	if (after.externalRef === undefined || after.externalRef === before.externalRef) return [];
	return [create({ ...keys.externalRef(after.externalRef), tenantId: after.tenantId })];
}

function formerReference({ before, after }: ChangeAcceptance["tenant"]): TransactItem[] {
	if (before.externalRef === undefined || before.externalRef === after.externalRef) return [];
	return [referenceDelete(before.externalRef, before.tenantId)];
}

/** The write that gives an externalRef back; refused when it is another tenant's. */
export function referenceDelete(externalRef: string, tenantId: string): TransactItem {
	return {
		Delete: {
			TableName: registryTable(),
			Key: keys.externalRef(externalRef),
			ConditionExpression: "attribute_not_exists(pk) OR tenantId = :tenantId",
			ExpressionAttributeValues: { ":tenantId": tenantId },
		},
	};
}
