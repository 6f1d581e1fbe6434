import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AwsError } from "../aws/service.ts";

/** An account's buckets: a folder each, a file each object. What was put survives `kill -9`. */
export interface Buckets {
	/** Safe to repeat. */
	create(bucket: string): void;
	has(bucket: string): boolean;
	/** Throws KeyTooLongError for a key that is too long for the name of a file. */
	put(bucket: string, key: string, content: Buffer): void;
	/** Its bytes; undefined when there is no such object. */
	get(bucket: string, key: string): Buffer | undefined;
	/** The same, with when it was put. */
	object(bucket: string, key: string): StoredObject | undefined;
	/** Keys that begin with `prefix`, in their order. */
	keys(bucket: string, prefix: string): string[];
	remove(bucket: string, key: string): void;
	/** Removes a bucket. Safe to repeat. Throws BucketNotEmpty. */
	drop(bucket: string): void;
}

/** An object as it is kept. */
export interface StoredObject {
	content: Buffer;
	modifiedMs: number;
}

/** What file systems allow for a name. */
const longestName = 255;

/** Opens the buckets that lie in `directory`. */
export function openBuckets(directory: string): Buckets {
	const folder = (bucket: string) => join(directory, encodeURIComponent(bucket));
	const file = (bucket: string, key: string) => join(folder(bucket), encodeURIComponent(key));
	const object = (bucket: string, key: string): StoredObject | undefined => {
		const path = file(bucket, key);
		return existsSync(path) ? { content: readFileSync(path), modifiedMs: statSync(path).mtimeMs } : undefined;
	};
	mkdirSync(directory, { recursive: true });
	return {
		create: (bucket) => void mkdirSync(folder(bucket), { recursive: true }),
		has: (bucket) => existsSync(folder(bucket)),
		put(bucket, key, content) {
			const path = file(bucket, key);
			if (encodeURIComponent(key).length > longestName) throw new AwsError("KeyTooLongError", "Your key is too long");
			// Readers see the whole object or none; no bucket has a name that begins so.
			const unfinished = join(directory, `%${createHash("sha256").update(path).digest("hex")}`);
			writeFileSync(unfinished, content);
			renameSync(unfinished, path);
		},
		get: (bucket, key) => object(bucket, key)?.content,
		object,
		keys: (bucket, prefix) =>
			readdirSync(folder(bucket))
				.map(decodeURIComponent)
				.filter((key) => key.startsWith(prefix))
				.sort(),
		remove: (bucket, key) => rmSync(file(bucket, key), { force: true }),
		drop(bucket) {
			if (!existsSync(folder(bucket))) return;
			if (readdirSync(folder(bucket)).length > 0) {
				throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
			}
			rmdirSync(folder(bucket));
		},
	};
}

/** An object's ETag, in quotes as S3 gives it. */
export function etagOf(content: Buffer): string {
	return `"${createHash("md5").update(content).digest("hex")}"`;
}
