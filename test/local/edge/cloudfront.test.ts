import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { describe, expect, it } from "vitest";
import { requestIn, useScene } from "./scene.ts";
import { cachePolicyProperties, distributionDomain } from "./world.ts";

describe("the local CloudFront", () => {
	const scene = useScene();
	const { edgeWith, forward } = scene;

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

	describe("speaks HTTP/2", () => {
		async function http2(port: number, servername: string, headers: Record<string, string>) {
			const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: scene.authority.pem, servername });
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
			scene.answer = (_request, response) => response.writeHead(200, { Connection: "keep-alive" }).end("hello");
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
		scene.answer = (_request, response) =>
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
