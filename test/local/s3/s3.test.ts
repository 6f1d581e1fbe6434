import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	DeleteObjectCommand,
	GetObjectCommand,
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
