import type { CloudFrontRequest } from "aws-lambda";
import { z } from "zod";
import { isDisallowed } from "./forwarded.ts";
import { edgeLimits } from "./limits.ts";
import type { HeaderLine } from "./viewer-request.ts";

/** What an origin-request function said. `invalid` is answered 502, as at CloudFront; the text is for the developer's log. */
export type EdgeResult =
	| { kind: "request"; request: z.infer<typeof requestShape> }
	| { kind: "response"; status: number; statusText: string; headers: HeaderLine[]; body: Buffer }
	| { kind: "invalid"; because: string };

/** Checks a function's result as CloudFront validates it, against the request that the function was given. */
export function readEdgeResult(result: unknown, given: CloudFrontRequest): EdgeResult {
	const isResponse = typeof result === "object" && result !== null && "status" in result;
	const parsed = (isResponse ? responseShape : requestShape).safeParse(result);
	if (!parsed.success) return { kind: "invalid", because: z.prettifyError(parsed.error) };
	return "status" in parsed.data ? responseResult(parsed.data) : requestResult(parsed.data, given);
}

function responseResult({
	status,
	statusDescription,
	headers,
	body,
	bodyEncoding,
}: z.infer<typeof responseShape>): EdgeResult {
	const lines = linesOf(headers).filter(([name]) => name.toLowerCase() !== "content-length"); // counted anew
	const because =
		misnamed(headers) ?? lines.find(([name]) => ["transfer-encoding", "via"].includes(name.toLowerCase()))?.[0];
	if (because) return { kind: "invalid", because: `header ${because}` };
	if (status === 204 && body !== "") return { kind: "invalid", because: "a body with status 204" };
	const bytes = Buffer.from(body, bodyEncoding === "base64" ? "base64" : "utf8");
	const size = lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, bytes.length);
	if (size > edgeLimits.generatedAnswerBytes.value) return { kind: "invalid", because: `an answer of ${size} bytes` };
	return { kind: "response", status, statusText: statusDescription, headers: lines, body: bytes };
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html#function-restrictions-read-only-headers-origin-request
const readOnly =
	"accept-encoding content-length if-modified-since if-none-match if-range if-unmodified-since transfer-encoding via".split(
		" ",
	);

function requestResult(request: z.infer<typeof requestShape>, given: CloudFrontRequest): EdgeResult {
	const values = (headers: Headers, name: string) => JSON.stringify((headers[name] ?? []).map(({ value }) => value));
	const changed = readOnly.find((name) => values(request.headers, name) !== values(given.headers, name));
	const customHeaders = (request.origin.custom ?? request.origin.s3)?.customHeaders ?? {};
	const twice = Object.keys(customHeaders).find((name) => name in request.headers);
	const misspelled = misnamed(request.headers) ?? misnamed(customHeaders);
	const because =
		(misspelled && `header ${misspelled}`) ??
		(changed && `read-only header ${changed} was changed`) ??
		(twice && `header ${twice} is in the request and among the origin's custom headers`) ??
		(request.method !== given.method ? "the method was changed" : undefined) ??
		(request.clientIp !== given.clientIp ? "the client's address was changed" : undefined) ??
		(Buffer.byteLength(`${request.uri}?${request.querystring}`) >= edgeLimits.urlBytes.value
			? "URL too long"
			: undefined);
	return because ? { kind: "invalid", because } : { kind: "request", request };
}

/** A header that may not be set, or whose `key` is not its lower-case name in another spelling. */
function misnamed(headers: Headers): string | undefined {
	return Object.keys(headers).find(
		(name) => isDisallowed(name) || headers[name]?.some(({ key }) => key !== undefined && key.toLowerCase() !== name),
	);
}

function linesOf(headers: Headers): HeaderLine[] {
	return Object.entries(headers).flatMap(([name, values]) =>
		values.map(({ key, value }) => [key ?? name, value] as const),
	);
}

type Headers = z.infer<typeof headersShape>;

const headersShape = z.record(
	z.string().regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, "a header's name is a token in lower case"),
	z.array(z.object({ key: z.string().optional(), value: z.string().regex(/^[^\r\n\0]*$/) })),
);

const responseShape = z.object({
	status: z.coerce.number().int().min(200).max(599),
	statusDescription: z.string().default(""),
	headers: headersShape.default({}),
	body: z.string().default(""),
	bodyEncoding: z.enum(["text", "base64"]).default("text"),
});

// Bounds of an origin: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
const originPath = z
	.string()
	.max(edgeLimits.originPathCharacters.value)
	.regex(/^(?:\/.*[^/])?$/, "begins and does not end with /");
const domainName = z
	.string()
	.min(1)
	.max(edgeLimits.originDomainCharacters.value)
	.regex(/^(?!\d+\.\d+\.\d+\.\d+$)[^:/]+$/, "neither a port nor an IPv4 address");

const requestShape = z.object({
	clientIp: z.string(),
	method: z.string(),
	uri: z.string().startsWith("/"),
	querystring: z.string().regex(/^[^\s#\p{Cc}]*$/u, "no spaces, control characters or #"),
	headers: headersShape,
	origin: z.union([
		z.strictObject({
			custom: z.object({
				domainName,
				path: originPath,
				port: z.union([z.literal(80), z.literal(443), z.number().int().min(1_024).max(65_535)]),
				protocol: z.enum(["http", "https"]),
				sslProtocols: z.array(z.enum(["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"])).min(1),
				readTimeout: z.number().int().min(1).max(60),
				keepaliveTimeout: z.number().int().min(1).max(60),
				customHeaders: headersShape,
			}),
			s3: z.undefined().optional(),
		}),
		z.strictObject({
			s3: z.object({ domainName, path: originPath, authMethod: z.string(), customHeaders: headersShape }),
			custom: z.undefined().optional(),
		}),
	]),
});
