import { BatchGetCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Claim } from "../domain/claim.ts";
import { type Operation, type OperationStatus, operationSchema } from "../domain/operation.ts";
import { calling } from "./aws-errors.ts";
import { claimPut } from "./claims.ts";
import { documents, isConditionFailure, parseRow, parseRows, type TransactItem, transact } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

export async function readOperation(operationId: string): Promise<Operation | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: registryTable(), Key: keys.operation(operationId), ConsistentRead: true }),
		),
	);
	return Item && parseRow(operationSchema, Item);
}

/** How up to 100 operations stand (strongly consistent); those that are not there are left out. */
export async function statusesOf(operationIds: readonly string[]): Promise<Map<string, OperationStatus>> {
	const table = registryTable();
	const found = new Map<string, OperationStatus>();
	let wanted: Record<string, unknown>[] = [...new Set(operationIds)].map(keys.operation);
	while (wanted.length > 0) {
		const { Responses, UnprocessedKeys } = await calling("DynamoDB", () =>
			documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } })),
		);
		for (const row of parseRows(statusSchema, Responses?.[table])) found.set(row.operationId, row.status);
		wanted = UnprocessedKeys?.[table]?.Keys ?? [];
	}
	return found;
}

const statusSchema = operationSchema.pick({ operationId: true, status: true });

/** The write that notes a finished step; the first time that it was done stays. */
export function stepDone(operationId: string, step: string, now: string): TransactItem {
	return {
		Update: {
			TableName: registryTable(),
			Key: keys.operation(operationId),
			UpdateExpression: "SET stepsDone.#step = if_not_exists(stepsDone.#step, :now)",
			ConditionExpression: "attribute_exists(pk)",
			ExpressionAttributeNames: { "#step": step },
			ExpressionAttributeValues: { ":now": now },
		},
	};
}

/** The write that takes an operation from `before` to `after`; refused when it is not where `before` says any more. */
export function operationMove(after: Operation, before: Operation): TransactItem {
	return {
		Update: {
			TableName: registryTable(),
			Key: keys.operation(after.operationId),
			UpdateExpression:
				"SET #status = :status, statusPk = :statusPk, attempt = :attempt, redriveCount = :redriveCount, " +
				`generation = :generation, history = :history, hostnames = :hostnames, updatedAt = :now${after.failure ? ", failure = :failure" : " REMOVE failure"}`,
			ConditionExpression: "#status = :seenStatus AND attempt = :seenAttempt AND redriveCount = :seenRedriveCount",
			ExpressionAttributeNames: { "#status": "status" },
			ExpressionAttributeValues: {
				":status": after.status,
				":statusPk": `OPERATION#${after.status}`,
				":attempt": after.attempt,
				":redriveCount": after.redriveCount,
				":generation": after.generation,
				":history": after.history,
				":hostnames": after.hostnames,
				":now": after.updatedAt,
				...(after.failure && { ":failure": after.failure }),
				":seenStatus": before.status,
				":seenAttempt": before.attempt,
				":seenRedriveCount": before.redriveCount,
			},
		},
	};
}

/** Opens a new attempt: operation and claim move together, or not at all (then: false). */
export async function writeNewAttempt(
	operation: { after: Operation; before: Operation },
	claim: { after: Claim; before: Claim },
): Promise<boolean> {
	const reasons = await transact([
		operationMove(operation.after, operation.before),
		claimPut(claim.after, claim.before),
	]);
	return reasons === undefined;
}

/** An operation with the time (ISO) of the sweeper's last visit, which is no change of it. */
export const sweptOperationSchema = operationSchema.extend({ sweptAt: z.string().optional() });
export type SweptOperation = z.infer<typeof sweptOperationSchema>;

/** Lets the sweeper leave an operation alone for its next rounds; one that has moved on meanwhile is not written. */
export async function touchOperation({ operationId, status }: Operation, now: string): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({
					TableName: registryTable(),
					Key: keys.operation(operationId),
					UpdateExpression: "SET sweptAt = :now",
					ConditionExpression: "#status = :status",
					ExpressionAttributeNames: { "#status": "status" },
					ExpressionAttributeValues: { ":now": now, ":status": status },
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
}
