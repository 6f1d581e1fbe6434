import { createHash } from "node:crypto";
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
import { ArtifactAltered, getArtifact, getContent, putOnce, urlOf } from "../../services/artifacts.ts";

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());

const store = { client: new S3Client({}), bucket: "releases" };
const at = { Bucket: "releases", Key: "templates/1.json" };
const absent = new NotFound({ $metadata: {}, message: "NotFound" });
const denied = new S3ServiceException({ name: "Forbidden", $fault: "client", $metadata: { httpStatusCode: 403 } });
const slow = Object.assign(new Error("Please reduce your request rate."), { name: "SlowDown", $fault: "server" });

const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");
/** All that is asked of a body's stream. */
const streamOf = (bytes: Uint8Array) => ({ transformToByteArray: () => Promise.resolve(bytes) }) as never;
const content = { key: at.Key, sha256: sha256("{}") };

describe("putting an artifact", () => {
	it.each<[string, string | (() => Uint8Array) | (() => Promise<Uint8Array>), string | Uint8Array]>([
		["a text", "{}", "{}"],
		["bytes", () => new Uint8Array([1, 2]), new Uint8Array([1, 2])],
		["bytes that come later", () => Promise.resolve(new Uint8Array([3])), new Uint8Array([3])],
	])("puts %s where nothing is, and lets S3 check what arrives", async (_, body, Body) => {
		s3.on(HeadObjectCommand, at).rejects(absent);
		s3.on(PutObjectCommand).resolves({});
		expect(await putOnce(store, { ...content, sha256: sha256(Body) }, body)).toBe(true);
		const [put] = s3.commandCalls(PutObjectCommand);
		expect(put?.args[0].input).toEqual({ ...at, Body, ChecksumAlgorithm: "SHA256" });
	});

	it("never puts what is not what its key says", async () => {
		s3.on(HeadObjectCommand, at).rejects(absent);
		await expect(putOnce(store, content, "{ }")).rejects.toMatchObject({
			...{ name: "ArtifactAltered", message: "What was to be put as templates/1.json is not what its name says." },
		});
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	const told = (text: string) => Buffer.from(sha256(text), "hex").toString("base64");
	it.each([
		["as S3 says", { ChecksumSHA256: told("{}"), ChecksumType: "FULL_OBJECT" as const }],
		["which is read where S3 has no checksum", {}],
		[
			"which is read where S3 has that of parts only",
			{ ChecksumSHA256: told("-2"), ChecksumType: "COMPOSITE" as const },
		],
	])("puts nothing where it is already, %s, and does not ask for its bytes", async (_, head) => {
		s3.on(HeadObjectCommand, { ...at, ChecksumMode: "ENABLED" }).resolves(head);
		s3.on(GetObjectCommand, at).resolves({ Body: streamOf(Buffer.from("{}")) });
		const body = vi.fn<() => Uint8Array>();
		expect(await putOnce(store, content, body)).toBe(false);
		expect(body).not.toHaveBeenCalled();
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	it.each([
		["as S3 says", { ChecksumSHA256: told("{ }") }],
		["as is read", {}],
	])("neither takes nor replaces what is there and is something else, %s", async (_, head) => {
		s3.on(HeadObjectCommand, at).resolves(head);
		s3.on(GetObjectCommand, at).resolves({ Body: streamOf(Buffer.from("{ }")) });
		await expect(putOnce(store, content, "{}")).rejects.toMatchObject({
			...{ name: "ArtifactAltered", message: "templates/1.json in releases is not what its name says." },
		});
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	it.each([
		["Forbidden", denied],
		["ServiceUnavailable", slow],
	])("puts nothing when S3 says %s: that is no absence", async (name, error) => {
		s3.on(HeadObjectCommand).rejects(error);
		await expect(putOnce(store, content, "{}")).rejects.toMatchObject({ name });
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
	});

	it("fails when S3 does not take it", async () => {
		s3.on(HeadObjectCommand).rejects(absent);
		s3.on(PutObjectCommand).rejects(slow);
		await expect(putOnce(store, content, "{}")).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("getting an artifact", () => {
	it("answers its bytes", async () => {
		const bytes = new Uint8Array([1, 2, 3]);
		s3.on(GetObjectCommand, at).resolves({ Body: streamOf(bytes) });
		expect(await getArtifact(store, at.Key)).toEqual(bytes);
	});

	it("by its content answers that or nothing", async () => {
		s3.on(GetObjectCommand, at).resolves({ Body: streamOf(Buffer.from("{}")) });
		expect(await getContent(store, content)).toEqual(Buffer.from("{}"));
		await expect(getContent(store, { ...content, sha256: sha256("other") })).rejects.toBeInstanceOf(ArtifactAltered);
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
