import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { createServer, type Server } from "node:https";
import type { CloudFrontRequest, CloudFrontRequestEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { EdgeOptions } from "../../../local/edge/start-edge.ts";
import {
	cachePolicyProperties,
	distributionDomain,
	distributionProperties,
	get,
	openTestAuthority,
	sendRaw,
	startTestEdge,
	type TestAuthority,
} from "./world.ts";

const originHost = "origin.saas.test";

describe("the local CloudFront", () => {
	let authority: TestAuthority;
	let server: Server;
	let originPort: number;
	let answer: (request: IncomingMessage, response: ServerResponse) => void;
	let seen: IncomingMessage[];
	let started: Awaited<ReturnType<typeof startTestEdge>>[];

	beforeAll(async () => {
		authority = await openTestAuthority();
		server = createServer(await authority.issue(originHost), (request, response) => {
			seen.push(request);
			answer(request, response);
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		originPort = typeof address === "object" ? (address?.port ?? 0) : 0;
	});
	afterAll(async () => {
		server.closeAllConnections();
		server.close();
		await authority.close();
	});
	beforeEach(() => {
		vi.spyOn(console, "error").mockImplementation(() => {});
		seen = [];
		started = [];
		answer = (_request, response) => response.end("hello");
	});
	afterEach(async () => {
		await Promise.all(started.map(({ edge }) => edge.close()));
		vi.restoreAllMocks();
	});

	const toOrigin = (request: CloudFrontRequest) => ({
		...request,
		headers: { ...request.headers, host: [{ key: "Host", value: originHost }] },
		origin: {
			custom: {
				domainName: originHost,
				port: originPort,
				protocol: "https",
				path: "",
				sslProtocols: ["TLSv1.2"],
				readTimeout: 4,
				keepaliveTimeout: 5,
				customHeaders: {},
			},
		},
	});
	const requestIn = (event: CloudFrontRequestEvent | undefined) => {
		const record = event?.Records[0];
		if (!record) throw new Error("no record");
		return record.cf.request;
	};
	const forward = vi.fn(
		(event: CloudFrontRequestEvent): Promise<unknown> => Promise.resolve(toOrigin(requestIn(event))),
	);

	async function edgeWith(
		options: Partial<EdgeOptions> & { changes?: Parameters<typeof distributionProperties>[0] } = {},
	) {
		const { changes, ...others } = options;
		forward.mockClear();
		const world = await startTestEdge(authority, {
			invokeEdge: forward,
			distribution: { id: "E1TEST", domainName: distributionDomain, properties: distributionProperties(changes) },
			...others,
		});
		started.push(world);
		const ask = (path = "/", headers: Record<string, string> = {}, host = "acme.app.test") =>
			get(world.edge.httpsPort, authority.pem, host, path, headers);
		return { ...world, ask };
	}
	const cacheable = (seconds: number) => {
		answer = (_request, response) => response.setHeader("Cache-Control", `max-age=${seconds}`).end("hello");
	};
	const note = ({ headers }: { headers: Record<string, string> }) => headers["x-cache"]?.split(" ")[0];

	describe("hands the function", () => {
		it("an event in CloudFront's shape", async () => {
			const { ask } = await edgeWith({ changes: { headers: { "x-setting": "1" } } });
			await ask("/a%20b?x=1&y=%2F", {
				"User-Agent": "curl/8",
				"Accept-Encoding": "gzip, deflate, br",
				"X-Forwarded-Proto": "http",
				Cookie: "a=1; b=2",
			});
			expect(forward.mock.calls[0]?.[0]).toEqual({
				Records: [
					{
						cf: {
							config: {
								distributionDomainName: distributionDomain,
								distributionId: "E1TEST",
								eventType: "origin-request",
								requestId: expect.stringMatching(/==$/),
							},
							request: {
								clientIp: "127.0.0.1",
								method: "GET",
								uri: "/a%20b",
								querystring: "x=1&y=%2F",
								headers: {
									host: [{ key: "Host", value: "acme.app.test" }],
									"user-agent": [{ key: "User-Agent", value: "curl/8" }],
									cookie: [{ key: "Cookie", value: "a=1; b=2" }],
									"accept-encoding": [{ key: "Accept-Encoding", value: "br,gzip" }],
									"x-forwarded-for": [{ key: "X-Forwarded-For", value: "127.0.0.1" }],
									via: [{ key: "Via", value: expect.stringMatching(/^1\.1 .+\.cloudfront\.net \(CloudFront\)$/) }],
								},
								origin: {
									custom: {
										customHeaders: { "x-setting": [{ key: "x-setting", value: "1" }] },
										domainName: "default.s3.us-east-1.amazonaws.com",
										keepaliveTimeout: 5,
										path: "",
										port: 443,
										protocol: "https",
										readTimeout: 30,
										sslProtocols: ["TLSv1.2"],
									},
								},
							},
						},
					},
				],
			});
		});

		it("only what the policies let through", async () => {
			const { ask } = await edgeWith({
				changes: { behavior: { OriginRequestPolicyId: undefined } },
				cachePolicies: { cache: cachePolicyProperties({}, []) },
			});
			await ask("/", { Accept: "text/html", Cookie: "a=1", "X-Other": "1", "User-Agent": "curl/8" });
			const { headers } = requestIn(forward.mock.calls[0]?.[0]);
			expect(Object.keys(headers).sort()).toEqual(["host", "user-agent", "via", "x-forwarded-for"]);
			expect(headers["host"]?.[0]?.value).toBe("default.s3.us-east-1.amazonaws.com");
			expect(headers["user-agent"]?.[0]?.value).toBe("Amazon CloudFront");
		});
	});

	describe("keeps an answer", () => {
		it("for as long as the origin says, up to the policy's maximum", async () => {
			cacheable(30);
			const { ask, clock } = await edgeWith();
			expect(note(await ask())).toBe("Miss");
			await clock.advance(29_999);
			const hit = await ask();
			expect(note(hit)).toBe("Hit");
			expect(hit.headers["age"]).toBe("29");
			expect(hit.body).toBe("hello");
			expect(forward).toHaveBeenCalledTimes(1);
			await clock.advance(1);
			expect(note(await ask())).toBe("Miss");

			cacheable(86_400);
			await ask("/long");
			await clock.advance(59_999);
			expect(note(await ask("/long"))).toBe("Hit");
			await clock.advance(1);
			expect(note(await ask("/long"))).toBe("Miss");
		});

		it.each(["no-store", "no-cache", "private", "private, max-age=30", "max-age=0"])(
			"not at all, when it is %s",
			async (value) => {
				answer = (_request, response) => response.setHeader("Cache-Control", value).end("hello");
				const { ask } = await edgeWith();
				await ask();
				expect(note(await ask())).toBe("Miss");
			},
		);

		it("apart by path, query and the headers of the policy, not by others", async () => {
			cacheable(60);
			const { ask } = await edgeWith();
			await ask("/a?q=1", { Accept: "text/html" });
			expect(note(await ask("/a?q=1", { Accept: "text/html", "X-Other": "1" }))).toBe("Hit");
			expect(note(await ask("/a?q=2", { Accept: "text/html" }))).toBe("Miss");
			expect(note(await ask("/b?q=1", { Accept: "text/html" }))).toBe("Miss");
			expect(note(await ask("/a?q=1", { Accept: "application/json" }))).toBe("Miss");
			expect(note(await ask("/a?q=1", { Accept: "text/html" }, "globex.app.test"))).toBe("Miss");
		});

		it("for all hosts at once, when Host is not in the key: the mistake that the policy must not make", async () => {
			cacheable(60);
			const { ask } = await edgeWith({ cachePolicies: { cache: cachePolicyProperties({}, []) } });
			await ask("/");
			expect(note(await ask("/", {}, "globex.app.test"))).toBe("Hit");
		});

		it("until it is invalidated, by path whatever the host", async () => {
			cacheable(60);
			const { ask, edge } = await edgeWith();
			for (const path of ["/a/1", "/b"]) await ask(path);
			edge.invalidate("/a/*");
			expect(note(await ask("/a/1"))).toBe("Miss");
			expect(note(await ask("/b"))).toBe("Hit");
			edge.invalidate();
			expect(note(await ask("/b"))).toBe("Miss");
		});

		it("of a GET for a HEAD too", async () => {
			cacheable(60);
			const { ask, edge } = await edgeWith();
			await ask();
			const head = "HEAD / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n";
			const { status, headers, body } = await sendRaw(edge.httpsPort, authority.pem, "acme.app.test", head);
			expect([status, headers["x-cache"], headers["content-length"], body]).toEqual([
				200,
				"Hit from cloudfront",
				"5",
				"",
			]);
		});

		it("that the function generated, and does not ask it again", async () => {
			const headers = { "cache-control": [{ key: "Cache-Control", value: "max-age=30" }] };
			const invokeEdge = vi.fn(() => Promise.resolve({ status: "200", headers, body: "made" }));
			const { ask } = await edgeWith({ invokeEdge });
			expect(note(await ask())).toBe("LambdaGeneratedResponse");
			expect(await ask()).toMatchObject({ status: 200, body: "made", headers: { "x-cache": "Hit from cloudfront" } });
			expect(invokeEdge).toHaveBeenCalledTimes(1);
		});

		it("that expired, while the origin answers with 5xx or not at all", async () => {
			cacheable(10);
			const { ask, clock } = await edgeWith();
			await ask();
			await clock.advance(10_000);
			answer = (_request, response) => response.writeHead(500).end();
			expect(await ask()).toMatchObject({ status: 200, body: "hello" });
			answer = (request) => request.socket.destroy();
			expect(await ask()).toMatchObject({ status: 200, body: "hello" });
			expect((await ask("/other")).status).toBe(502);
		});

		it("no longer when the origin broke off in the middle", async () => {
			answer = (request, response) => {
				response.writeHead(200, { "Cache-Control": "max-age=30", "Content-Length": "10" });
				response.write("hello", () => request.socket.destroy());
			};
			const { ask } = await edgeWith();
			await ask();
			cacheable(30);
			expect(note(await ask())).toBe("Miss");
		});
	});

	describe("keeps an error", () => {
		const generated =
			(status: string, cacheControl = "no-store") =>
			() =>
				Promise.resolve({ status, headers: { "cache-control": [{ key: "Cache-Control", value: cacheControl }] } });

		it.each([
			["403", 10],
			["404", 0],
			["410", 0],
			["503", 10],
		])("%s that says no-store for %i seconds, when the distribution says nothing", async (status, seconds) => {
			const invokeEdge = vi.fn(generated(status));
			const { ask, clock } = await edgeWith({ invokeEdge, changes: { errors: [] } });
			await ask();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(seconds > 0 ? 1 : 2);
			await clock.advance(seconds * 1_000);
			invokeEdge.mockClear();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(1);
		});

		it("not at all, when the distribution says 0 seconds", async () => {
			const invokeEdge = vi.fn(generated("403"));
			const { ask } = await edgeWith({ invokeEdge });
			await ask();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(2);
		});

		it("for as long as it says itself, when that is longer, up to the maximum", async () => {
			const invokeEdge = vi.fn(generated("404", "max-age=86400"));
			const { ask, clock } = await edgeWith({ invokeEdge });
			await ask();
			await clock.advance(59_999);
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(1);
			await clock.advance(1);
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(2);
		});
	});

	describe("answers itself", () => {
		it("403 for a host that no distribution has", async () => {
			const { edge } = await edgeWith();
			const bytes = "GET / HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n";
			expect((await sendRaw(edge.httpsPort, authority.pem, "acme.app.test", bytes)).status).toBe(403);
		});

		it("400 for a target that is no path, before the function runs", async () => {
			const { edge } = await edgeWith();
			for (const target of ["https://acme.app.test/", "acme.app.test:443", "*", "a", "/a#b"]) {
				const bytes = `GET ${target} HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n`;
				expect((await sendRaw(edge.httpsPort, authority.pem, "acme.app.test", bytes)).status).toBe(400);
			}
			expect(forward).not.toHaveBeenCalled();
		});

		it("421 over a connection whose certificate is not of the distribution", async () => {
			const { edge } = await edgeWith();
			const bytes = "GET / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n";
			expect((await sendRaw(edge.httpsPort, authority.pem, "other.example", bytes)).status).toBe(421);
		});

		it("with the end of the handshake for a name without a certificate", async () => {
			const { ask } = await edgeWith();
			await expect(ask("/", {}, "nobody.example")).rejects.toThrow();
		});

		it("502 when the default origin does not resolve, before the function runs", async () => {
			const lookup = (name: string) => Promise.resolve(name === originHost ? ["127.0.0.1"] : []);
			const { ask } = await edgeWith({ lookup });
			expect((await ask()).status).toBe(502);
			expect(forward).not.toHaveBeenCalled();
		});

		it("502 when the tenant's origin does not resolve", async () => {
			const lookup = (name: string) =>
				name === originHost ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(["127.0.0.1"]);
			const { ask } = await edgeWith({ lookup });
			expect((await ask()).status).toBe(502);
		});

		it("502 when the origin's certificate is of an authority that it does not trust", async () => {
			const stranger = await openTestAuthority();
			const { ask } = await edgeWith({ authority: stranger.pem });
			expect((await ask()).status).toBe(502);
			await stranger.close();
		});

		it("504 when the origin does not answer in time", async () => {
			answer = () => {};
			const { ask } = await edgeWith();
			expect((await ask()).status).toBe(504);
		});

		it("503 when the function throws", async () => {
			const { ask } = await edgeWith({ invokeEdge: () => Promise.reject(new Error("boom")) });
			const answered = await ask();
			expect(answered.status).toBe(503);
			expect(answered.body).not.toContain("boom");
		});

		it("502 when the function's result is not one", async () => {
			const { ask } = await edgeWith({ invokeEdge: () => Promise.resolve(undefined) });
			expect((await ask()).status).toBe(502);
		});

		it("403 for a GET with a body and for a method that the behavior does not allow", async () => {
			const { ask, edge } = await edgeWith({ changes: { behavior: { AllowedMethods: ["GET", "HEAD"] } } });
			expect((await ask("/", { "Content-Length": "0" })).status).toBe(200);
			const send = (bytes: string) => sendRaw(edge.httpsPort, authority.pem, "acme.app.test", bytes);
			expect(
				(await send("GET / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")).status,
			).toBe(403);
			expect((await send("DELETE / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n")).status).toBe(403);
		});

		it("414 for a URL beyond 8,192 bytes", async () => {
			const { ask } = await edgeWith();
			expect((await ask(`/${"a".repeat(8_192)}`)).status).toBe(414);
		});

		it("plain HTTP with a redirect to where HTTPS is, or with 403 where only HTTPS is wanted", async () => {
			const { edge } = await edgeWith();
			const ask = (port: number, method: string) =>
				fetch(`http://127.0.0.1:${port}/a?b=c`, { method, redirect: "manual", headers: { host: "acme.app.test" } });
			const moved = await rawHttp(edge.httpPort, "GET");
			expect(moved).toContain("301 Moved Permanently");
			expect(moved).toContain(`location: https://acme.app.test:${edge.httpsPort}/a?b=c`);
			expect(await rawHttp(edge.httpPort, "POST")).toContain("307 Temporary Redirect");
			expect((await ask(edge.httpPort, "GET")).status).toBe(403);
			const { edge: strict } = await edgeWith({ changes: { behavior: { ViewerProtocolPolicy: "https-only" } } });
			expect(await rawHttp(strict.httpPort, "GET")).toContain("403 Forbidden");
		});
	});

	describe("speaks HTTP/2", () => {
		async function http2(port: number, servername: string, headers: Record<string, string>) {
			const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.pem, servername });
			const stream = session.request(headers);
			let body = "";
			stream.setEncoding("utf8").on("data", (chunk) => {
				body += chunk;
			});
			const [answered] = await once(stream, "response");
			await once(stream, "end");
			session.close();
			return { status: Number(answered[":status"]), body };
		}

		it("and answers by :authority", async () => {
			answer = (_request, response) => response.writeHead(200, { Connection: "keep-alive" }).end("hello");
			const { edge } = await edgeWith();
			expect(await http2(edge.httpsPort, "acme.app.test", { ":path": "/", ":authority": "acme.app.test" })).toEqual({
				status: 200,
				body: "hello",
			});
			expect(requestIn(forward.mock.calls[0]?.[0]).headers["host"]).toEqual([{ key: "Host", value: "acme.app.test" }]);
		});

		it("and refuses a host that says something else than :authority", async () => {
			const { edge } = await edgeWith();
			const headers = { ":path": "/", ":authority": "acme.app.test", host: "globex.app.test" };
			expect((await http2(edge.httpsPort, "acme.app.test", headers)).status).toBe(400);
		});
	});

	it("passes an origin's answer on without its hop-by-hop headers, and cookies only where cookies go to the origin", async () => {
		answer = (_request, response) =>
			response
				.writeHead(201, { "Set-Cookie": ["a=1", "b=2"], "X-Own": "1", "X-Cache": "theirs", Via: "theirs" })
				.end("hello");
		const { ask } = await edgeWith();
		const { status, headers } = await ask();
		expect(status).toBe(201);
		expect(headers).toMatchObject({ "x-own": "1", "x-cache": "Miss from cloudfront", "set-cookie": "b=2" });
		expect(headers["via"]).not.toContain("theirs");
		const { ask: without } = await edgeWith({ changes: { behavior: { OriginRequestPolicyId: undefined } } });
		expect((await without()).headers).not.toHaveProperty("set-cookie");
	});

	it("hands an S3 origin to the function as one, and refuses Host in such an origin's cache key as CloudFront does", async () => {
		const origin = { CustomOriginConfig: undefined, S3OriginConfig: {} };
		const { ask } = await edgeWith({ changes: { origin }, cachePolicies: { cache: cachePolicyProperties({}, []) } });
		await ask();
		expect(requestIn(forward.mock.calls[0]?.[0]).origin).toMatchObject({ s3: { authMethod: "none", path: "" } });
		await expect(edgeWith({ changes: { origin } })).rejects.toThrow("InvalidHeadersForS3Origin");
	});

	it("refuses to start with what it does not emulate", async () => {
		const errors = [{ ErrorCode: 404, ResponsePagePath: "/404.html", ResponseCode: 200 }];
		await expect(edgeWith({ changes: { errors } })).rejects.toThrow("not emulated");
		const functions = [{ EventType: "viewer-request", FunctionARN: "arn" }];
		await expect(edgeWith({ changes: { behavior: { FunctionAssociations: functions } } })).rejects.toThrow(
			"not emulated",
		);
	});
});

async function rawHttp(port: number, method: string): Promise<string> {
	const { connect } = await import("node:net");
	const socket = connect(port, "127.0.0.1");
	socket.write(`${method} /a?b=c HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
	let text = "";
	for await (const chunk of socket) text += chunk;
	return text;
}
