import type { Answer } from "../aws/protocols.ts";
import { escapeXml } from "../aws/query.ts";
import { AwsError } from "../aws/service.ts";
import { type Buckets, etagOf } from "./buckets.ts";
import { printDocument } from "./xml.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const mostKeys = 1000;

/** A page of a bucket's objects. Throws AwsError for what is not emulated: folders. */
export function listPage(buckets: Buckets, bucket: string, query: URLSearchParams): Answer {
	if (query.has("delimiter")) {
		throw new AwsError("NotImplemented", "The embedded cloud does not emulate lists with a delimiter.", 501);
	}
	const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
	const keys = buckets.keys(bucket, query.get("prefix") ?? "").filter((key) => key > after);
	const page = keys.slice(0, Math.min(Number(query.get("max-keys") ?? mostKeys), mostKeys));
	const contents = page.map((key) => {
		// Whoever lists does not wait for whoever deletes.
		const { content, modifiedMs } = buckets.object(bucket, key) ?? { content: Buffer.alloc(0), modifiedMs: 0 };
		const modified = `<LastModified>${new Date(modifiedMs).toISOString()}</LastModified>`;
		return `<Contents><Key>${escapeXml(key)}</Key>${modified}<Size>${content.length}</Size><ETag>${escapeXml(etagOf(content))}</ETag></Contents>`;
	});
	const isTruncated = page.length < keys.length;
	const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? "")}</NextContinuationToken>` : "";
	const counts = `<KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>`;
	return printDocument("ListBucketResult", `<Name>${escapeXml(bucket)}</Name>${counts}${next}${contents.join("")}`);
}
