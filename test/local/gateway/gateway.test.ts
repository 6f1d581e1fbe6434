import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { InvokeResult } from "../../../local/aws/service.ts";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { type HttpApiParts, httpApiOf } from "../../../local/gateway/api.ts";
import { startGateway } from "../../../local/gateway/gateway.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const listening of open.splice(0)) await listening.close();
});

interface World {
	url: string;
	clock: VirtualClock;
	/** What the function was given, in order. */
	events: Record<string, unknown>[];
}

/** A gateway whose one function answers `result`, behind the routes of these keys. */
async function aGateway(
	routeKeys: string[],
	result: InvokeResult | Promise<InvokeResult> = { ok: true, payload: { ok: true } },
	parts: Partial<HttpApiParts> = {},
): Promise<World> {
	const clock = virtualClock(Date.UTC(2026, 10, 22, 9, 8, 7));
	const events: Record<string, unknown>[] = [];
	const integration = {
		IntegrationType: "AWS_PROXY",
		IntegrationUri: "arn:aws:lambda:us-east-1:222222222222:function:act",
		PayloadFormatVersion: "2.0",
	};
	const api = httpApiOf({
		apiId: "api1",
		routes: routeKeys.map((RouteKey) => ({ RouteKey, Target: "integrations/i1" })),
		integrations: { i1: integration },
		authorizers: {},
		stage: { StageName: "$default" },
		...parts,
	});
	const listening = await startGateway({
		api,
		invoke: (_, payload) => {
			events.push(Object(payload));
			return Promise.resolve(result);
		},
		clock,
		caller: { accountId: "222222222222", region: "us-east-1" },
		host: "127.0.0.1",
		port: 0,
	});
	open.push(listening);
	return { url: listening.url, clock, events };
}

/** Sends a request exactly as written: fetch would tidy path and headers. */
function raw(url: string, path: string, headers: [string, string][] = []): Promise<number> {
	return new Promise((resolve, reject) => {
		const { hostname, port, host } = new URL(url);
		const lines = [["Host", host], ...headers].flat();
		const sent = request({ hostname, port, path, headers: lines }, (response) => {
			response.resume().on("end", () => resolve(response.statusCode ?? 0));
		});
		sent.on("error", reject).end();
	});
}

describe("the event that a function gets", () => {
	it("is payload format 2.0", async () => {
		const { url, events } = await aGateway(["POST /v1/tenants/{tenantId}"]);
		await fetch(`${url}/v1/tenants/ten_1?a=1&a=2&b=x%20y`, {
			method: "POST",
			headers: { "content-type": "application/problem+json", "user-agent": "test", "Idempotency-Key": "k" },
			body: '{"slug":"acme"}',
		});
		const { host } = new URL(url);
		expect(events[0]).toMatchObject({
			version: "2.0",
			routeKey: "POST /v1/tenants/{tenantId}",
			rawPath: "/v1/tenants/ten_1",
			rawQueryString: "a=1&a=2&b=x%20y",
			headers: {
				"idempotency-key": "k",
				"content-type": "application/problem+json",
				"x-forwarded-for": "127.0.0.1",
				host,
			},
			queryStringParameters: { a: "1,2", b: "x y" },
			pathParameters: { tenantId: "ten_1" },
			body: '{"slug":"acme"}',
			isBase64Encoded: false,
			requestContext: {
				accountId: "222222222222",
				apiId: "api1",
				domainName: host,
				http: {
					method: "POST",
					path: "/v1/tenants/ten_1",
					protocol: "HTTP/1.1",
					sourceIp: "127.0.0.1",
					userAgent: "test",
				},
				requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
				routeKey: "POST /v1/tenants/{tenantId}",
				stage: "$default",
				time: "22/Nov/2026:09:08:07 +0000",
				timeEpoch: Date.UTC(2026, 10, 22, 9, 8, 7),
			},
		});
	});

	it("leaves out what there is nothing of", async () => {
		const { url, events } = await aGateway(["GET /v1/health"]);
		await fetch(`${url}/v1/health`);
		expect(Object.keys(events[0] ?? {})).toEqual([
			"version",
			"routeKey",
			"rawPath",
			"rawQueryString",
			"headers",
			"requestContext",
			"isBase64Encoded",
		]);
		expect(events[0]?.["requestContext"]).not.toHaveProperty("authorizer");
	});

	it("joins repeated headers by a comma and takes cookies apart", async () => {
		const { url, events } = await aGateway(["GET /"]);
		await raw(url, "/", [
			["X-Two", "a"],
			["x-two", "b"],
			["Cookie", "c=1; d=2"],
		]);
		expect(events[0]).toMatchObject({ headers: { "x-two": "a,b" }, cookies: ["c=1", "d=2"] });
		expect(events[0]?.["headers"]).not.toHaveProperty("cookie");
	});

	it("carries in base64 what does not say that it is text", async () => {
		const { url, events } = await aGateway(["POST /"]);
		await fetch(url, { method: "POST", body: new URLSearchParams({ a: "b" }) });
		expect(events[0]).toMatchObject({ body: Buffer.from("a=b").toString("base64"), isBase64Encoded: true });
	});

	it("decodes the path and its parameters, but not the query", async () => {
		const { url, events } = await aGateway(["GET /v1/slugs/{slug}"]);
		await raw(url, "/v1/slugs/a%2Fb%20%C3%A9?q=%2F");
		await raw(url, "/v1/slugs/100%");
		await raw(url, "/v1/slugs/a%3Fb");
		expect(events).toMatchObject([
			{ rawPath: "/v1/slugs/a/b é", pathParameters: { slug: "a/b é" }, rawQueryString: "q=%2F" },
			{ pathParameters: { slug: "100%" } },
			{ rawPath: "/v1/slugs/a", pathParameters: { slug: "a?b" } },
		]);
	});
});

