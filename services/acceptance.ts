import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { type Claim, claimability, claimSchema } from "../domain/claim.ts";
import type { Operation } from "../domain/operation.ts";
import type { Tenant } from "../domain/tenant.ts";
import { calling } from "./aws-errors.ts";
import { type Cancellation, documents, parseRow, type TransactItem, transact } from "./dynamodb.ts";
import { claimRow, keys, operationRow, registryTable, tenantRow } from "./registry.ts";

const answerSchema = z.object({ location: z.string(), body: z.string() });
/** What the caller was told, kept for its repetition. */
export type Answer = z.infer<typeof answerSchema>;

/** Who asks, under which Idempotency-Key, for what (a digest of the request), and how long that is remembered. */
export interface Idempotency {
	caller: string;
	key: string;
	requestDigest: string;
	/** Epoch seconds. */
	expiresAt: number;
}

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
	/** The same request came before: this is what it was told. */
	| { outcome: "repeated"; answer: Answer }
	| { outcome: "key-reused" }
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
		idempotencyPut(request, now),
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

/** The answer that this Idempotency-Key was given before, if it was used and is not forgotten at `now`. */
export async function earlierAnswer(
	idempotency: Idempotency,
	now: string,
): Promise<Exclude<AcceptanceOutcome, { outcome: "accepted" }> | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({
				TableName: registryTable(),
				Key: keys.idempotency(idempotency.caller, idempotency.key),
				ConsistentRead: true,
			}),
		),
	);
	if (!Item || parseRow(recordSchema, Item).expiresAt <= epochSeconds(now)) return undefined;
	return repetition(idempotency, Item);
}

const recordSchema = z.object({ requestDigest: z.string(), expiresAt: z.number(), answer: answerSchema });

function repetition(idempotency: Idempotency, row: Record<string, unknown> | undefined) {
	const record = recordSchema.parse(row);
	if (record.requestDigest !== idempotency.requestDigest) return { outcome: "key-reused" } as const;
	return { outcome: "repeated", answer: record.answer } as const;
}

// TTL deletes late (within days), so an expired record may still stand and is written over.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
function idempotencyPut({ idempotency, answer }: Acceptance, now: string): TransactItem {
	const { caller, key, requestDigest, expiresAt } = idempotency;
	return {
		Put: {
			TableName: registryTable(),
			Item: { ...keys.idempotency(caller, key), requestDigest, expiresAt, answer },
			ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
			ExpressionAttributeValues: { ":now": epochSeconds(now) },
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		},
	};
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

function create(row: Record<string, unknown>): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: row,
			ConditionExpression: "attribute_not_exists(pk)",
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		},
	};
}

function refusedByCondition(reason: Cancellation | undefined): boolean {
	return reason?.code === "ConditionalCheckFailed";
}

function epochSeconds(iso: string): number {
	return Math.floor(Date.parse(iso) / 1000);
}
