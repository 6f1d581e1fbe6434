import { createHash } from "node:crypto";
import type { Answer, PrintError } from "../aws/protocols.ts";
import { escapeXml } from "../aws/query.ts";
import { AwsError } from "../aws/service.ts";
import { type Buckets, etagOf } from "./buckets.ts";

/** A request as S3 gets it, path-style: `/<bucket>/<key>`. */
export interface S3Request {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: Readonly<Record<string, string | string[] | undefined>>;
	body: Buffer;
}

/** S3 as far as we call it; buckets are made by stacks only. */
export interface S3 {
	buckets: Buckets;
	/** The API's name of what a request asks for. */
	operationOf(request: Pick<S3Request, "method" | "path" | "query">): string;
	/** Undefined: not emulated. Throws AwsError. */
	handle(request: S3Request): Answer | undefined;
	printError: PrintError;
}

export function createS3({ buckets }: { buckets: Buckets }): S3 {
	const objectOf = (bucket: string, key: string): Buffer => {
		const content = buckets.get(bucket, key);
		if (content) return content;
		throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
	};
	const operations: Record<string, (bucket: string, key: string, request: S3Request) => Answer> = {
		PutObject(bucket, key, { body, headers }) {
			requireChecksum(headers["x-amz-checksum-sha256"], body);
			buckets.put(bucket, key, body);
			return { status: 200, headers: { etag: etagOf(body) }, body: "" };
		},
		GetObject(bucket, key) {
			const content = objectOf(bucket, key);
			return {
				status: 200,
				headers: { ...headersOf(content), "content-type": "application/octet-stream" },
				body: content,
			};
		},
		HeadObject: (bucket, key) => ({ status: 200, headers: headersOf(objectOf(bucket, key)), body: "" }),
		DeleteObject(bucket, key) {
			buckets.remove(bucket, key);
			return { status: 204, headers: {}, body: "" };
		},
		ListObjectsV2: (bucket, _key, { query }) => listPage(buckets, bucket, query),
	};
	return {
		buckets,
		operationOf,
		handle(request) {
			const act = operations[operationOf(request)];
			if (!act) return undefined;
			const { bucket, key } = placeOf(request.path);
			if (!buckets.has(bucket)) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
			return act(bucket, key, request);
		},
		printError: ({ name, message, status }) => ({
			status,
			headers: { "content-type": "application/xml" },
			body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(name)}</Code><Message>${escapeXml(message)}</Message></Error>`,
		}),
	};
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listPage(buckets: Buckets, bucket: string, query: URLSearchParams): Answer {
	const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
	const keys = buckets.keys(bucket, query.get("prefix") ?? "").filter((key) => key > after);
	const page = keys.slice(0, Math.min(Number(query.get("max-keys") ?? mostKeys), mostKeys));
	const contents = page.map((key) => {
		// Whoever lists does not wait for whoever deletes.
		const content = buckets.get(bucket, key) ?? Buffer.alloc(0);
		return `<Contents><Key>${escapeXml(key)}</Key><Size>${content.length}</Size><ETag>${escapeXml(etagOf(content))}</ETag></Contents>`;
	});
	const isTruncated = page.length < keys.length;
	const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? "")}</NextContinuationToken>` : "";
	const body =
		`<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
		`<Name>${escapeXml(bucket)}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
	return { status: 200, headers: { "content-type": "application/xml" }, body };
}

const mostKeys = 1000;

function operationOf({ method, path, query }: Pick<S3Request, "method" | "path" | "query">): string {
	const { key } = placeOf(path);
	if (key === "") return method === "GET" && query.get("list-type") === "2" ? "ListObjectsV2" : `${method} bucket`;
	return (
		{ PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[method] ?? `${method} object`
	);
}

function placeOf(path: string): { bucket: string; key: string } {
	const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(path)) ?? [];
	return { bucket, key };
}

function headersOf(content: Buffer): Record<string, string> {
	return { etag: etagOf(content), "content-length": String(content.length), "last-modified": new Date().toUTCString() };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
function requireChecksum(told: string | string[] | undefined, body: Buffer): void {
	if (told === undefined || told === createHash("sha256").update(body).digest("base64")) return;
	throw new AwsError("BadDigest", "The SHA256 you specified did not match the calculated checksum.");
}
