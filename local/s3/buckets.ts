import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An account's buckets: a folder each, a file each object. What was put survives `kill -9`. */
export interface Buckets {
	/** Safe to repeat. */
	create(bucket: string): void;
	has(bucket: string): boolean;
	put(bucket: string, key: string, content: Buffer): void;
	/** Undefined when there is no such object. */
	get(bucket: string, key: string): Buffer | undefined;
	/** Keys that begin with `prefix`, in their order. */
	keys(bucket: string, prefix: string): string[];
	remove(bucket: string, key: string): void;
}

/** Opens the buckets that lie in `directory`. */
export function openBuckets(directory: string): Buckets {
	const folder = (bucket: string) => join(directory, encodeURIComponent(bucket));
	const file = (bucket: string, key: string) => join(folder(bucket), encodeURIComponent(key));
	mkdirSync(directory, { recursive: true });
	return {
		create: (bucket) => void mkdirSync(folder(bucket), { recursive: true }),
		has: (bucket) => existsSync(folder(bucket)),
		put(bucket, key, content) {
			const path = file(bucket, key);
			// Readers see the whole object or none; `/` cannot stand in an encoded key.
			const unfinished = join(directory, `${encodeURIComponent(bucket)}%${encodeURIComponent(key)}`);
			writeFileSync(unfinished, content);
			renameSync(unfinished, path);
		},
		get: (bucket, key) => (existsSync(file(bucket, key)) ? readFileSync(file(bucket, key)) : undefined),
		keys: (bucket, prefix) =>
			readdirSync(folder(bucket))
				.map(decodeURIComponent)
				.filter((key) => key.startsWith(prefix))
				.sort(),
		remove: (bucket, key) => rmSync(file(bucket, key), { force: true }),
	};
}

/** An object's ETag, in quotes as S3 gives it. */
export function etagOf(content: Buffer): string {
	return `"${createHash("md5").update(content).digest("hex")}"`;
}
