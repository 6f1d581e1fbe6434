import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createFront } from "../../local/aws/front.ts";
import { openBuckets } from "../../local/s3/buckets.ts";
import { createS3 } from "../../local/s3/s3.ts";
import { setEnvironment } from "../builders/a-cloud.ts";

const bucket = "logs";
const prefix = "AWSLogs/222222222222/CloudFront/E1/";

/** The bucket of the edge's log, in the embedded S3 behind the product's own client. */
export async function aLogBucket() {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-logs-"));
	const buckets = openBuckets(directory);
	buckets.create(bucket);
	const s3 = createS3({ buckets });
	const asked: string[] = [];
	const failing = new Set<string>();
	const front = createFront({
		...{ json: [], rest: [], query: [] },
		s3: {
			...s3,
			handle(request) {
				const operation = s3.operationOf(request);
				asked.push(operation);
				if (failing.has(operation)) return { status: 503, headers: {}, body: "" };
				return s3.handle(request);
			},
		},
	});
	const listening = await front.listen("127.0.0.1", 0);
	setEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${listening.port}` });
	let files = 0;
	const keyOf = (hour: string, name: string) =>
		`${prefix}${hour.replaceAll(/[-T]/g, "/")}/E1.${hour.replace("T", "-")}.${name}.gz`;
	return {
		buckets,
		/** Calls so far, by name. */
		asked,
		/** Lets an operation answer 503. */
		failing: (operation: string) => failing.add(operation),
		/** A further file of an hour, with a request to each of these Hosts. */
		deliver(hour: string, ...hosts: string[]): string {
			files += 1;
			const entry = (host: string) => JSON.stringify({ "x-host-header": host, "sc-bytes": "100", "cs-bytes": "10" });
			return this.put(hour, `${String(files).padStart(8, "0")}`, `${hosts.map(entry).join("\n")}\n`);
		},
		put(hour: string, name: string, text: string): string {
			buckets.put(bucket, keyOf(hour, name), gzipSync(text));
			return keyOf(hour, name);
		},
		/** A file that is no gzip. */
		spoil: (key: string) => buckets.put(bucket, key, Buffer.from("spoilt")),
		mend: (key: string, text: string) => buckets.put(bucket, key, gzipSync(text)),
		reset() {
			asked.length = 0;
			failing.clear();
			for (const key of buckets.keys(bucket, "")) buckets.remove(bucket, key);
		},
		async close() {
			await listening.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
export type LogBucket = Awaited<ReturnType<typeof aLogBucket>>;
