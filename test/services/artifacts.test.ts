import {
	GetObjectCommand,
	HeadObjectCommand,
	NoSuchKey,
	NotFound,
	PutObjectCommand,
	S3Client,
	S3ServiceException,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { getArtifact, putOnce, urlOf } from "../../services/artifacts.ts";

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());

const store = { client: new S3Client({}), bucket: "releases" };
const at = { Bucket: "releases", Key: "templates/1.json" };
const absent = new NotFound({ $metadata: {}, message: "NotFound" });
const denied = new S3ServiceException({ name: "Forbidden", $fault: "client", $metadata: { httpStatusCode: 403 } });
const slow = Object.assign(new Error("Please reduce your request rate."), { name: "SlowDown", $fault: "server" });

describe("putting an artifact", () => {
	it.each<[string, string | (() => Uint8Array) | (() => Promise<Uint8Array>), string | Uint8Array]>([
		["a text", "{}", "{}"],
		["bytes", () => new Uint8Array([1, 2]), new Uint8Array([1, 2])],
		["bytes that come later", () => Promise.resolve(new Uint8Array([3])), new Uint8Array([3])],
	])("puts %s where nothing is, and lets S3 check what arrives", async (_, body, Body) => {
		s3.on(HeadObjectCommand, at).rejects(absent);
		s3.on(PutObjectCommand).resolves({});
		expect(await putOnce(store, at.Key, body)).toBe(true);
		const [put] = s3.commandCalls(PutObjectCommand);
		expect(put?.args[0].input).toEqual({ ...at, Body, ChecksumAlgorithm: "SHA256" });
	});

	it("puts nothing where it is already, and does not ask for its bytes", async () => {
		s3.on(HeadObjectCommand, at).resolves({});
		const body = vi.fn<() => Uint8Array>();
		expect(await putOnce(store, at.Key, body)).toBe(false);
		expect(body).not.toHaveBeenCalled();
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	it.each([
		["Forbidden", denied],
		["ServiceUnavailable", slow],
	])("puts nothing when S3 says %s: that is no absence", async (name, error) => {
		s3.on(HeadObjectCommand).rejects(error);
		await expect(putOnce(store, at.Key, "{}")).rejects.toMatchObject({ name });
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	it("fails when S3 does not take it", async () => {
		s3.on(HeadObjectCommand).rejects(absent);
		s3.on(PutObjectCommand).rejects(slow);
		await expect(putOnce(store, at.Key, "{}")).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("getting an artifact", () => {
	/** All that is asked of a body's stream. */
	const streamOf = (bytes: Uint8Array) => ({ transformToByteArray: () => Promise.resolve(bytes) }) as never;

	it("answers its bytes", async () => {
		const bytes = new Uint8Array([1, 2, 3]);
		s3.on(GetObjectCommand, at).resolves({ Body: streamOf(bytes) });
		expect(await getArtifact(store, at.Key)).toEqual(bytes);
	});

	it("throws S3's own word when it is not there, and never takes an answer without a body for an empty one", async () => {
		s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: "no" }));
		await expect(getArtifact(store, at.Key)).rejects.toBeInstanceOf(NoSuchKey);
		s3.on(GetObjectCommand).resolves({});
		await expect(getArtifact(store, at.Key)).rejects.toThrow("without a body for templates/1.json");
	});

	it("has an address that CloudFormation takes", () => {
		expect(urlOf(store, at.Key)).toBe("https://releases.s3.us-east-1.amazonaws.com/templates/1.json");
	});
});
