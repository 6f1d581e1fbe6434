import { randomUUID } from "node:crypto";
import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type CheckKind, ladders, nextLookAt } from "../domain/ladder.ts";
import { type Check, checkSchema, type Wait, waitSchema } from "../domain/wait.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow, parseRows, type TransactItem, transact } from "./dynamodb.ts";
import { setting } from "./settings.ts";

// Far beyond every ladder: what is left then was forgotten by a defect, not by time.
const keptDays = 30;

function checkKey({ kind, subject }: { kind: string; subject: string }) {
	return { pk: `CHECK#${kind}#${subject}`, sk: "CHECK" };
}

function waitKey(check: { kind: string; subject: string }, wait: Wait) {
	return { pk: checkKey(check).pk, sk: `WAIT#${wait.execution}#${wait.state}#${wait.generation}` };
}

/** The write that opens a check; its ladder begins at `now` (ISO). Opening it again begins the ladder again. */
export function checkPut(check: { kind: CheckKind; subject: string }, now: string): TransactItem {
	const nextLookMs = nextLookAt(ladders[check.kind], Date.parse(now), 0, Date.parse(now)) ?? Date.parse(now);
	const row: Check = {
		...check,
		opening: randomUUID(),
		startedAt: now,
		looks: 0,
		nextCheckAt: new Date(nextLookMs).toISOString(),
	};
	return {
		Put: {
			TableName: setting("WAITS_TABLE"),
			Item: { ...checkKey(check), duePk: "DUE", ...row, expiresAt: expiry(now) },
		},
	};
}

/** The write that hangs a task token on a check; refused when a later one of the same state hangs there. */
export function waitPut(check: { kind: CheckKind; subject: string }, wait: Wait, now: string): TransactItem {
	return {
		Put: {
			TableName: setting("WAITS_TABLE"),
			Item: { ...waitKey(check, wait), ...wait, expiresAt: expiry(now) },
			ConditionExpression: "attribute_not_exists(pk) OR parkedAt <= :parkedAt",
			ExpressionAttributeValues: { ":parkedAt": wait.parkedAt },
		},
	};
}

/** Opens a check with one wait; nothing changes when a later token of the same state is parked there. */
export async function park(check: { kind: CheckKind; subject: string }, wait: Wait, now: string): Promise<void> {
	const reasons = await transact([checkPut(check, now), waitPut(check, wait, now)]);
	if (reasons && reasons[1]?.code !== "ConditionalCheckFailed") {
		throw new Error(`Parking on ${check.kind} was cancelled: ${JSON.stringify(reasons)}`);
	}
}

/** A check with all of its waits (strongly consistent), and how many of them do not parse; undefined when it is over. */
export async function readCheck(check: {
	kind: string;
	subject: string;
}): Promise<{ check: Check; waits: Wait[]; unreadable: number } | undefined> {
	const rows: Record<string, unknown>[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
			documents.send(
				new QueryCommand({
					TableName: setting("WAITS_TABLE"),
					KeyConditionExpression: "pk = :pk",
					ExpressionAttributeValues: { ":pk": checkKey(check).pk },
					ConsistentRead: true,
					ExclusiveStartKey: after,
				}),
			),
		);
		rows.push(...(Items ?? []));
		after = LastEvaluatedKey;
	} while (after);
	const checkRow = rows.find(({ sk }) => sk === "CHECK");
	if (!checkRow) return undefined;
	const waitRows = rows.filter((row) => row !== checkRow);
	const waits = parseRows(waitSchema, waitRows);
	return { check: parseRow(checkSchema, checkRow), waits, unreadable: waitRows.length - waits.length };
}

/** The check that an operation's parked task hangs on, if there is one. Eventually consistent: a new one shows a moment later. */
export async function checkOf(operationId: string): Promise<Check | undefined> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WAITS_TABLE"),
				IndexName: "byOperation",
				KeyConditionExpression: "operationId = :operationId",
				ExpressionAttributeValues: { ":operationId": operationId },
				Limit: 1,
			}),
		),
	);
	const pk: unknown = Items?.[0]?.["pk"];
	if (pk === undefined) return undefined;
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: setting("WAITS_TABLE"), Key: { pk, sk: "CHECK" } })),
	);
	return Item && parseRow(checkSchema, Item);
}

