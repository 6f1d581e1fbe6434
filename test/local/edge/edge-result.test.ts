import type { CloudFrontRequest } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { readEdgeResult } from "../../../local/edge/edge-result.ts";

const custom = {
	domainName: "origin.saas.test",
	port: 443,
	protocol: "https" as const,
	path: "",
	sslProtocols: ["TLSv1.2"],
	readTimeout: 30,
	keepaliveTimeout: 5,
	customHeaders: {},
};
const given: CloudFrontRequest = {
	clientIp: "203.0.113.7",
	method: "GET",
	uri: "/",
	querystring: "",
	headers: { host: [{ key: "Host", value: "acme.app.test" }], via: [{ key: "Via", value: "1.1 x" }] },
	origin: { custom },
};
const one = (key: string, value = "1") => ({ [key.toLowerCase()]: [{ key, value }] });
const requestWith = (changes: object) => ({ ...given, ...changes });
const originWith = (changes: object) => requestWith({ origin: { custom: { ...custom, ...changes } } });
const headersWith = (changes: object) => requestWith({ headers: { ...given.headers, ...changes } });

describe("a function's result", () => {
	it.each<[string, unknown]>([
		["the request as it came", given],
		["a request to another origin", originWith({ domainName: "x.test", port: 8443, path: "/a/b" })],
		["a request with another Host", headersWith(one("Host", "x.test"))],
		["a request with headers of its own", headersWith(one("X-Tenant-Id"))],
	])("is taken: %s", (_, result) => {
		expect(readEdgeResult(result, given).kind).toBe("request");
	});

	it.each<[string, unknown]>([
		["an answer with nothing but a status", { status: "200" }],
		["an answer of 1 MB", { status: "200", body: "x".repeat(1_048_576) }],
		["an answer in base64", { status: "404", body: "aGk=", bodyEncoding: "base64" }],
	])("is taken: %s", (_, result) => {
		expect(readEdgeResult(result, given).kind).toBe("response");
	});

	it.each<[string, unknown]>([
		["nothing", undefined],
		["null", null],
		["a string", "ok"],
		["an answer with status 199", { status: "199" }],
		["an answer with status 600", { status: "600" }],
		["an answer beyond 1 MB", { status: "200", body: "x".repeat(1_048_577) }],
		["a 204 with a body", { status: "204", body: "x" }],
		["an answer with a disallowed header", { status: "200", headers: one("X-Cache") }],
		["an answer with a read-only header", { status: "200", headers: one("Via") }],
		["an answer whose header breaks the line", { status: "200", headers: one("X-A", "1\r\nSet-Cookie: a=1") }],
		[
			"an answer whose header name is not in lower case",
			{ status: "200", headers: { "X-A": [{ key: "X-A", value: "1" }] } },
		],
		["an answer whose header key is another's", { status: "200", headers: { "x-a": [{ key: "X-B", value: "1" }] } }],
		["a request with a disallowed header", headersWith(one("X-Forwarded-Proto"))],
		["a request with a disallowed header by prefix", headersWith(one("X-Edge-Anything"))],
		["a request with a read-only header added", headersWith(one("If-None-Match"))],
		["a request with a read-only header changed", headersWith(one("Via", "other"))],
		["a request with a read-only header taken out", requestWith({ headers: one("Host", "x.test") })],
		[
			"a request with a header that is a custom one too",
			requestWith({
				headers: { ...given.headers, ...one("X-A") },
				origin: { custom: { ...custom, customHeaders: one("X-A") } },
			}),
		],
		["a request with another method", requestWith({ method: "POST" })],
		["a request of another client", requestWith({ clientIp: "198.51.100.1" })],
		["a request whose path is none", requestWith({ uri: "x" })],
		["a request whose URL is too long", requestWith({ uri: `/${"a".repeat(8_192)}` })],
		["a request with a space in its query", requestWith({ querystring: "a b" })],
		["a request with a fragment", requestWith({ querystring: "a#b" })],
		["a request without origin", requestWith({ origin: undefined })],
		[
			"a request with two origins",
			requestWith({
				origin: { custom, s3: { domainName: "b.s3.amazonaws.com", path: "", authMethod: "none", customHeaders: {} } },
			}),
		],
		["an origin with a port in its name", originWith({ domainName: "x.test:8443" })],
		["an origin that is an IPv4 address", originWith({ domainName: "10.0.0.1" })],
		["an origin on port 81", originWith({ port: 81 })],
		["an origin whose path ends in a slash", originWith({ path: "/a/" })],
		["an origin whose path begins without one", originWith({ path: "a" })],
		["an origin that may take 61 seconds", originWith({ readTimeout: 61 })],
		["an origin without protocols", originWith({ sslProtocols: [] })],
	])("is refused: %s", (_, result) => {
		expect(readEdgeResult(result, given).kind).toBe("invalid");
	});
});
