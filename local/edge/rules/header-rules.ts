import { z } from "zod";
import { isDisallowed } from "../forwarded.ts";
import { edgeLimits } from "../limits.ts";
import type { EdgeTrigger, EdgeViolation } from "./edge-rules.ts";

/** Headers of an event or a result, by name. */
export type EdgeHeaders = Record<string, { key?: string | undefined; value: string }[]>;

export const headersShape: z.ZodType<EdgeHeaders> = z.record(
	z.string(),
	z.array(z.object({ key: z.string().optional(), value: z.string() })),
);

/**
 * Headers that a function may read and nothing else, by the event that it is woken for.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html#function-restrictions-read-only-headers
 */
export const readOnlyHeaders: Readonly<Record<EdgeTrigger, readonly string[]>> = {
	"viewer-request": ["content-length", "host", "transfer-encoding", "via"],
	"origin-request": [
		"accept-encoding",
		"content-length",
		"if-modified-since",
		"if-none-match",
		"if-range",
		"if-unmodified-since",
		"transfer-encoding",
		"via",
	],
	"origin-response": ["transfer-encoding", "via"],
	"viewer-response": ["content-encoding", "content-length", "transfer-encoding", "via", "warning"],
};

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html#add-origin-custom-headers-denylist */
const deniedAsCustom =
	/^(?:cache-control|connection|content-length|cookie|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|max-forwards|pragma|proxy-authorization|proxy-connection|range|request-range|te|trailer|transfer-encoding|upgrade|via|x-amz-.*|x-edge-.*|x-real-ip)$/;

/** Names and values, whoever sets them: the first that breaks a rule. */
export function headerViolation(headers: EdgeHeaders, trigger: EdgeTrigger): EdgeViolation | undefined {
	for (const [header, values] of Object.entries(headers)) {
		if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header)) {
			return { rule: "header-name", trigger, header, found: "not a token in lower case" };
		}
		const other = values.find(({ key }) => key !== undefined && key.toLowerCase() !== header);
		if (other) return { rule: "header-name", trigger, header, found: `its key is ${other.key}` };
		if (values.some(({ value }) => /[\r\n\0]/.test(value))) {
			return { rule: "header-value", trigger, header, found: "a line break or NUL" };
		}
		if (isDisallowed(header)) return { rule: "header-disallowed", trigger, header, found: "set by the function" };
	}
	return undefined;
}

/** Whether a read-only header is another than in what the function was given. */
export function readOnlyViolation(
	headers: EdgeHeaders,
	given: EdgeHeaders,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	const values = (of: EdgeHeaders, name: string) => JSON.stringify((of[name] ?? []).map(({ value }) => value));
	const header = readOnlyHeaders[trigger].find((name) => values(headers, name) !== values(given, name));
	if (header === undefined) return undefined;
	const found = `was ${values(given, header)}, is ${values(headers, header)}`;
	return { rule: "header-read-only", trigger, header, found };
}

/** The headers that a request takes to its origin beside the viewer's. Those that the distribution configures were checked there. */
export function customHeaderViolation(
	custom: EdgeHeaders,
	configured: EdgeHeaders,
	request: EdgeHeaders,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	const { customHeaders, customHeaderName, customHeaderValue, customHeadersTotal } = edgeLimits;
	const invalid = headerViolation(custom, trigger);
	if (invalid) return invalid;
	const entries = Object.entries(custom);
	const twice = entries.find(([name]) => name in request)?.[0];
	if (twice !== undefined) return { rule: "custom-header-twice", trigger, header: twice, found: "in both" };
	const denied = entries.find(([name]) => deniedAsCustom.test(name) && !(name in configured))?.[0];
	if (denied !== undefined) {
		return { rule: "custom-header-denied", trigger, header: denied, found: "among the origin's custom headers" };
	}
	const lines = entries.flatMap(([name, values]) => values.map(({ value }) => ({ name, value })));
	const long = lines.find(
		({ name, value }) => name.length > customHeaderName.value || value.length > customHeaderValue.value,
	);
	const total = lines.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
	const broken = long !== undefined || lines.length > customHeaders.value || total > customHeadersTotal.value;
	return broken
		? {
				rule: "custom-header-quota",
				trigger,
				header: long?.name,
				found: `${lines.length} headers of ${total} characters`,
			}
		: undefined;
}

/** As HTTP/1.1 writes them. */
export function headerBytes(headers: EdgeHeaders): number {
	return Object.entries(headers)
		.flatMap(([name, values]) => values.map(({ value }) => Buffer.byteLength(`${name}: ${value}\r\n`)))
		.reduce((sum, bytes) => sum + bytes, 0);
}
