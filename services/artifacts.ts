import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { calling } from "./aws-errors.ts";

/** The bucket that keeps an account's releases (infra/artifacts.yml). */
export interface ArtifactStore {
	client: S3Client;
	bucket: string;
}

/**
 * Puts an object there that its key tells by content, unless it is there already; answers whether it was put. `body` is asked for only then. S3 checks what arrives
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
 */
export async function putOnce(
	{ client, bucket }: ArtifactStore,
	key: string,
	body: (() => Promise<Uint8Array> | Uint8Array) | string,
): Promise<boolean> {
	const at = { Bucket: bucket, Key: key };
	if (await isThere(client, at)) return false;
	const bytes = typeof body === "string" ? body : await body();
	await calling("S3", () => client.send(new PutObjectCommand({ ...at, Body: bytes, ChecksumAlgorithm: "SHA256" })));
	return true;
}

async function isThere(client: S3Client, at: { Bucket: string; Key: string }): Promise<boolean> {
	try {
		await calling("S3", () => client.send(new HeadObjectCommand(at)));
		return true;
	} catch (error) {
		if (error instanceof NotFound) return false;
		throw error;
	}
}

/** An object's bytes. Throws S3's own NoSuchKey when it is not there. */
export async function getArtifact({ client, bucket }: ArtifactStore, key: string): Promise<Uint8Array> {
	const { Body } = await calling("S3", () => client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
	if (!Body) throw new Error(`S3 answered without a body for ${key}.`);
	return Body.transformToByteArray();
}

/** How CloudFormation is told of a template there. */
export function urlOf({ bucket }: Pick<ArtifactStore, "bucket">, key: string): string {
	return `https://${bucket}.s3.us-east-1.amazonaws.com/${key}`;
}
