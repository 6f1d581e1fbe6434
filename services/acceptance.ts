import { type Claim, claimability, claimSchema } from "../domain/claim.ts";
import type { Operation } from "../domain/operation.ts";
import type { Tenant } from "../domain/tenant.ts";
import { type Cancellation, parseRow, type TransactItem, transact } from "./dynamodb.ts";
import { type Answer, type Idempotency, idempotencyPut, type Repetition, repetition } from "./idempotency.ts";
import { claimRow, keys, operationRow, registryTable, tenantRow } from "./registry.ts";

export interface Acceptance {
	tenant: Tenant;
	claim: Claim;
	/** The released claim that this one follows, when there was one. */
	predecessor: Claim | undefined;
	operation: Operation;
	idempotency: Idempotency;
	answer: Answer;
}

export type AcceptanceOutcome =
	| { outcome: "accepted" }
	| Repetition
	/** The name is somebody's, or is in quarantine, by now. */
	| { outcome: "name-unavailable"; claim: Claim | undefined }
	| { outcome: "external-ref-taken" };

/**
 * Claims the hostname and the externalRef and creates tenant, operation and idempotency record in ONE transaction: two callers who
 * race for one name have one winner (R4), and a crash leaves all or nothing.
 */
export async function accept(request: Acceptance, now: string): Promise<AcceptanceOutcome> {
	const { tenant, operation, idempotency } = request;
	const items = [
		idempotencyPut(idempotency, request.answer, now),
		claimWrite(request, now),
		create(tenantRow(tenant)),
		create(operationRow(operation)),
	];
	if (tenant.externalRef !== undefined) {
		items.push(create({ ...keys.externalRef(tenant.externalRef), tenantId: tenant.tenantId }));
	}
	const reasons = await transact(items);
	if (!reasons) return { outcome: "accepted" };
	const [repeated, name, , , externalRef] = reasons;
	if (refusedByCondition(repeated)) return repetition(idempotency, repeated?.item);
	if (refusedByCondition(name)) {
		return { outcome: "name-unavailable", claim: name?.item && parseRow(claimSchema, name.item) };
	}
	if (refusedByCondition(externalRef)) return { outcome: "external-ref-taken" };
	throw new Error(`The acceptance was cancelled: ${JSON.stringify(reasons.map(({ code }) => code))}`);
}

/** A first claim where nothing stands; over a released one only as it was read, its quarantine over. */
function claimWrite({ claim, predecessor }: Acceptance, now: string): TransactItem {
	if (!predecessor) return create(claimRow(claim));
	if (claimability(predecessor, now).state !== "available") {
		throw new Error(`'${claim.hostname}' cannot follow generation ${predecessor.generation}: it is not available.`);
	}
	return {
		Put: {
			TableName: registryTable(),
			Item: claimRow(claim),
			ConditionExpression: "intent = :released AND revision = :revision",
			ExpressionAttributeValues: { ":released": "released", ":revision": predecessor.revision },
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		},
	};
}

/** The write of a row where none stands. */
export function create(row: Record<string, unknown>): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: row,
			ConditionExpression: "attribute_not_exists(pk)",
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		},
	};
}

/** True when an item of a transaction was refused by its own condition. */
export function refusedByCondition(reason: Cancellation | undefined): boolean {
	return reason?.code === "ConditionalCheckFailed";
}
