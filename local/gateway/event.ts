import type { IncomingMessage } from "node:http";
import type { Caller } from "../aws/service.ts";

export interface EventSource {
	request: IncomingMessage;
	body: Buffer;
	routeKey: string;
	/** As received: still percent-encoded. */
	parameters: Record<string, string>;
	requestId: string;
	apiId: string;
	caller: Caller;
	timeMs: number;
	authorization?: { claims: Record<string, string>; scopes: string[] | null };
}

/**
 * A request as payload format 2.0. Members that have nothing to say are left out.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function payloadOf(source: EventSource): Record<string, unknown> {
	const { request, body, routeKey, requestId } = source;
	const [path = "/", query = ""] = splitAt(request.url ?? "/", "?");
	const rawPath = decodedPath(path);
	const { cookie, ...headers } = headersOf(request);
	const text = isText(headers["content-type"]);
	return {
		version: "2.0",
		routeKey,
		rawPath,
		rawQueryString: query,
		...(cookie && { cookies: cookie.split("; ") }),
		headers,
		...(query && { queryStringParameters: joined(new URLSearchParams(query)) }),
		requestContext: {
			accountId: source.caller.accountId,
			apiId: source.apiId,
			...(source.authorization && { authorizer: { jwt: source.authorization } }),
			domainName: headers["host"] ?? "",
			domainPrefix: (headers["host"] ?? "").split(/[.:]/)[0],
			http: {
				method: request.method,
				path: rawPath,
				protocol: `HTTP/${request.httpVersion}`,
				sourceIp: headers["x-forwarded-for"]?.split(", ").at(-1),
				userAgent: headers["user-agent"] ?? "",
			},
			requestId,
			routeKey,
			stage: "$default",
			time: commonLogTime(source.timeMs),
			timeEpoch: source.timeMs,
		},
		...(Object.keys(source.parameters).length > 0 && { pathParameters: decodedValues(source.parameters) }),
		...(body.length > 0 && { body: body.toString(text ? "utf8" : "base64") }),
		isBase64Encoded: body.length > 0 && !text,
	};
}

/** Names in lower case, repeated ones joined by a comma, and what the gateway adds. */
function headersOf(request: IncomingMessage): Record<string, string> {
	const headers: Record<string, string> = {};
	for (let index = 0; index < request.rawHeaders.length; index += 2) {
		const name = (request.rawHeaders[index] ?? "").toLowerCase();
		const value = request.rawHeaders[index + 1] ?? "";
		if (name === "connection" || name === "transfer-encoding") continue;
		const separator = name === "cookie" ? "; " : ",";
		headers[name] = headers[name] === undefined ? value : `${headers[name]}${separator}${value}`;
	}
	const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
	headers["x-forwarded-for"] = headers["x-forwarded-for"] ? `${headers["x-forwarded-for"]}, ${peer}` : peer;
	headers["x-forwarded-proto"] = "http";
	headers["x-forwarded-port"] = String(request.socket.localPort ?? "");
	return headers;
}

function joined(query: URLSearchParams): Record<string, string> {
	const values: Record<string, string> = {};
	for (const [name, value] of query) values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
	return values;
}

/** HTTP APIs decode the path, and lose what follows an encoded `?` (seen in https://github.com/honojs/hono/issues/2156). */
function decodedPath(path: string): string {
	return splitAt(decoded(path), "?")[0] ?? "/";
}

function decodedValues(parameters: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, decoded(value)]));
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text; // a stray percent sign is passed on as it is
	}
}

function splitAt(text: string, separator: string): [string, string] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Everything that does not say that it is text goes in base64, forms too: a surprise to many. */
function isText(contentType = ""): boolean {
	return /^(text\/|application\/([\w.+-]*\+)?(json|xml)|application\/javascript)/i.test(contentType);
}

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(timeMs: number): string {
	const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(timeMs).toUTCString()) ?? [];
	return `${day}/${month}/${year}:${time} +0000`;
}
