import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { folderOf, type Hour, hourOfFile } from "../domain/usage.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { setting } from "./settings.ts";

const client = new S3Client(clientDefaults);

/** The log files of both distributions (infra/buckets.yml) of an hour and all later ones, by hour; of all hours, when none is named. */
export async function listLogFiles(since: Hour | undefined): Promise<Map<Hour, string[]>> {
	const files = new Map<Hour, string[]>();
	for (const prefix of setting("ACCESS_LOG_PREFIXES").split(",")) await listBelow(prefix, since, files);
	return files;
}

async function listBelow(prefix: string, since: Hour | undefined, files: Map<Hour, string[]>): Promise<void> {
	await calling("S3", async () => {
		const asked = { Bucket: setting("ACCESS_LOG_BUCKET"), Prefix: prefix };
		// Keys come in the order of their bytes, and folders are named by time.
		const after = since === undefined ? {} : { StartAfter: `${prefix}${folderOf(since)}` };
		for await (const { Contents = [] } of paginateListObjectsV2({ client }, { ...asked, ...after })) {
			for (const { Key = "" } of Contents) {
				const hour = hourOfFile(Key);
				if (hour === undefined || (since !== undefined && hour < since)) continue;
				const known = files.get(hour);
				if (known) known.push(Key);
				else files.set(hour, [Key]);
			}
		}
	});
}

/** Reads a log file line by line, as it comes: it may be larger than the memory. Rejects when it cannot be read to its end within `withinMs`. */
export async function readLog(key: string, withinMs: number, onLine: (line: string) => void): Promise<void> {
	const signal = AbortSignal.timeout(withinMs);
	const asked = new GetObjectCommand({ Bucket: setting("ACCESS_LOG_BUCKET"), Key: key });
	const { Body } = await calling("S3", () => client.send(asked, { abortSignal: signal }));
	if (!(Body instanceof Readable)) throw new Error(`S3 answered without a body for ${key}.`);
	try {
		await pipeline(Body, createGunzip(), (chunks: AsyncIterable<Buffer>) => eachLine(chunks, onLine), { signal });
	} catch (cause) {
		throw new Error(`The log file ${key} cannot be read to its end.`, { cause });
	}
}

async function eachLine(chunks: AsyncIterable<Buffer>, onLine: (line: string) => void): Promise<void> {
	const decoder = new TextDecoder();
	let begun = "";
	for await (const chunk of chunks) {
		const text = begun + decoder.decode(chunk, { stream: true });
		const end = text.lastIndexOf("\n");
		if (end >= 0) text.slice(0, end).split("\n").forEach(onLine);
		begun = text.slice(end + 1);
	}
	if (begun !== "") onLine(begun);
}
