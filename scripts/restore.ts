import { writeFileSync } from "node:fs";
import { exit } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";
import {
	type AttributeValue,
	BatchWriteItemCommand,
	DynamoDBClient,
	paginateScan,
	type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { z } from "zod";
import { limits } from "../domain/limits.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import type { Tenant } from "../domain/tenant.ts";
import { tenantRowSchema } from "../services/registry.ts";
import type { Say } from "./build.ts";
import { stageNames } from "./stages.ts";
import { isStarted } from "./started.ts";

/** A row as DynamoDB keeps it: what is copied is never read into numbers of JavaScript's. */
type Row = Record<string, AttributeValue>;

/** What has to be written and deleted in the present table, so that it holds what the backup does. */
export interface Difference {
	puts: Row[];
	/** As they stand at present. */
	deletes: Row[];
}

/** What must not go on: the message says what to do first. */
export class RestoreRefused extends Error {
	override name = "RestoreRefused";
}

/** Rows that tell of the platform of now: above all its pause must outlast the copying. */
const staying = /^(?:PAUSE$|SWEEP#|RECONCILIATION#)/;

export function differenceOf(backup: readonly Row[], present: readonly Row[]): Difference {
	const [wanted, standing] = [byKey(backup), byKey(present)];
	return {
		puts: [...wanted].flatMap(([key, row]) => (isDeepStrictEqual(standing.get(key), row) ? [] : [row])),
		deletes: [...standing].flatMap(([key, row]) => (wanted.has(key) ? [] : [row])),
	};
}

function byKey(rows: readonly Row[]): Map<string, Row> {
	const named = rows.map((row): [string, Row] => [`${row["pk"]?.S} ${row["sk"]?.S}`, row]);
	return new Map(named.filter(([, row]) => !staying.test(row["pk"]?.S ?? "")));
}

interface Copy {
	/** The table that was restored from the backup, and the one that is to hold the same. */
	from: string;
	to: string;
	/** Writes nothing unless it is set. */
	apply: boolean;
}

/**
 * Makes the registry's table hold what a table restored from backup does. Safe to repeat, and to go on with after it was
 * interrupted. Throws RestoreRefused when new work is not paused, the backup looks empty, or somebody wrote meanwhile.
 */
export async function restoreRegistry(client: DynamoDBClient, { from, to, apply }: Copy, say: Say) {
	const backup = await readTable(client, from);
	if (!backup.some(isTenant)) throw new RestoreRefused(`'${from}' holds no tenant: is it the right table?`);
	const present = await readTable(client, to);
	const difference = differenceOf(backup, present);
	say(`${to}: ${difference.puts.length} rows to write, ${difference.deletes.length} to delete`);
	const lost = difference.deletes.filter(isTenant).flatMap((row) => tenantIn(row, say));
	for (const { hostname, tenantId, externalRef = "-" } of lost) say(`lost: ${hostname} ${tenantId} ${externalRef}`);
	if (apply) {
		if (!present.some(isPause)) {
			throw new RestoreRefused("New work is not paused: POST /v1/operations:pause first (docs/restore.md).");
		}
		await write(client, to, difference);
		const left = differenceOf(backup, await readTable(client, to));
		const rows = left.puts.length + left.deletes.length;
		if (rows > 0) throw new RestoreRefused(`${rows} rows differ again: somebody writes. Stop that, and run it again.`);
	}
	return { ...difference, lost: lost.map(requestOf) };
}

const isTenant = ({ sk }: Row): boolean => sk?.S === "TENANT";
const isPause = ({ pk, pause: paused }: Row): boolean => pk?.S === "PAUSE" && paused !== undefined;

function tenantIn(row: Row, say: Say): Tenant[] {
	const parsed = tenantRowSchema.safeParse(unmarshall(row));
	if (!parsed.success) say(`lost: ${row["pk"]?.S}, whose row cannot be read`);
	return parsed.success && parsed.data.releasedAt === undefined ? [parsed.data] : [];
}

/** The request by which a lost tenant signs up again under its slug. */
function requestOf({ slug, name, externalRef, plan, origin, routes, config }: Tenant): NewTenant {
	return { slug, name, externalRef, plan, origin, routes, config };
}

async function readTable(client: DynamoDBClient, TableName: string): Promise<Row[]> {
	const rows: Row[] = [];
	for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) rows.push(...Items);
	return rows;
}

async function write(client: DynamoDBClient, table: string, { puts, deletes }: Difference): Promise<void> {
	const requests: WriteRequest[] = [
		...puts.map((Item) => ({ PutRequest: { Item } })),
		...deletes.map(({ pk, sk }) => ({ DeleteRequest: { Key: { ...(pk && { pk }), ...(sk && { sk }) } } })),
	];
	const size = limits.batchWriteItems.value;
	for (let at = 0; at < requests.length; at += size) {
		let left = requests.slice(at, at + size);
		for (let attempt = 0; left.length > 0; attempt++) {
			// What a throttled batch leaves over comes back in the answer, and is no error.
			await pause(attempt === 0 ? 0 : Math.min(50 * 2 ** attempt, 5_000));
			const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
			left = answer.UnprocessedItems?.[table] ?? [];
		}
	}
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			from: { type: "string" },
			stage: { type: "string" },
			apply: { type: "boolean", default: false },
			lost: { type: "string" },
		},
	});
	const stage = z.enum(stageNames).safeParse(values.stage);
	// Once they are deleted nobody is lost any more, and the file would become empty.
	const misread = values.apply && values.lost !== undefined;
	if (!stage.success || values.from === undefined || misread) {
		throw new RestoreRefused(
			`Usage: npm run restore -- --from <restored table> --stage ${stageNames.join("|")} [--lost <file> | --apply]`,
		);
	}
	const to = `hostmaster-${stage.data}-registry`;
	const client = new DynamoDBClient({ region: "us-east-1" });
	const { lost } = await restoreRegistry(client, { from: values.from, to, apply: values.apply }, console.log);
	if (values.lost !== undefined) writeFileSync(values.lost, lost.map((line) => `${JSON.stringify(line)}\n`).join(""));
	console.log(values.apply ? "done: both tables hold the same" : "dry run: nothing was written; --apply writes");
}

if (isStarted(import.meta)) {
	try {
		await main();
	} catch (error) {
		console.error(error instanceof RestoreRefused ? error.message : error);
		exit(1);
	}
}