describe("routes", () => {
	it.each([
		["GET", "/v1/tenants", "GET /v1/tenants"],
		["GET", "/v1/tenants/ten_1", "GET /v1/tenants/{tenantId}"],
		["GET", "/v1/tenants/me", "GET /v1/tenants/me"],
		["PUT", "/v1/tenants/me", "ANY /v1/tenants/{tenantId}"],
		["GET", "/v1/files/a/b", "GET /v1/files/{path+}"],
		["GET", "/v1/files/readme", "GET /v1/files/{name}"],
		["GET", "/elsewhere/a", "$default"],
	])("%s %s goes to %s", async (method, path, routeKey) => {
		const keys = [
			"$default",
			"ANY /v1/tenants/{tenantId}",
			"GET /v1/tenants/{tenantId}",
			"GET /v1/tenants",
			"GET /v1/tenants/me",
		];
		const { url, events } = await aGateway([...keys, "GET /v1/files/{path+}", "GET /v1/files/{name}"]);
		await fetch(url + path, { method });
		expect(events[0]).toMatchObject({ routeKey });
	});

	it.each(["/v1/tenants/", "/v1/tenants/a/b", "/v1", "/V1/tenants"])("nothing serves %s", async (path) => {
		const { url, events } = await aGateway(["GET /v1/tenants", "GET /v1/tenants/{tenantId}"]);
		const response = await fetch(url + path);
		expect([response.status, await response.json(), events]).toEqual([404, { message: "Not Found" }, []]);
	});
});

