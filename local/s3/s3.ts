import type { Answer, PrintError } from "../aws/protocols.ts";
import { escapeXml } from "../aws/query.ts";
import { AwsError } from "../aws/service.ts";
import { type Buckets, etagOf, type StoredObject } from "./buckets.ts";
import { deleteObjects } from "./delete-objects.ts";
import { listPage } from "./list.ts";
import { uploadIn } from "./upload.ts";
import { printErrorBody } from "./xml.ts";

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
	const objectOf = (bucket: string, key: string): StoredObject => {
		const found = buckets.object(bucket, key);
		if (found) return found;
		throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
	};
	const operations: Record<string, (bucket: string, key: string, request: S3Request) => Answer> = {
		PutObject(bucket, key, { body, headers }) {
			const { content, told } = uploadIn(headers, body);
			buckets.put(bucket, key, content);
			return { status: 200, headers: { etag: etagOf(content), ...told }, body: "" };
		},
		GetObject(bucket, key) {
			const found = objectOf(bucket, key);
			const headers = { ...headersOf(found), "content-type": "application/octet-stream" };
			return { status: 200, headers, body: found.content };
		},
		HeadObject: (bucket, key) => ({ status: 200, headers: headersOf(objectOf(bucket, key)), body: "" }),
		DeleteObject(bucket, key) {
			buckets.remove(bucket, key);
			return { status: 204, headers: {}, body: "" };
		},
		DeleteObjects: (bucket, _key, { body }) => deleteObjects(buckets, bucket, body),
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
			body: printErrorBody(`<Code>${escapeXml(name)}</Code><Message>${escapeXml(message)}</Message>`),
		}),
	};
}

function operationOf({ method, path, query }: Pick<S3Request, "method" | "path" | "query">): string {
	const { key } = placeOf(path);
	if (key === "") {
		if (method === "POST" && query.has("delete")) return "DeleteObjects";
		return method === "GET" && query.get("list-type") === "2" ? "ListObjectsV2" : `${method} bucket`;
	}
	const operation = { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[method];
	// What else can be asked of an object has a parameter (`?tagging`) or is named by the SDK alone (`?x-id=CopyObject`).
	const others = [...query].filter(([name, value]) => name !== "x-id" || value !== operation);
	return operation !== undefined && others.length === 0 ? operation : `${method} object?${others[0]?.[0] ?? ""}`;
}

function placeOf(path: string): { bucket: string; key: string } {
	const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(path)) ?? [];
	return { bucket, key };
}

function headersOf({ content, modifiedMs }: StoredObject): Record<string, string> {
	const modified = new Date(modifiedMs).toUTCString();
	return { etag: etagOf(content), "content-length": String(content.length), "last-modified": modified };
}