/** The check itself, without its waits (strongly consistent); undefined when there is none. */
export async function readCheckOnly(check: { kind: CheckKind; subject: string }): Promise<Check | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: setting("WAITS_TABLE"), Key: checkKey(check), ConsistentRead: true })),
	);
	return Item && parseRow(checkSchema, Item);
}

/** Lets the next look come at `now` (ISO), besides those of the ladder, which loses none. False when it has moved on meanwhile. */
export async function bringForward(check: Check, now: string): Promise<boolean> {
	if (check.nextCheckAt <= now) return true;
	return await changeCheck(check, "SET nextCheckAt = :now, plannedAt = if_not_exists(plannedAt, :planned)", {
		":now": now,
		":planned": check.nextCheckAt,
	});
}

/** Notes a look that somebody asked for: the ladder goes on as if it had not been. */
export async function noteExtraLook(check: Check, lastSeen: string, plannedAt: string): Promise<boolean> {
	return await changeCheck(check, "SET nextCheckAt = :planned, lastSeen = :seen REMOVE plannedAt", {
		":planned": plannedAt,
		":seen": lastSeen,
	});
}

async function changeCheck(check: Check, update: string, values: Record<string, unknown>): Promise<boolean> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({
					TableName: setting("WAITS_TABLE"),
					Key: checkKey(check),
					UpdateExpression: update,
					ConditionExpression: "looks = :looks AND opening = :opening",
					ExpressionAttributeValues: { ...values, ":looks": check.looks, ":opening": check.opening },
				}),
			),
		);
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}

/** Notes a look and when the next one is due. False when somebody else noted that look already. */
export async function noteLook(check: Check, lastSeen: string, nextCheckAt: string): Promise<boolean> {
	const notedBy = randomUUID();
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new UpdateCommand({
					TableName: setting("WAITS_TABLE"),
					Key: checkKey(check),
					UpdateExpression:
						"SET looks = looks + :one, nextCheckAt = :next, lastSeen = :seen, notedBy = :by, expiresAt = :expiry",
					ConditionExpression: "looks = :looks AND opening = :opening",
					ReturnValuesOnConditionCheckFailure: "ALL_OLD",
					ExpressionAttributeValues: {
						":one": 1,
						":next": nextCheckAt,
						":seen": lastSeen,
						":by": notedBy,
						// A watch goes on for ever.
						":expiry": expiry(nextCheckAt),
						":looks": check.looks,
						":opening": check.opening,
					},
				}),
			),
		);
		return true;
	} catch (error) {
		// The SDK repeats a write whose answer was lost: what stands in the way may be our own.
		if (isConditionFailure(error)) return error.Item?.["notedBy"]?.S === notedBy;
		throw error;
	}
}

/** Takes an answered wait away, unless its state has parked again with another token meanwhile. */
export function removeWait(check: Check, wait: Wait): Promise<void> {
	return removeIf(waitKey(check, wait), "taskToken = :seen", wait.taskToken);
}

/** Takes a finished check away, unless it was opened anew meanwhile. */
export function removeCheck(check: Check): Promise<void> {
	return removeIf(checkKey(check), "opening = :seen", check.opening);
}

async function removeIf(key: Record<string, string>, condition: string, seen: string): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new DeleteCommand({
					TableName: setting("WAITS_TABLE"),
					Key: key,
					ConditionExpression: condition,
					ExpressionAttributeValues: { ":seen": seen },
				}),
			),
		);
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
	}
}

/** Up to 200 checks whose look is due at `now`, the longest overdue first. Eventually consistent. */
export async function dueChecks(now: string): Promise<Check[]> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: setting("WAITS_TABLE"),
				IndexName: "due",
				KeyConditionExpression: "duePk = :due AND nextCheckAt <= :now",
				ExpressionAttributeValues: { ":due": "DUE", ":now": now },
				Limit: 200,
			}),
		),
	);
	return parseRows(checkSchema, Items);
}

function expiry(now: string): number {
	return Math.floor(Date.parse(now) / 1000) + keptDays * 86_400;
}
