import { describe, expect, it, vi } from "vitest";
import { checkResult, withinEdgeRules } from "../../../../local/edge/rules/check-result.ts";
import { type EdgeRule, EdgeRuleBroken, type EdgeTrigger, edgeRules } from "../../../../local/edge/rules/edge-rules.ts";
import { custom, givenAt, one, originRequest, response, viewerRequest } from "./given.ts";

const triggers: EdgeTrigger[] = ["viewer-request", "origin-request", "origin-response", "viewer-response"];
const violationOf = (result: unknown, trigger: EdgeTrigger, includesBody = false) => {
	const checked = checkResult(result, { ...givenAt(trigger).given, includesBody });
	return checked.kind === "violation" ? checked.violation : undefined;
};
const withHeaders = (to: { headers: object }, headers: object) => ({ ...to, headers: { ...to.headers, ...headers } });
const originWith = (changes: object) => ({ ...originRequest, origin: { custom: { ...custom, ...changes } } });
const s3With = (changes: object) => ({
	...originRequest,
	origin: { s3: { domainName: "b.s3.amazonaws.com", path: "", authMethod: "none", customHeaders: {}, ...changes } },
});
const bodied = (body: object, method = "POST") => ({ ...viewerRequest, method, body });

describe("what a function answers", () => {
	it.each(triggers)("is taken when nothing was changed, at %s", (trigger) => {
		expect(violationOf(givenAt(trigger).untouched, trigger)).toBeUndefined();
	});

	it.each<[EdgeRule, string | undefined, unknown]>([
		["shape", undefined, undefined],
		["shape", undefined, null],
		["shape", undefined, "ok"],
		["shape", undefined, { ...originRequest, uri: 7 }],
		["shape", undefined, { ...originRequest, querystring: undefined }],
		["shape", undefined, { ...originRequest, headers: { host: "acme" } }],
		["header-name", "X-A", withHeaders(originRequest, { "X-A": [{ key: "X-A", value: "1" }] })],
		["header-name", "x-a", withHeaders(originRequest, { "x-a": [{ key: "X-B", value: "1" }] })],
		["header-name", "x a", withHeaders(originRequest, { "x a": [{ value: "1" }] })],
		["header-value", "x-a", withHeaders(originRequest, one("X-A", "1\r\nX-B: 2"))],
		["header-disallowed", "connection", withHeaders(originRequest, one("Connection"))],
		["header-disallowed", "x-forwarded-proto", withHeaders(originRequest, one("X-Forwarded-Proto"))],
		["header-disallowed", "x-edge-anything", withHeaders(originRequest, one("X-Edge-Anything"))],
		["header-disallowed", "x-amz-cf-id", withHeaders(originRequest, one("X-Amz-Cf-Id"))],
		["header-length", undefined, withHeaders(originRequest, one("X-Long", "a".repeat(20_480)))],
		[
			"custom-header-twice",
			"x-a",
			{ ...withHeaders(originRequest, one("X-A")), ...pick(originWith({ customHeaders: one("X-A") })) },
		],
		["custom-header-denied", "cookie", originWith({ customHeaders: one("Cookie") })],
		["custom-header-denied", "x-amz-anything", originWith({ customHeaders: one("X-Amz-Anything") })],
		["header-disallowed", "x-cache", originWith({ customHeaders: one("X-Cache") })],
		["custom-header-quota", "x-a", originWith({ customHeaders: one("X-A", "a".repeat(1_784)) })],
		["custom-header-quota", "a".repeat(257), originWith({ customHeaders: one("a".repeat(257)) })],
		["custom-header-quota", undefined, originWith({ customHeaders: many(31, "1") })],
		["custom-header-quota", undefined, originWith({ customHeaders: many(8, "a".repeat(1_300)) })],
		["method-read-only", undefined, { ...originRequest, method: "POST" }],
		["client-ip-read-only", undefined, { ...originRequest, clientIp: "198.51.100.1" }],
		["uri", undefined, { ...originRequest, uri: "index.html" }],
		["querystring", undefined, { ...originRequest, querystring: "a b" }],
		["querystring", undefined, { ...originRequest, querystring: "a#b" }],
		["querystring", undefined, { ...originRequest, querystring: "a\u0001" }],
		["url-length", undefined, { ...originRequest, uri: `/${"a".repeat(8_190)}` }],
		["origin-one", undefined, viewerRequest],
		["origin-one", undefined, { ...originRequest, origin: {} }],
		["origin-one", undefined, { ...originRequest, origin: { custom, ...s3With({}).origin } }],
		["origin-domain", undefined, originWith({ domainName: "" })],
		["origin-domain", undefined, originWith({ domainName: "x.test:8443" })],
		["origin-domain", undefined, originWith({ domainName: "10.0.0.1" })],
		["origin-domain", undefined, originWith({ domainName: "a".repeat(254) })],
		["origin-domain", undefined, s3With({ domainName: `${"a".repeat(112)}.s3.amazonaws.com` })],
		["origin-domain", undefined, s3With({ domainName: "B.s3.amazonaws.com" })],
		["origin-path", undefined, originWith({ path: "/a/" })],
		["origin-path", undefined, originWith({ path: "a" })],
		["origin-path", undefined, originWith({ path: `/${"a".repeat(255)}` })],
		["origin-port", undefined, originWith({ port: 81 })],
		["origin-port", undefined, originWith({ port: 65_536 })],
		["origin-protocol", undefined, originWith({ protocol: "ftp" })],
		["origin-protocol", undefined, originWith({ sslProtocols: [] })],
		["origin-protocol", undefined, originWith({ sslProtocols: ["TLSv1.4"] })],
		["origin-timeout", undefined, originWith({ readTimeout: 61 })],
		["origin-timeout", undefined, originWith({ keepaliveTimeout: 0 })],
		["status", undefined, { status: "199" }],
		["status", undefined, { status: "600" }],
		["status", undefined, { status: 200 }],
		["status-description", undefined, { status: "200", statusDescription: "OK\r\nX: 1" }],
		["body-of-204", undefined, { status: "204", body: "x" }],
		["body-base64", undefined, { status: "200", body: "a", bodyEncoding: "base64" }],
		["shape", undefined, { status: "200", bodyEncoding: "gzip" }],
		["response-length", undefined, { status: "200", body: "x".repeat(1_048_577) }],
		["header-read-only", "via", { status: "200", headers: one("Via") }],
		["header-disallowed", "x-cache", { status: "200", headers: one("X-Cache") }],
	])("breaks the rule %s at origin-request (header %s)", (rule, header, result) => {
		expect(violationOf(result, "origin-request")).toEqual({
			rule,
			trigger: "origin-request",
			header,
			found: expect.any(String),
		});
	});

	it.each<[EdgeRule, EdgeTrigger, string | undefined, unknown]>([
		["origin-trigger", "viewer-request", undefined, originRequest],
		[
			"header-of-viewer",
			"viewer-request",
			"cloudfront-viewer-country",
			withHeaders(viewerRequest, one("CloudFront-Viewer-Country", "CH")),
		],
		["response-length", "viewer-request", undefined, { status: "200", body: "x".repeat(40_961) }],
		["response-length", "viewer-response", undefined, { ...response, body: "x".repeat(40_961) }],
		["status-read-only", "viewer-response", undefined, { ...response, status: "404" }],
		["shape", "origin-response", undefined, undefined],
		["status", "origin-response", undefined, originRequest],
	])("breaks the rule %s at %s", (rule, trigger, header, result) => {
		expect(violationOf(result, trigger)).toEqual({ rule, trigger, header, found: expect.any(String) });
	});

	it.each<[EdgeTrigger, string[]]>([
		["viewer-request", ["content-length", "host", "transfer-encoding", "via"]],
		[
			"origin-request",
			[
				"accept-encoding",
				"content-length",
				"if-modified-since",
				"if-none-match",
				"if-range",
				"if-unmodified-since",
				"transfer-encoding",
				"via",
			],
		],
		["origin-response", ["transfer-encoding", "via"]],
		["viewer-response", ["content-encoding", "content-length", "transfer-encoding", "via", "warning"]],
	])("changes no read-only header at %s, and may change others", (trigger, names) => {
		const { untouched } = givenAt(trigger);
		const changed = [
			"accept-encoding",
			"content-encoding",
			"content-length",
			"host",
			"if-modified-since",
			"if-none-match",
			"if-range",
			"if-unmodified-since",
			"transfer-encoding",
			"via",
			"warning",
			"x-other",
		].filter((name) => violationOf(withHeaders(untouched, one(name, "changed")), trigger)?.rule === "header-read-only");
		expect(changed).toEqual(names);
		expect(violationOf({ ...untouched, headers: {} }, trigger)).toMatchObject({ rule: "header-read-only" });
	});

	it("may be another status at origin-response, and a small answer at viewer-request", () => {
		expect(violationOf({ ...response, status: "404" }, "origin-response")).toBeUndefined();
		expect(violationOf({ status: "302", headers: one("Location", "/") }, "viewer-request")).toBeUndefined();
	});

	it("may keep custom headers that the distribution configures, whatever they are called", () => {
		const configured = originWith({ customHeaders: one("Range") });
		const checked = checkResult(configured, { trigger: "origin-request", request: configured });
		expect(checked.kind).toBe("request");
	});
});

