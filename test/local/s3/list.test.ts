import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFront } from "../../../local/aws/front.ts";
import { openBuckets } from "../../../local/s3/buckets.ts";
import { createS3 } from "../../../local/s3/s3.ts";

const directory = mkdtempSync(join(tmpdir(), "hostmaster-s3-"));
const buckets = openBuckets(directory);
const front = createFront({ json: [], rest: [], query: [], s3: createS3({ buckets }) });
let client: S3Client;
let close: () => Promise<void>;
beforeAll(async () => {
	const listening = await front.listen("127.0.0.1", 0);
	close = () => listening.close();
	client = new S3Client({
		endpoint: `http://127.0.0.1:${listening.port}`,
		region: "us-east-1",
		credentials: { accessKeyId: "LOCAL222222222222", secretAccessKey: "secret" },
	});
	buckets.create("logs");
	for (let at = 0; at < 1_005; at++) buckets.put("logs", `a/${String(at).padStart(4, "0")}&.gz`, Buffer.from("x"));
	buckets.put("logs", "b/other", Buffer.from(""));
});
afterAll(async () => {
	client.destroy();
	await close();
	rmSync(directory, { recursive: true });
});

describe("a list of objects", () => {
	it("comes in pages of a thousand, in the order of the keys, with nothing of another prefix", async () => {
		const pages: string[][] = [];
		for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: "logs", Prefix: "a/" })) {
			pages.push(Contents.map(({ Key = "" }) => Key));
		}
		expect(pages.map(({ length }) => length)).toEqual([1_000, 5]);
		expect(pages.flat()).toEqual([...pages.flat()].sort());
		expect(pages[0]?.[0]).toBe("a/0000&.gz");
	});

	it("begins after a key, whether there is such a key or not, and stops where it is told to", async () => {
		const asked = { Bucket: "logs", Prefix: "a/", StartAfter: "a/1002" };
		const { Contents, IsTruncated, KeyCount } = await client.send(new ListObjectsV2Command({ ...asked, MaxKeys: 2 }));
		expect(Contents?.map(({ Key, Size }) => `${Key} ${Size}`)).toEqual(["a/1002&.gz 1", "a/1003&.gz 1"]);
		expect([IsTruncated, KeyCount]).toEqual([true, 2]);
	});

	it("tells when each was put, and does not pretend to have folders", async () => {
		const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: "logs", Prefix: "b/" }));
		expect(Math.abs(Date.now() - (Contents?.[0]?.LastModified?.getTime() ?? 0))).toBeLessThan(20_000);
		const folders = new ListObjectsV2Command({ Bucket: "logs", Delimiter: "/" });
		await expect(client.send(folders)).rejects.toMatchObject({ name: "NotImplemented" });
	});

	it("is empty where there is nothing", async () => {
		expect((await client.send(new ListObjectsV2Command({ Bucket: "logs", Prefix: "c/" }))).KeyCount).toBe(0);
	});
});
