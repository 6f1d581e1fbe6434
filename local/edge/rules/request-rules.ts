import { z } from "zod";
import { edgeLimits } from "../limits.ts";
import type { EdgeTrigger, EdgeViolation } from "./edge-rules.ts";
import { type EdgeHeaders, headerBytes, headersShape, headerViolation, readOnlyViolation } from "./header-rules.ts";
import { originShape, originViolation } from "./origin-rules.ts";

/** A request that a function answered, of any value. */
export const requestShape = z.object({
	clientIp: z.string(),
	method: z.string(),
	uri: z.string(),
	querystring: z.string(),
	headers: headersShape,
	origin: originShape.optional(),
	body: z
		.object({ action: z.string().default("read-only"), encoding: z.enum(["text", "base64"]), data: z.string() })
		.optional(),
});

export type EdgeRequest = z.infer<typeof requestShape>;

/** What of the given request the rules look at. */
export interface GivenRequest {
	clientIp: string;
	method: string;
	headers: EdgeHeaders;
	origin?: unknown;
}

/** The first rule that a request of a request trigger breaks, against the request that the function was given. */
export function requestViolation(
	request: EdgeRequest,
	given: GivenRequest,
	trigger: "viewer-request" | "origin-request",
	includesBody: boolean,
): EdgeViolation | undefined {
	return (
		headerViolation(request.headers, trigger) ??
		readOnlyViolation(request.headers, given.headers, trigger) ??
		lineViolation(request, given, trigger) ??
		bodyViolation(request, trigger, includesBody) ??
		placeViolation(request, given, trigger)
	);
}

function lineViolation(
	{ method, clientIp, uri, querystring, headers }: EdgeRequest,
	given: GivenRequest,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	const url = `${uri}?${querystring}`;
	const bytes = Buffer.byteLength(`${method} ${url} HTTP/1.1\r\n\r\n`) + headerBytes(headers);
	if (method !== given.method) return { rule: "method-read-only", trigger, found: `${given.method} became ${method}` };
	if (clientIp !== given.clientIp) return { rule: "client-ip-read-only", trigger, found: clientIp };
	if (!uri.startsWith("/")) return { rule: "uri", trigger, found: uri };
	if (!/^[^\s#\p{Cc}]*$/u.test(querystring)) return { rule: "querystring", trigger, found: querystring };
	if (Buffer.byteLength(url) >= edgeLimits.urlBytes.value) {
		return { rule: "url-length", trigger, found: `${Buffer.byteLength(url)} bytes` };
	}
	return bytes > edgeLimits.requestHeadBytes.value
		? { rule: "header-length", trigger, found: `${bytes} bytes` }
		: undefined;
}

function bodyViolation(
	{ method, body }: EdgeRequest,
	trigger: "viewer-request" | "origin-request",
	includesBody: boolean,
): EdgeViolation | undefined {
	if (!body) return undefined;
	if (!includesBody) return { rule: "body-not-included", trigger, found: `a body that is ${body.action}` };
	if (body.action !== "replace") return undefined;
	if (method === "GET" || method === "HEAD") return { rule: "body-of-get", trigger, found: `a body with ${method}` };
	const most = edgeLimits.replacedBodyBytes[body.encoding][trigger];
	return Buffer.byteLength(body.data) > most
		? { rule: "body-length", trigger, found: `${Buffer.byteLength(body.data)} bytes of ${body.encoding}` }
		: undefined;
}

function placeViolation(
	{ origin, headers }: EdgeRequest,
	given: GivenRequest,
	trigger: "viewer-request" | "origin-request",
): EdgeViolation | undefined {
	if (trigger === "viewer-request") {
		const country = "cloudfront-viewer-country";
		if (country in headers && !(country in given.headers)) {
			return { rule: "header-of-viewer", trigger, header: country, found: "set by the function" };
		}
		return origin && { rule: "origin-trigger", trigger, found: "an origin" };
	}
	if (!origin) return { rule: "origin-one", trigger, found: "none" };
	const was = originShape.safeParse(given.origin).data;
	return originViolation(origin, headers, (was?.custom ?? was?.s3)?.customHeaders ?? {}, trigger);
}
