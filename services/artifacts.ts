import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { calling } from "./aws-errors.ts";

/** The bucket that keeps an account's releases (infra/artifacts.yml). */
export interface ArtifactStore {
	client: S3Client;
	bucket: string;
}

/** Where an object lies whose key tells it by content. */
export interface ContentKey {
	key: string;
	/** SHA-256 of its bytes, in hex. */
	sha256: string;
}

/** What lies under a key that tells it by content is something else. */
export class ArtifactAltered extends Error {
	override name = "ArtifactAltered";
}

/**
 * Puts an object there that its key tells by content, unless it is there already; answers whether it was put. `body` is asked for only then.
 * Safe to repeat. Throws ArtifactAltered for bytes that are not what the key says, here or there: nothing that is there is ever replaced.
 */
export async function putOnce(
	store: ArtifactStore,
	{ key, sha256 }: ContentKey,
	body: (() => Promise<Uint8Array> | Uint8Array) | string,
): Promise<boolean> {
	const there = await digestThere(store, key);
	if (there === sha256) return false;
	if (there !== undefined) throw altered(store, key);
	const bytes = typeof body === "string" ? body : await body();
	if (digestOf(bytes) !== sha256) throw new ArtifactAltered(`What was to be put as ${key} is not what its name says.`);
	await putArtifact(store, key, bytes);
	return true;
}

/** Puts an object, whatever is there. S3 checks what arrives (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). */
export async function putArtifact(
	{ client, bucket }: ArtifactStore,
	key: string,
	bytes: Uint8Array | string,
): Promise<void> {
	const put = { Bucket: bucket, Key: key, Body: bytes, ChecksumAlgorithm: "SHA256" } as const;
	await calling("S3", () => client.send(new PutObjectCommand(put)));
}

/**
 * SHA-256 of an object, in hex; undefined when it is not there. S3 tells the checksum that it was put with; an object that somebody has put
 * without one is read.
 */
async function digestThere(store: ArtifactStore, key: string): Promise<string | undefined> {
	const head = new HeadObjectCommand({ Bucket: store.bucket, Key: key, ChecksumMode: "ENABLED" });
	try {
		const { ChecksumSHA256: told, ChecksumType: type } = await calling("S3", () => store.client.send(head));
		if (told !== undefined && type !== "COMPOSITE") return Buffer.from(told, "base64").toString("hex");
	} catch (error) {
		if (error instanceof NotFound) return undefined;
		throw error;
	}
	return digestOf(await getArtifact(store, key));
}

/** An object's bytes. Throws S3's own NoSuchKey when it is not there. */
export async function getArtifact({ client, bucket }: ArtifactStore, key: string): Promise<Uint8Array> {
	const { Body } = await calling("S3", () => client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
	if (!Body) throw new Error(`S3 answered without a body for ${key}.`);
	return Body.transformToByteArray();
}

/** The bytes of an object that its key tells by content. Throws ArtifactAltered when they are not what it says. */
export async function getContent(store: ArtifactStore, { key, sha256 }: ContentKey): Promise<Uint8Array> {
	const bytes = await getArtifact(store, key);
	if (digestOf(bytes) === sha256) return bytes;
	throw altered(store, key);
}

function altered({ bucket }: ArtifactStore, key: string): ArtifactAltered {
	return new ArtifactAltered(`${key} in ${bucket} is not what its name says.`);
}

function digestOf(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/** How CloudFormation is told of a template there. */
export function urlOf({ bucket }: Pick<ArtifactStore, "bucket">, key: string): string {
	return `https://${bucket}.s3.us-east-1.amazonaws.com/${key}`;
}
