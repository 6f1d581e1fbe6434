import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EdgeAnswer } from "./edge-answer.ts";
import { newRequestId } from "./edge-event.ts";
import { pop } from "./forwarded.ts";
import { edgeLimits } from "./limits.ts";

export type ViewerResponse = ServerResponse | Http2ServerResponse;

/** What went to a viewer. */
export interface Sent {
	requestId: string;
	/** Of head and body. */
	bytes: number;
}

/** Sends an answer with CloudFront's own headers, and hands the body to the cache once all of it has passed. Never throws. */
export async function sendAnswer(answer: EdgeAnswer, response: ViewerResponse): Promise<Sent> {
	const { status, statusText, body, keep } = answer;
	const requestId = newRequestId();
	const headers = headersOf(answer, requestId);
	const isHead = response.req.method === "HEAD";
	let bytes = headBytes(answer, headers);
	response.statusCode = status;
	if (response.req.httpVersionMajor === 1) response.statusMessage = statusText; // HTTP/2 has none
	for (const [name, values] of headers) response.setHeader(name, values.length === 1 ? (values[0] ?? "") : values);
	await pipeline(
		Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body,
		async function* keeping(chunks: AsyncIterable<Buffer>) {
			const passed: Buffer[] = [];
			let size = 0;
			for await (const chunk of chunks) {
				size += chunk.length;
				if (!isHead) bytes += chunk.length;
				if (keep && size <= edgeLimits.cachedBodyBytes.value) passed.push(chunk);
				yield chunk;
			}
			if (size <= edgeLimits.cachedBodyBytes.value) keep?.(Buffer.concat(passed));
		},
		response,
	).catch(() => response.destroy()); // the viewer left, or the origin broke off: nothing more can be said, and nothing was kept
	return { requestId, bytes };
}

/** As HTTP/1.1 writes it; HTTP/2 packs it. */
function headBytes({ status, statusText }: EdgeAnswer, headers: ReadonlyMap<string, string[]>): number {
	const lines = [...headers].flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
	return Buffer.byteLength(`${[`HTTP/1.1 ${status} ${statusText}`, ...lines].join("\r\n")}\r\n\r\n`);
}

function headersOf({ headers, body, note, age }: EdgeAnswer, requestId: string): Map<string, string[]> {
	const byName = new Map<string, string[]>();
	const add = (name: string, value: string) => {
		const values = byName.get(name.toLowerCase());
		if (values) values.push(value);
		else byName.set(name.toLowerCase(), [value]);
	};
	for (const [name, value] of headers) add(name, value);
	add("X-Cache", `${note} from cloudfront`);
	add("Via", `1.1 ${pop}.cloudfront.net (CloudFront)`);
	add("X-Amz-Cf-Pop", pop.toUpperCase());
	add("X-Amz-Cf-Id", requestId);
	if (age !== undefined) add("Age", String(age));
	if (Buffer.isBuffer(body) && !byName.has("content-length")) add("Content-Length", String(body.length));
	return byName;
}
