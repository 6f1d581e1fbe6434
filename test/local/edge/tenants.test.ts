import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { publicJwk } from "../../../functions/edge/context-key.ts";
import { type DemoOrigin, startDemoOrigin } from "../../../local/demo-origin.ts";
import { loadEdgeFunction } from "../../../local/edge/load-edge-function.ts";
import { everywhere, type FakeAws, rowOf, startFakeAws } from "../../functions/edge/fake-aws.ts";
import { distributionProperties, get, openTestAuthority, sendRaw, startTestEdge, type TestAuthority } from "./world.ts";

const environment = {
	AWS_REGION: "us-east-1",
	AWS_ACCESS_KEY_ID: "LOCAL222222222222",
	AWS_SECRET_ACCESS_KEY: "secret",
};
const originHost = "origin.saas.test";

describe("tenants behind the local edge, with the real bundle", () => {
	let authority: TestAuthority;
	let bundle: string;
	let aws: FakeAws;
	let origin: DemoOrigin;
	let world: Awaited<ReturnType<typeof startTestEdge>>;

	beforeAll(async () => {
		authority = await openTestAuthority();
		const { outputFiles } = await build({
			entryPoints: ["functions/edge/route-tenant.ts"],
			bundle: true,
			format: "esm",
			platform: "node",
			write: false,
		});
		bundle = outputFiles[0]?.text ?? "";
	});
	afterAll(() => authority.close());
	beforeEach(async () => {
		vi.spyOn(console, "error").mockImplementation(() => {});
		aws = await startFakeAws();
		const publicKey = publicJwk(String(aws.secret));
		const tls = await authority.issue(originHost);
		origin = await startDemoOrigin({ tls, hostname: originHost, host: "127.0.0.1", port: 0, publicKey });
		for (const slug of ["acme", "globex"]) put(slug, {});
		world = await startTestEdge(authority, {
			distribution: {
				id: "E1TEST",
				domainName: "d111111abcdef8.cloudfront.net",
				properties: distributionProperties({
					headers: {
						"x-hostmaster-map-table": "map",
						"x-hostmaster-map-regions": "us-east-1",
						"x-hostmaster-context-secret": "context",
						"x-hostmaster-platform-domain": "app.test",
						"x-hostmaster-aws-endpoint": aws.endpoint,
					},
				}),
			},
			invokeEdge: loadEdgeFunction(bundle, environment),
		});
	});
	afterEach(async () => {
		await Promise.all([world.edge.close(), origin.close(), aws.close()]);
		vi.restoreAllMocks();
	});

	function put(slug: string, changes: Omit<Parameters<typeof rowOf>[0], "hostname">) {
		const to = { host: originHost, port: origin.port, protocol: "https" as const, pathPrefix: "" };
		aws.rows
			.get(everywhere)
			?.set(`${slug}.app.test`, rowOf({ hostname: `${slug}.app.test`, slug, origin: to, ...changes }));
	}
	const ask = (host: string, path = "/", headers: Record<string, string> = {}) =>
		get(world.edge.httpsPort, authority.pem, host, path, { Accept: "application/json", ...headers });
	const raw = (bytes: string, servername = "acme.app.test") =>
		sendRaw(world.edge.httpsPort, authority.pem, servername, bytes);
	const own = "Accept: application/json\r\nConnection: close\r\n\r\n";

	it("each see their own tenant's page, with a context that verifies", async () => {
		for (const slug of ["acme", "globex"]) {
			const { status, body, headers } = await ask(`${slug}.app.test`, "/a?b=c");
			expect(status).toBe(200);
			expect(headers["x-cache"]).toBe("Miss from cloudfront");
			expect(JSON.parse(body)).toMatchObject({
				tenantId: `ten_${slug}`,
				slug,
				host: `${slug}.app.test`,
				contextVerified: true,
				path: "/a",
				headers: { host: originHost, "x-forwarded-host": `${slug}.app.test`, "x-forwarded-for": "127.0.0.1" },
			});
			expect(body).not.toContain("x-hostmaster");
		}
	});

	it("see a page for people when they ask for none in JSON", async () => {
		const { body, headers } = await ask("acme.app.test", "/<b>", { Accept: "text/html" });
		expect(headers["content-type"]).toContain("text/html");
		expect(body).toContain("ten_acme");
		expect(body).not.toContain("<b>");
	});

	it("are not fooled by headers that a viewer forged", async () => {
		const { body } = await ask("acme.app.test", "/", {
			"X-Tenant-Id": "ten_globex",
			"X-Tenant-Context": "e30.e30.e30",
			"X-Forwarded-Host": "globex.app.test",
			"x-hostmaster-map-table": "globex",
			X_Tenant_Id: "ten_globex",
		});
		expect(JSON.parse(body)).toMatchObject({ tenantId: "ten_acme", contextVerified: true });
		expect(body).not.toContain("globex");
	});

	it.each([
		["with a port", "acme.app.test:8443"],
		["in upper case", "ACME.APP.TEST"],
		["with a trailing dot", "acme.app.test."],
		["in all of it", "Acme.App.Test.:443"],
	])("are found by a Host %s", async (_, host) => {
		const { status, body } = await ask(host);
		expect(status).toBe(200);
		expect(JSON.parse(body)).toMatchObject({ tenantId: "ten_acme", host: "acme.app.test" });
	});

	it.each([
		["two Hosts", `GET / HTTP/1.1\r\nHost: acme.app.test\r\nHost: globex.app.test\r\n${own}`],
		["two equal Hosts", `GET / HTTP/1.1\r\nHost: acme.app.test\r\nHost: acme.app.test\r\n${own}`],
		["two Hosts in one", `GET / HTTP/1.1\r\nHost: acme.app.test, globex.app.test\r\n${own}`],
		["no Host", `GET / HTTP/1.1\r\n${own}`],
		["an empty Host", `GET / HTTP/1.1\r\nHost:\r\n${own}`],
		["an absolute-form target", `GET https://globex.app.test/ HTTP/1.1\r\nHost: acme.app.test\r\n${own}`],
		[
			"an absolute-form target of the same host",
			`GET https://acme.app.test/ HTTP/1.1\r\nHost: acme.app.test\r\n${own}`,
		],
		["an authority-form target", `GET globex.app.test:443 HTTP/1.1\r\nHost: acme.app.test\r\n${own}`],
		["a user before the Host", `GET / HTTP/1.1\r\nHost: globex.app.test@acme.app.test\r\n${own}`],
		["a path in the Host", `GET / HTTP/1.1\r\nHost: acme.app.test/globex\r\n${own}`],
		["a folded Host", `GET / HTTP/1.1\r\nHost: acme.app.test\r\n globex.app.test\r\n${own}`],
		["a space before the colon", `GET / HTTP/1.1\r\nHost : globex.app.test\r\nHost: acme.app.test\r\n${own}`],
		[
			"two lengths",
			`POST / HTTP/1.1\r\nHost: acme.app.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${own}0\r\n\r\n`,
		],
		["dot segments", `GET /x/../../globex HTTP/1.1\r\nHost: acme.app.test\r\n${own}`],
		["hidden dot segments", `GET /x/%2e%2e/globex HTTP/1.1\r\nHost: acme.app.test\r\n${own}`],
	])("are not mixed up by %s: 400", async (_, bytes) => {
		const answer = await raw(bytes);
		expect(answer.status).toBe(400);
		expect(answer.body).not.toContain("ten_");
	});

	it("are told apart by Host, not by the TLS name, within the distribution", async () => {
		const answer = await raw(`GET / HTTP/1.1\r\nHost: globex.app.test\r\n${own}`, "acme.app.test");
		expect(JSON.parse(answer.body)).toMatchObject({ tenantId: "ten_globex" });
	});

	it("never share a cached answer", async () => {
		const hit = async (host: string) => (await ask(host, "/?max-age=60")).headers["x-cache"];
		expect(await hit("acme.app.test")).toBe("Miss from cloudfront");
		expect(await hit("acme.app.test")).toBe("Hit from cloudfront");
		const other = await ask("globex.app.test", "/?max-age=60");
		expect(other.headers["x-cache"]).toBe("Miss from cloudfront");
		expect(JSON.parse(other.body)).toMatchObject({ tenantId: "ten_globex" });
	});

	it("that are not known, suspended or gone are answered so, each time anew", async () => {
		put("initech", { status: "suspended" });
		put("umbrella", { status: "removing" });
		for (const [slug, status] of [
			["nobody", 404],
			["initech", 403],
			["umbrella", 410],
		] as const) {
			for (const _ of [1, 2]) {
				const answer = await ask(`${slug}.app.test`);
				expect(answer.status).toBe(status);
				expect(answer.headers["x-cache"]).toBe("LambdaGeneratedResponse from cloudfront");
			}
		}
	});

	it("show their generation at the reserved path", async () => {
		put("acme", { generation: 4 });
		const { body } = await ask("acme.app.test", "/.well-known/hostmaster");
		expect(JSON.parse(body)).toEqual({ tenantId: "ten_acme", hostname: "acme.app.test", generation: 4 });
	});

	it("that were seen are served while the map is out, others get 503", async () => {
		expect((await ask("acme.app.test")).status).toBe(200);
		aws.trouble.set("dynamodb us-east-1", "reset");
		expect((await ask("acme.app.test")).status).toBe(200);
		const other = await ask("globex.app.test");
		expect(other.status).toBe(503);
		expect(other.headers["retry-after"]).toBe("5");
	});

	it("get 502 when their origin's certificate is not for its name", async () => {
		put("acme", { origin: { host: "imposter.saas.test", port: origin.port, protocol: "https", pathPrefix: "" } });
		expect((await ask("acme.app.test")).status).toBe(502);
	});

	it("get a POST's body through to the origin, and its answer is not kept", async () => {
		const post = `POST /?max-age=60 HTTP/1.1\r\nHost: acme.app.test\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n${own}abc`;
		for (const _ of [1, 2]) {
			const answer = await raw(post);
			expect(answer.headers["x-cache"]).toBe("Miss from cloudfront");
			expect(JSON.parse(answer.body)).toMatchObject({
				headers: { "content-length": "3", "content-type": "text/plain" },
			});
		}
	});
});

describe("the loaded bundle", () => {
	it("sees no environment but what the edge has", async () => {
		vi.stubEnv("TENANT_MAP_TABLE", "from the machine");
		const all = "export const handler = async () => ({ ...process.env });";
		expect(await loadEdgeFunction(all, environment)({})).toEqual(environment);
		const one = "export const handler = async () => process.env.TENANT_MAP_TABLE;";
		await expect(loadEdgeFunction(one, environment)({})).rejects.toThrow("rule environment");
		vi.unstubAllEnvs();
	});
});
