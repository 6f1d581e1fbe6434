import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { calling } from "./aws-errors.ts";
import { isoNow } from "./clock.ts";
import { documents, parseRows } from "./dynamodb.ts";
import { setting } from "./settings.ts";

const dayMs = 86_400_000;
const yearDays = 365;

/** Everybody's together. */
const all = "ALL";

/**
 * Counts a certificate that was asked for, by whom. Only then: a try that waits for its turn, or is throttled, is none, and there may be twenty of
 * them. Crash before? One is missing in the count, of which a fifth is kept free.
 */
export async function noteRequest(tenantId: string): Promise<void> {
	await Promise.all([count(all), count(tenantId)]);
}

/** How many certificates were asked for in the last 365 days, in all and for a tenant; ACM itself tells nobody. */
export async function requestsInYear(tenantId: string): Promise<{ all: number; own: number }> {
	const [every, own] = await Promise.all([sum(all), sum(tenantId)]);
	return { all: every, own };
}

function keyOf(whose: string): string {
	return `CERTIFICATES#${whose}`;
}

async function count(whose: string): Promise<void> {
	const now = isoNow();
	const wanted = new UpdateCommand({
		TableName: setting("WAITS_TABLE"),
		Key: { pk: keyOf(whose), sk: now.slice(0, 10) },
		UpdateExpression: "ADD requests :one SET expiresAt = :end",
		ExpressionAttributeValues: { ":one": 1, ":end": Math.floor(Date.parse(now) / 1_000) + (yearDays + 1) * 86_400 },
	});
	await calling("DynamoDB", () => documents.send(wanted));
}

const rowSchema = z.object({ requests: z.int().positive() });

/** One row a day: a year is one page. */
async function sum(whose: string): Promise<number> {
	const since = new Date(Date.parse(isoNow()) - yearDays * dayMs).toISOString().slice(0, 10);
	const wanted = new QueryCommand({
		TableName: setting("WAITS_TABLE"),
		KeyConditionExpression: "pk = :pk AND sk > :since",
		ExpressionAttributeValues: { ":pk": keyOf(whose), ":since": since },
	});
	const { Items } = await calling("DynamoDB", () => documents.send(wanted));
	return parseRows(rowSchema, Items).reduce((total, { requests }) => total + requests, 0);
}
