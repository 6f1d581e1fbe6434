import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOriginFetch, type OriginFetch } from "../../../local/edge/origin-fetch.ts";
import { openTestAuthority, type TestAuthority } from "./world.ts";

type ToOrigin = Parameters<OriginFetch["fetch"]>[0];
type Custom = NonNullable<ToOrigin["origin"]["custom"]>;

describe("the edge's connections to origins", () => {
	let authority: TestAuthority;
	let plain: Server;
	let secure: Server;
	let origins: OriginFetch;
	let answer: (request: IncomingMessage, response: ServerResponse) => void;
	const resolved: string[] = [];

	beforeAll(async () => {
		authority = await openTestAuthority();
		const listener = (request: IncomingMessage, response: ServerResponse) => answer(request, response);
		plain = createServer(listener);
		secure = createSecureServer(await authority.issue("origin.saas.test"), listener);
		for (const server of [plain, secure]) await once(server.listen(0, "127.0.0.1"), "listening");
	});
	afterAll(async () => {
		for (const server of [plain, secure]) server.close().closeAllConnections();
		await authority.close();
	});
	beforeEach(() => {
		answer = (_request, response) => response.end("hello");
		resolved.length = 0;
		origins = createOriginFetch((name) => {
			resolved.push(name);
			return name === "nowhere.test" ? Promise.reject(new Error("NXDOMAIN")) : Promise.resolve(["127.0.0.1"]);
		}, authority.pem);
	});
	afterEach(() => origins.close());

	const portOf = (server: Server) => Object(server.address()).port;
	const overHttp = (): Partial<Custom> => ({ protocol: "http", port: portOf(plain) });
	const overTls = (): Partial<Custom> => ({ protocol: "https", port: portOf(secure) });

	function asking(custom: Partial<Custom>, changes: Partial<ToOrigin> = {}): ToOrigin {
		return {
			clientIp: "203.0.113.7",
			method: "GET",
			uri: "/a",
			querystring: "b=c",
			headers: { host: [{ key: "Host", value: "origin.saas.test" }] },
			origin: {
				custom: {
					domainName: "origin.saas.test",
					path: "/base",
					port: 443,
					protocol: "https",
					sslProtocols: ["TLSv1.2"],
					readTimeout: 1,
					keepaliveTimeout: 5,
					customHeaders: {},
					...custom,
				},
			},
			...changes,
		};
	}

	it.each([
		["http", overHttp],
		["https", overTls],
	])("ask over %s, with the origin's path before the viewer's and each header as it came", async (_, over) => {
		const seen: [string | undefined, string[]][] = [];
		answer = (request, response) => {
			seen.push([request.url, request.rawHeaders]);
			response.writeHead(201, "Made", ["X-One", "1", "Set-Cookie", "a", "Set-Cookie", "b", "Via", "x"]).end("hello");
		};
		const cookies = [{ value: "a=1" }, { value: "b=2" }];
		const said = { host: [{ key: "Host", value: "origin.saas.test" }], "x-many": cookies, "x-none": [] };
		const custom = { ...over(), customHeaders: { "x-own": [{ key: "X-Own", value: "yes" }] } };
		const got = await origins.fetch(asking(custom, { headers: said }), undefined);
		if (!got.ok) throw new Error(got.because);
		expect([got.status, got.statusText, await text(got.body)]).toEqual([201, "Made", "hello"]);
		expect(got.headers).toEqual(
			expect.arrayContaining([
				["X-One", "1"],
				["Set-Cookie", "a"],
				["Set-Cookie", "b"],
			]),
		);
		expect(got.headers.map(([name]) => name)).not.toContain("Via");
		const [[url, raw] = ["", []]] = seen;
		expect(url).toBe("/base/a?b=c");
		expect(raw.filter((name) => name === "Host")).toHaveLength(1);
		expect(raw.join("|")).toContain("Host|origin.saas.test|x-many|a=1|x-many|b=2|X-Own|yes|X-Amz-Cf-Id|");
		expect(raw).not.toContain("x-none");
	});

	it("send a body on", async () => {
		answer = async (request, response) => response.end(`${request.method} ${await text(request)}`);
		const got = await origins.fetch(
			asking(overHttp(), { method: "POST", querystring: "" }),
			Readable.from(["one", "two"]),
		);
		expect(got.ok && (await text(got.body))).toBe("POST onetwo");
	});

	it.each<[string, Partial<Custom>, 502 | 504, string]>([
		["does not resolve", { domainName: "nowhere.test" }, 502, "nowhere.test does not resolve"],
		["has a certificate of another name", { domainName: "other.saas.test" }, 502, "ERR_TLS_CERT_ALTNAME_INVALID"],
	])("answer 502 when the origin %s", async (_, custom, status, because) => {
		const headers = { host: [{ key: "Host", value: custom.domainName ?? "" }] };
		const got = await origins.fetch(asking({ ...overTls(), ...custom }, { headers }), undefined);
		expect(got).toMatchObject({ ok: false, status });
		expect(got.ok ? "" : got.because).toMatch(
			because === "ERR_TLS_CERT_ALTNAME_INVALID" ? /altname|does not match/i : because,
		);
		expect(resolved).toEqual([custom.domainName]);
	});

	it("trust no certificate but those of the authority", async () => {
		const strange = createOriginFetch(() => Promise.resolve(["127.0.0.1"]), "");
		expect(await strange.fetch(asking(overTls()), undefined)).toMatchObject({ ok: false, status: 502 });
		strange.close();
	});

	it("answer 502 when the origin hangs up, and 504 when it does not answer in its time", async () => {
		answer = (request) => request.socket.destroy();
		expect(await origins.fetch(asking(overHttp()), undefined)).toMatchObject({ ok: false, status: 502 });
		answer = () => {};
		expect(await origins.fetch(asking(overHttp()), undefined)).toMatchObject({ ok: false, status: 504 });
	});
});
