import { AwsError } from "../aws/service.ts";

/** A body as it was meant, and what was said of it behind its end, e.g. its checksum; names in lower case. */
export interface Unchunked {
	content: Buffer;
	trailers: Record<string, string>;
}

/**
 * Reads a body in the encoding in which the SDK sends streams: chunks, each with its length before it, then trailers. Signatures are
 * not checked. Throws IncompleteBody.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function readAwsChunked(body: Buffer): Unchunked {
	const chunks: Buffer[] = [];
	let at = 0;
	const line = (): string => {
		const end = body.indexOf("\r\n", at);
		const text = body.toString("latin1", at, end === -1 ? body.length : end);
		at = end === -1 ? body.length : end + 2;
		return text;
	};
	for (;;) {
		const length = Number.parseInt(line(), 16);
		if (!(at + length <= body.length)) {
			throw new AwsError("IncompleteBody", "The request body terminated unexpectedly");
		}
		if (length === 0) break;
		chunks.push(body.subarray(at, at + length));
		// Behind each chunk the line ends.
		at += length + 2;
	}
	const trailers: [string, string][] = [];
	for (let text = line(); text !== ""; text = line()) {
		const [name = "", value = ""] = text.split(":", 2);
		trailers.push([name.trim().toLowerCase(), value.trim()]);
	}
	return { content: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}
