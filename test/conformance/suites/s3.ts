import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import {
	DeleteObjectCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
} from "@aws-sdk/client-s3";
import { type Check, refused, type Stage, type Suite } from "../check.ts";

const api = "https://docs.aws.amazon.com/AmazonS3/latest/API";

async function aBucket({ arrange, clients }: Stage) {
	const Bucket = await arrange.bucket();
	const put = (Key: string, Body = `body of ${Key}`) => clients.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
	const list = (more: object = {}) => clients.s3.send(new ListObjectsV2Command({ Bucket, ...more }));
	return { Bucket, put, list, get: (Key: string) => clients.s3.send(new GetObjectCommand({ Bucket, Key })) };
}

const checks: readonly Check[] = [
	{
		name: "an object comes back as it was put, with its digest as ETag",
		operations: ["s3:PutObject", "s3:GetObject", "s3:HeadObject"],
		source: `${api}/API_PutObject.html`,
		async run(stage) {
			const { Bucket, put, get } = await aBucket(stage);
			const [Key, body] = ["folder/a name+ä.json", '{"a": "ä"}'];
			const ETag = `"${createHash("md5").update(body).digest("hex")}"`;
			assert.equal((await put(Key, body)).ETag, ETag);
			const got = await get(Key);
			assert.deepEqual([await got.Body?.transformToString(), got.ETag], [body, ETag]);
			const head = await stage.clients.s3.send(new HeadObjectCommand({ Bucket, Key }));
			assert.deepEqual([head.ETag, head.ContentLength], [ETag, Buffer.byteLength(body)]);
			assert(head.LastModified instanceof Date);
		},
	},
	{
		name: "an object is replaced whole",
		operations: ["s3:PutObject", "s3:GetObject"],
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel",
		async run(stage) {
			const { put, get } = await aBucket(stage);
			await put("a", "first and long");
			await put("a", "second");
			assert.equal(await (await get("a")).Body?.transformToString(), "second");
		},
	},
	{
		name: "a key or bucket that is not there is refused with its own name",
		operations: ["s3:GetObject", "s3:HeadObject"],
		source: `${api}/API_GetObject.html`,
		async run(stage) {
			const { Bucket, get } = await aBucket(stage);
			await refused(get("none"), "NoSuchKey");
			await refused(stage.clients.s3.send(new HeadObjectCommand({ Bucket, Key: "none" })), "NotFound");
			const elsewhere = new GetObjectCommand({ Bucket: stage.unique("none"), Key: "a" });
			await refused(stage.clients.s3.send(elsewhere), "NoSuchBucket");
		},
	},
	{
		name: "a list is in the order of the keys, by prefix and page by page",
		operations: ["s3:ListObjectsV2"],
		source: `${api}/API_ListObjectsV2.html`,
		async run(stage) {
			const { put, list } = await aBucket(stage);
			for (const key of ["b/2", "a", "b/1", "b/10", "c"]) await put(key);
			const page = await list({ Prefix: "b/", MaxKeys: 2 });
			assert.deepEqual(
				[page.Contents?.map(({ Key }) => Key), page.IsTruncated, page.KeyCount],
				[["b/1", "b/10"], true, 2],
			);
			const rest = await list({ Prefix: "b/", ContinuationToken: page.NextContinuationToken });
			assert.deepEqual([rest.Contents?.map(({ Key }) => Key), rest.IsTruncated], [["b/2"], false]);
			const after = await list({ StartAfter: "b/2" });
			assert.deepEqual(
				after.Contents?.map(({ Key }) => Key),
				["c"],
			);
			assert.deepEqual((await list({ Prefix: "none" })).Contents ?? [], []);
		},
	},
	{
		name: "deleting is no error where nothing is, one by one and many at once",
		operations: ["s3:DeleteObject", "s3:DeleteObjects"],
		source: `${api}/API_DeleteObjects.html`,
		async run(stage) {
			const { Bucket, put, list } = await aBucket(stage);
			await put("a");
			await put("b");
			await stage.clients.s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
			await stage.clients.s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
			const many = { Objects: [{ Key: "b" }, { Key: "none" }] };
			const { Deleted, Errors } = await stage.clients.s3.send(new DeleteObjectsCommand({ Bucket, Delete: many }));
			assert.deepEqual([Deleted?.map(({ Key }) => Key).sort(), Errors ?? []], [["b", "none"], []]);
			assert.equal((await list()).KeyCount, 0);
		},
	},
	{
		name: "what does not match its checksum is refused",
		operations: ["s3:PutObject"],
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html",
		async run(stage) {
			const { Bucket } = await aBucket(stage);
			const ChecksumSHA256 = createHash("sha256").update("another").digest("base64");
			const wrong = new PutObjectCommand({ Bucket, Key: "a", Body: "one", ChecksumSHA256 });
			await refused(stage.clients.s3.send(wrong), "BadDigest");
		},
	},
];

/** Objects of S3. */
export const s3: Suite = { service: "s3", checks };
