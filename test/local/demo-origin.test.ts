import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextKey, publicJwk } from "../../functions/edge/context-key.ts";
import { createContextSigner } from "../../functions/edge/tenant-context.ts";
import { type DemoOrigin, startDemoOrigin } from "../../local/demo-origin.ts";
import { openTestAuthority, type TestAuthority } from "./edge/world.ts";

const hostname = "origin.saas.test";
const secret = "s".repeat(64);
const tenant = { tenantId: "ten_1", slug: "acme", host: "acme.app.test", generation: 3, audience: hostname };

describe("the demo application behind the edge", () => {
	let authority: TestAuthority;
	let origin: DemoOrigin;
	const token = createContextSigner().tokenFor(tenant, contextKey(secret));
	beforeAll(async () => {
		authority = await openTestAuthority();
		const tls = await authority.issue(hostname);
		origin = await startDemoOrigin({ tls, hostname, host: "127.0.0.1", port: 0, publicKey: publicJwk(secret) });
	});
	afterAll(async () => {
		await origin.close();
		await authority.close();
	});

	function ask(path: string, headers: Record<string, string> = {}) {
		const { promise, resolve, reject } = Promise.withResolvers<{
			status: number | undefined;
			headers: Record<string, unknown>;
			body: string;
		}>();
		const options = { host: "127.0.0.1", port: origin.port, servername: hostname, ca: authority.pem, path, headers };
		const asking = request(options, async (response) => {
			resolve({ status: response.statusCode, headers: response.headers, body: await text(response) });
		});
		asking.once("error", reject).end();
		return promise;
	}
	const json = async (path: string, headers: Record<string, string> = {}) =>
		JSON.parse((await ask(path, { accept: "application/json", ...headers })).body);

	it("says whose request it is, when the edge signed it", async () => {
		expect(await json("/a/b?c=d", { "x-tenant-context": token })).toMatchObject({
			tenantId: "ten_1",
			slug: "acme",
			host: "acme.app.test",
			contextVerified: true,
			path: "/a/b",
		});
	});

	it.each<[string, Record<string, string>, string]>([
		["nothing", {}, "missing"],
		["plain headers alone", { "x-tenant-id": "ten_1", "x-tenant-slug": "acme" }, "missing"],
		["another tenant beside the token", { "x-tenant-context": token, "x-tenant-id": "ten_2" }, "mismatch"],
		[
			"a token of somebody else's",
			{ "x-tenant-context": createContextSigner().tokenFor(tenant, contextKey("?")) },
			"signature",
		],
	])("believes nobody who says %s", async (_, headers, refusal) => {
		expect(await json("/", headers)).toMatchObject({ contextVerified: false, refusal });
		expect(await json("/", headers)).not.toMatchObject({ tenantId: "ten_1", contextVerified: true });
	});

	it("shows a page to people, in which nothing that was sent is markup", async () => {
		const { headers, body } = await ask("/<b>?x", { "x-tenant-context": token, "x-note": "<script>" });
		expect(headers["content-type"]).toBe("text/html; charset=utf-8");
		expect(body).toContain("acme");
		expect(body).not.toContain("<script>");
		expect(body).not.toContain("<b>");
	});

	it.each([
		["/", "no-store"],
		["/?max-age=30", "public, max-age=30"],
		["/?max-age=soon", "public, max-age=0"],
		["/?max-age=30&stale-while-revalidate=60", "public, max-age=30, stale-while-revalidate=60"],
	])("on %s lets caches keep it: %s", async (path, value) => {
		expect((await ask(path)).headers).toMatchObject({ "cache-control": value, vary: "Accept" });
	});

	it.each([
		["/?status=503", 503],
		["/?status=404", 404],
		["/?status=99", 200],
		["/?status=ok", 200],
	])("answers %s with %i", async (path, status) => {
		expect((await ask(path)).status).toBe(status);
	});
});
