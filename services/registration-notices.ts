import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Notice, noticeSchema } from "../domain/registration-notices.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRows } from "./dynamodb.ts";
import { setting } from "./settings.ts";

const tableName = () => setting("REGISTRATION_NOTICES_TABLE");
const keyOf = ({ domain, kind }: Notice) => ({ domain, kind });

/** What is kept of a domain's findings; at most one row for each kind. Throws Throttled, ServiceUnavailable. */
export async function readNotices(domain: string): Promise<Notice[]> {
	const { Items } = await calling("DynamoDB", () =>
		documents.send(
			new QueryCommand({
				TableName: tableName(),
				KeyConditionExpression: "#domain = :domain",
				ExpressionAttributeNames: { "#domain": "domain" },
				ExpressionAttributeValues: { ":domain": domain },
				ConsistentRead: true,
			}),
		),
	);
	return parseRows(noticeSchema, Items);
}

/**
 * Keeps that a stage was reached, in the place of the stage before. Answers false when another run has kept it first: then that one tells
 * of it. Throws Throttled, ServiceUnavailable.
 */
export async function openNotice(notice: Notice): Promise<boolean> {
	return await unlessChanged(() =>
		documents.send(
			new PutCommand({
				TableName: tableName(),
				Item: notice,
				ConditionExpression: "attribute_not_exists(#domain) OR stage <> :stage",
				ExpressionAttributeNames: { "#domain": "domain" },
				ExpressionAttributeValues: { ":stage": notice.stage },
			}),
		),
	);
}

/** Keeps that the event was put. Safe to repeat; nothing happens when another stage was reached meanwhile. Throws Throttled, ServiceUnavailable. */
export async function markTold(notice: Notice, toldAt: string): Promise<void> {
	await unlessChanged(() =>
		documents.send(
			new UpdateCommand({
				TableName: tableName(),
				Key: keyOf(notice),
				UpdateExpression: "SET toldAt = :toldAt",
				...ifStill(notice, { ":toldAt": toldAt }),
			}),
		),
	);
}

/** Forgets a finding that nobody finds any more, unless another was made of it meanwhile. Safe to repeat. Throws Throttled, ServiceUnavailable. */
export async function clearNotice(notice: Notice): Promise<void> {
	await unlessChanged(() =>
		documents.send(new DeleteCommand({ TableName: tableName(), Key: keyOf(notice), ...ifStill(notice) })),
	);
}

function ifStill({ eventId }: Notice, values: Record<string, string> = {}) {
	return { ConditionExpression: "eventId = :eventId", ExpressionAttributeValues: { ":eventId": eventId, ...values } };
}

/** Answers false when the row was not as the condition wants it. */
async function unlessChanged(write: () => Promise<unknown>): Promise<boolean> {
	try {
		await calling("DynamoDB", write);
		return true;
	} catch (error) {
		if (!isConditionFailure(error)) throw error;
		return false;
	}
}