describe("a request's body", () => {
	const at = (trigger: EdgeTrigger, result: { method: string }, includesBody = true) => {
		const checked = checkResult(result, {
			trigger,
			request: { ...viewerRequest, method: result.method },
			includesBody,
		});
		return checked.kind === "violation" ? checked.violation.rule : undefined;
	};
	it("is answered only where it was included, and never with a GET or HEAD", () => {
		const replaced = { action: "replace", encoding: "text", data: "x" };
		expect(at("viewer-request", bodied(replaced))).toBeUndefined();
		expect(at("viewer-request", bodied(replaced), false)).toBe("body-not-included");
		for (const method of ["GET", "HEAD"]) expect(at("viewer-request", bodied(replaced, method))).toBe("body-of-get");
		expect(at("viewer-request", bodied({ ...replaced, action: "read-only" }, "GET"))).toBeUndefined();
	});

	it.each([
		["text", 40_960],
		["base64", 54_476],
	])("as %s has at most %i characters at the viewer", (encoding, most) => {
		const replaced = (length: number) => bodied({ action: "replace", encoding, data: "x".repeat(length) });
		expect(at("viewer-request", replaced(most))).toBeUndefined();
		expect(at("viewer-request", replaced(most + 1))).toBe("body-length");
	});
});

describe("a function within the rules", () => {
	const event = (request: object) => ({
		Records: [
			{ cf: { config: { eventType: "origin-request" as const }, request: structuredClone(originRequest), ...request } },
		],
	});

	it("gives what it gave", async () => {
		const handler = vi.fn(() => Promise.resolve({ status: "200" }));
		await expect(withinEdgeRules(handler)(event({}))).resolves.toEqual({ status: "200" });
	});

	it("is held to the request as it was given, also when it changed it in place", async () => {
		const broken = withinEdgeRules((given: ReturnType<typeof event>) => {
			const request = given.Records[0]?.cf.request;
			if (request) request.method = "POST";
			return Promise.resolve(request);
		});
		await expect(broken(event({}))).rejects.toMatchObject({ violation: { rule: "method-read-only" } });
	});

	it("is told the rule, the header, the trigger and where it stands", async () => {
		const broken = withinEdgeRules(() => Promise.resolve({ status: "200", headers: one("X-Cache") }));
		const error = await broken(event({})).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(EdgeRuleBroken);
		expect(String(error)).toContain("origin-request, rule header-disallowed, header x-cache");
		expect(String(error)).toContain(edgeRules["header-disallowed"][1]);
	});
});

function many(count: number, value: string) {
	return Object.assign({}, ...Array.from({ length: count }, (_, index) => one(`X-${index}`, value)));
}
function pick({ origin }: { origin: object }) {
	return { origin };
}
