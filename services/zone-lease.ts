import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Bucket, fullBucket, refilled, spent, waitForMs } from "../domain/token-bucket.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure, parseRow } from "./dynamodb.ts";
import { setting } from "./settings.ts";

const bucketSchema = z.object({ tokens: z.number(), atMs: z.number() });
/** The row of a zone that says who writes it, and what is left of the published limits. */
const leaseSchema = z.object({
	owner: z.string().optional(),
	/** Epoch ms. */
	leaseEndsMs: z.number().optional(),
	/** Grows with each owner: a writer that slept through its lease finds another number and stops. */
	fencingToken: z.int().nonnegative().optional(),
	/** What is left of the account's two published buckets; here, because writer and checkers share them. */
	requests: bucketSchema.optional(),
	changes: bucketSchema.optional(),
	revision: z.int().nonnegative(),
});
type LeaseRow = z.infer<typeof leaseSchema>;

export interface Lease {
	zoneId: string;
	owner: string;
	fencingToken: number;
}

const leaseKey = (zoneId: string) => ({ pk: `ZONE#${zoneId}`, sk: "LEASE" });

/** How long a lease lasts without being renewed: longer than a Route 53 call with its retries. */
export const leaseMs = 15_000;

/** Takes the zone's lease, or answers undefined while another writer holds it. */
export async function takeLease(zoneId: string, owner: string, nowMs: number): Promise<Lease | undefined> {
	for (;;) {
		const row = await readLease(zoneId);
		if (row.owner !== undefined && row.owner !== owner && (row.leaseEndsMs ?? 0) > nowMs) return undefined;
		const fencingToken = (row.fencingToken ?? 0) + 1;
		const next = { ...row, owner, fencingToken, leaseEndsMs: nowMs + leaseMs };
		if (await writeLease(zoneId, next)) return { zoneId, owner, fencingToken };
	}
}

/** Gives the lease back, if it is still ours. */
export async function releaseLease(lease: Lease): Promise<void> {
	for (;;) {
		const row = await readLease(lease.zoneId);
		if (row.fencingToken !== lease.fencingToken || row.owner === undefined) return;
		const { owner: _owner, leaseEndsMs: _ends, ...rest } = row;
		if (await writeLease(lease.zoneId, rest)) return;
	}
}

const requestLimit = { burst: limits.route53RequestBurst.value, perSecond: limits.route53RequestRate.value };
const changeLimit = { burst: limits.route53ChangeBurst.value, perSecond: limits.route53ChangeRate.value };

export type Spending =
	| { outcome: "spent" }
	/** Not enough left: ask again after so many milliseconds. */
	| { outcome: "wait"; ms: number }
	/** The lease went to another writer: stop. */
	| { outcome: "lost" };

/** Takes one request, and `changeTokens` of the changes bucket, off the published limits. With a lease it is renewed. */
export async function spend(zoneId: string, changeTokens: number, nowMs: number, lease?: Lease): Promise<Spending> {
	for (;;) {
		const row = await readLease(zoneId);
		if (lease && row.fencingToken !== lease.fencingToken) return { outcome: "lost" };
		const requests = bucketAt(row.requests, requestLimit, nowMs);
		const changes = bucketAt(row.changes, changeLimit, nowMs);
		const ms = Math.max(waitForMs(requests, requestLimit, 1), waitForMs(changes, changeLimit, changeTokens));
		if (ms > 0) return { outcome: "wait", ms };
		const next = { ...row, requests: spent(requests, 1), changes: spent(changes, changeTokens) };
		if (lease) next.leaseEndsMs = nowMs + leaseMs;
		if (await writeLease(zoneId, next)) return { outcome: "spent" };
	}
}

function bucketAt(bucket: Bucket | undefined, limit: { burst: number; perSecond: number }, nowMs: number): Bucket {
	return bucket ? refilled(bucket, limit, nowMs) : fullBucket(limit, nowMs);
}

async function readLease(zoneId: string): Promise<LeaseRow> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: setting("ZONE_CHANGES_TABLE"), Key: leaseKey(zoneId), ConsistentRead: true }),
		),
	);
	return Item ? parseRow(leaseSchema, Item) : { revision: 0 };
}

/** Writes the row over the revision that was read; false when another was faster. */
async function writeLease(zoneId: string, row: LeaseRow): Promise<boolean> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new PutCommand({
					TableName: setting("ZONE_CHANGES_TABLE"),
					Item: { ...leaseKey(zoneId), ...row, revision: row.revision + 1 },
					ConditionExpression: "attribute_not_exists(pk) OR revision = :seen",
					ExpressionAttributeValues: { ":seen": row.revision },
				}),
			),
		);
		return true;
	} catch (error) {
		if (isConditionFailure(error)) return false;
		throw error;
	}
}