describe("the answer", () => {
	it("is what the function says when it names a status", async () => {
		const payload = {
			statusCode: 202,
			headers: { "Content-Type": "application/problem+json", Location: "/v1/operations/1", "x-count": 3 },
			cookies: ["a=1", "b=2"],
			body: "{}",
		};
		const response = await fetch((await aGateway(["GET /"], { ok: true, payload })).url);
		expect([response.status, await response.text()]).toEqual([202, "{}"]);
		expect(Object.fromEntries(response.headers)).toMatchObject({
			"content-type": "application/problem+json",
			location: "/v1/operations/1",
			"x-count": "3",
			"apigw-requestid": expect.any(String),
		});
		expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
	});

	it("may be binary", async () => {
		const payload = { statusCode: 200, body: Buffer.from([0, 255]).toString("base64"), isBase64Encoded: true };
		const response = await fetch((await aGateway(["GET /"], { ok: true, payload })).url);
		expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255]));
	});

	it("is the result itself, as 200, when it names none", async () => {
		const response = await fetch((await aGateway(["GET /"], { ok: true, payload: { a: 1 } })).url);
		expect([response.status, response.headers.get("content-type"), await response.json()]).toEqual([
			200,
			"application/json",
			{ a: 1 },
		]);
	});

	it.each<[string, InvokeResult]>([
		["a failed function", { ok: false, errorType: "Error", errorMessage: "secret", trace: [] }],
		["a status that is none", { ok: true, payload: { statusCode: "ok" } }],
		["a body that is no text", { ok: true, payload: { statusCode: 200, body: { a: 1 } } }],
	])("is a bare 500 for %s", async (_, result) => {
		const response = await fetch((await aGateway(["GET /"], result)).url);
		expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
	});

	it("is 503 when the function takes longer than an integration may", async () => {
		let invoked = () => {};
		const started = new Promise<void>((resolve) => {
			invoked = resolve;
		});
		const never = new Promise<InvokeResult>(() => {});
		const { url, clock, events } = await aGateway(["GET /"], never);
		events.push = (event) => {
			invoked();
			return Array.prototype.push.call(events, event);
		};
		const response = fetch(url);
		await started;
		await clock.advance(30_000);
		expect([(await response).status, await (await response).json()]).toEqual([503, { message: "Service Unavailable" }]);
	});

	it("is 413 beyond 10 MB", async () => {
		const { url } = await aGateway(["POST /"]);
		const post = (length: number) => fetch(url, { method: "POST", body: new Uint8Array(length) });
		expect((await post(10 * 1024 * 1024)).status).toBe(200);
		const response = await post(10 * 1024 * 1024 + 1);
		expect([response.status, await response.json()]).toEqual([413, { message: "Request Entity Too Large" }]);
	});

	it("is 429 beyond the stage's throttle, until time has passed", async () => {
		const stage = {
			StageName: "$default",
			DefaultRouteSettings: { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1 },
			RouteSettings: { "GET /wide": { ThrottlingBurstLimit: 9 } },
		};
		const { url, clock } = await aGateway(["GET /", "GET /wide"], { ok: true, payload: {} }, { stage });
		const status = async (path: string) => (await fetch(url + path)).status;
		expect([await status("/"), await status("/"), await status("/")]).toEqual([200, 200, 429]);
		expect([await status("/wide"), await status("/wide"), await status("/wide")]).toEqual([200, 200, 200]);
		expect(await (await fetch(url)).json()).toEqual({ message: "Too Many Requests" });
		await clock.advance(1_000);
		expect([await status("/"), await status("/")]).toEqual([200, 429]);
	});
});

describe("an API that the gateway cannot serve", () => {
	const route = { RouteKey: "GET /", Target: "integrations/i1" };
	it.each<[string, Partial<HttpApiParts>, string]>([
		["another integration", { routes: [{ ...route, Target: "integrations/i2" }] }, "there is no integration i2"],
		[
			"another authorizer",
			{ routes: [{ ...route, AuthorizationType: "JWT", AuthorizerId: "a" }] },
			"there is no authorizer a",
		],
		["IAM", { routes: [{ ...route, AuthorizationType: "AWS_IAM" }] }, "AWS::ApiGatewayV2::Route.AuthorizationType"],
		["a named stage", { stage: { StageName: "v1" } }, "AWS::ApiGatewayV2::Stage.StageName"],
	])("is refused at once: %s", async (_, parts, message) => {
		await expect(aGateway([], { ok: true, payload: {} }, parts)).rejects.toThrow(message);
	});
});

describe("a route behind a JWT authorizer", () => {
	it("is closed in the gateway's own shape, and the function is not run", async () => {
		const route = { RouteKey: "GET /", Target: "integrations/i1", AuthorizationType: "JWT", AuthorizerId: "a1" };
		const authorizer = {
			AuthorizerType: "JWT",
			IdentitySource: ["$request.header.Authorization"],
			JwtConfiguration: { Issuer: "http://127.0.0.1:1", Audience: ["api"] },
		};
		const { url, events } = await aGateway([], undefined, { routes: [route], authorizers: { a1: authorizer } });
		const bare = await fetch(url);
		expect([bare.status, bare.headers.get("www-authenticate"), await bare.json()]).toEqual([
			401,
			"Bearer",
			{ message: "Unauthorized" },
		]);
		const wrong = await fetch(url, { headers: { authorization: "Bearer nonsense" } });
		expect(wrong.headers.get("www-authenticate")).toContain('error="invalid_token"');
		expect(events).toEqual([]);
	});
});
