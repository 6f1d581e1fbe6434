import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../aws/service.ts";
import { readAwsChunked } from "./aws-chunked.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The checksums that are compared, by the header that tells one. The others of S3 are taken as they are told. */
const checksums: Readonly<Record<string, { name: string; of: (content: Buffer) => string }>> = {
	"x-amz-checksum-sha256": { name: "SHA256", of: (content) => createHash("sha256").update(content).digest("base64") },
	"x-amz-checksum-crc32": {
		name: "CRC32",
		of(content) {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32BE(crc32(content));
			return bytes.toString("base64");
		},
	},
};

/**
 * What a request puts, whole and as its checksums say, and the checksums that the answer repeats. Throws AwsError.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function uploadIn(headers: Headers, body: Buffer): { content: Buffer; told: Record<string, string> } {
	// The front keeps nothing of a body that is longer than it takes.
	if (Number(headers["content-length"] ?? body.length) !== body.length) {
		throw new AwsError("EntityTooLarge", "The embedded cloud takes smaller objects only.");
	}
	const isChunked = /\baws-chunked\b/.test(String(headers["content-encoding"] ?? ""));
	const { content, trailers } = isChunked ? readAwsChunked(body) : { content: body, trailers: {} };
	const whole = headers["x-amz-decoded-content-length"];
	if (whole !== undefined && Number(whole) !== content.length) {
		throw new AwsError("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length");
	}
	const said = Object.entries({ ...headers, ...trailers }).flatMap(([header, value]): [string, string][] =>
		/^x-amz-checksum-(?:sha|crc)/.test(header) && typeof value === "string" ? [[header, value]] : [],
	);
	for (const [header, value] of said) {
		const known = checksums[header];
		if (!known || known.of(content) === value) continue;
		throw new AwsError("BadDigest", `The ${known.name} you specified did not match the calculated checksum.`);
	}
	return { content, told: Object.fromEntries(said) };
}
