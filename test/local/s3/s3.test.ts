import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
	CopyObjectCommand,
	DeleteObjectCommand,
	DeleteObjectsCommand,
	DeleteObjectTaggingCommand,
	GetObjectCommand,
	GetObjectTaggingCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	NoSuchKey,
	NotFound,
	PutObjectCommand,
	S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFront } from "../../../local/aws/front.ts";
import { openBuckets } from "../../../local/s3/buckets.ts";
import { createS3 } from "../../../local/s3/s3.ts";

const directory = mkdtempSync(join(tmpdir(), "hostmaster-s3-"));
const buckets = openBuckets(directory);
let client: S3Client;
let close: () => Promise<void>;

beforeAll(async () => {
	buckets.create("releases");
	const front = createFront({ json: [], rest: [], query: [], s3: createS3({ buckets }) });
	const port = await freePort();
	const listening = await front.listen("127.0.0.1", port);
	close = () => listening.close();
	const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "local" };
	client = new S3Client({
		endpoint: `http://127.0.0.1:${port}`,
		region: "us-east-1",
		credentials,
		forcePathStyle: true,
	});
});
afterAll(async () => {
	await close();
	rmSync(directory, { recursive: true });
});

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as AddressInfo; // listening on TCP
			server.close(() => resolve(port));
		});
	});
}

const at = { Bucket: "releases", Key: "functions/a b+ü.zip" };
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

describe("an object", () => {
	it("comes back byte by byte, whatever its name and content", async () => {
		await client.send(new PutObjectCommand({ ...at, Body: bytes, ChecksumAlgorithm: "SHA256" }));
		const { Body } = await client.send(new GetObjectCommand(at));
		expect(await Body?.transformToByteArray()).toEqual(bytes);
		const { ContentLength, ETag } = await client.send(new HeadObjectCommand(at));
		expect({ ContentLength, ETag }).toEqual({
			ContentLength: 256,
			ETag: `"${createHash("md5").update(bytes).digest("hex")}"`,
		});
	});

	it("is there for whoever opens the buckets again", () => {
		expect(openBuckets(directory).get(at.Bucket, at.Key)).toEqual(Buffer.from(bytes));
		expect(buckets.keys("releases", "functions/")).toEqual([at.Key]);
	});

	it("is listed below its prefix, and gone once it is deleted", async () => {
		const listed = async (Prefix?: string) =>
			(await client.send(new ListObjectsV2Command({ Bucket: "releases", Prefix }))).Contents?.map(({ Key }) => Key);
		expect(await listed()).toEqual([at.Key]);
		expect(await listed("other/")).toBeUndefined();
		await client.send(new DeleteObjectCommand(at));
		expect(await listed()).toBeUndefined();
	});

	it("may come as a stream, of which nobody knows the checksum before its end", async () => {
		const Key = "stream";
		const stream = Readable.from([Buffer.from(bytes), Buffer.from("and more")]);
		const put = { Bucket: "releases", Key, Body: stream, ContentLength: bytes.length + 8 };
		await client.send(new PutObjectCommand({ ...put, ChecksumAlgorithm: "SHA256" }));
		const { Body, LastModified } = await client.send(new GetObjectCommand({ Bucket: "releases", Key }));
		expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(
			Buffer.concat([bytes, Buffer.from("and more")]),
		);
		expect(Math.abs(Date.now() - (LastModified?.getTime() ?? 0))).toBeLessThan(20_000);
	});

	it("is deleted with others at once, whether it is there or not", async () => {
		for (const key of ["d/1", "d/<2>", "d/3"]) buckets.put("releases", key, Buffer.from(key));
		const Objects = ["d/1", "d/<2>", "d/none"].map((Key) => ({ Key }));
		const told = await client.send(new DeleteObjectsCommand({ Bucket: "releases", Delete: { Objects } }));
		expect(told.Deleted?.map(({ Key }) => Key)).toEqual(["d/1", "d/<2>", "d/none"]);
		expect(buckets.keys("releases", "d/")).toEqual(["d/3"]);
		const quiet = { Quiet: true, Objects: [{ Key: "d/3" }] };
		expect(await client.send(new DeleteObjectsCommand({ Bucket: "releases", Delete: quiet }))).not.toHaveProperty(
			"Deleted",
		);
		const none = new DeleteObjectsCommand({ Bucket: "releases", Delete: { Objects: [] } });
		await expect(client.send(none)).rejects.toMatchObject({ name: "MalformedXML" });
	});

	it("with a name that is too long is refused, and so is one that is too large to be taken", async () => {
		const long = new PutObjectCommand({ ...at, Key: "k".repeat(256), Body: bytes });
		await expect(client.send(long)).rejects.toMatchObject({ name: "KeyTooLongError" });
		const large = new PutObjectCommand({ ...at, Body: Buffer.alloc(17 * 1024 * 1024) });
		await expect(client.send(large)).rejects.toMatchObject({ name: "EntityTooLarge" });
	});

	it("is not what is answered to those who ask for something else of it", async () => {
		buckets.put("releases", "tagged", Buffer.from("content"));
		const tagged = { Bucket: "releases", Key: "tagged" };
		const asked = [
			() => client.send(new GetObjectTaggingCommand(tagged)),
			() => client.send(new GetObjectCommand({ ...tagged, VersionId: "1" })),
			() => client.send(new CopyObjectCommand({ ...tagged, CopySource: "releases/other" })),
			() => client.send(new DeleteObjectTaggingCommand(tagged)),
		];
		for (const ask of asked) await expect(ask()).rejects.toMatchObject({ name: "NotImplemented" });
		expect(buckets.get("releases", "tagged")).toEqual(Buffer.from("content"));
	});

	it("that is not there is NoSuchKey, and NotFound to a HEAD, which has no body", async () => {
		const missing = { Bucket: "releases", Key: "none" };
		await expect(client.send(new GetObjectCommand(missing))).rejects.toBeInstanceOf(NoSuchKey);
		await expect(client.send(new HeadObjectCommand(missing))).rejects.toBeInstanceOf(NotFound);
	});

	it("is not taken when it is not what its checksum says, nor into a bucket that nobody made", async () => {
		const wrong = createHash("sha256").update("other").digest("base64");
		const put = new PutObjectCommand({ ...at, Body: bytes, ChecksumSHA256: wrong });
		await expect(client.send(put)).rejects.toMatchObject({ name: "BadDigest" });
		await expect(client.send(new PutObjectCommand({ ...at, Bucket: "nobodys" }))).rejects.toMatchObject({
			name: "NoSuchBucket",
		});
	});
});
