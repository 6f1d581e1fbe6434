import type { CloudFrontHeaders, CloudFrontRequestResult } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { publicJwk } from "../../../functions/edge/context-key.ts";
import { createRouteTenant, type RouteTenant } from "../../../functions/edge/route-tenant.ts";
import { withinEdgeRules } from "../../../local/edge/rules/check-result.ts";
import { createVerifier } from "../../../origin/verify-tenant-context.ts";
import { originRequestEvent } from "./event.ts";
import { everywhere, type FakeAws, rowOf, startFakeAws } from "./fake-aws.ts";

describe("the edge function", () => {
	let aws: FakeAws;
	let routeTenant: RouteTenant;
	beforeEach(async () => {
		vi.stubEnv("AWS_REGION", "us-east-1");
		vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL222222222222");
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
		vi.spyOn(console, "error").mockImplementation(() => {});
		aws = await startFakeAws();
		for (const slug of ["acme", "globex"]) put(`${slug}.app.test`, {});
		routeTenant = withinEdgeRules(createRouteTenant());
	});
	afterEach(async () => {
		vi.useRealTimers();
		vi.unstubAllEnvs();
		vi.restoreAllMocks();
		await aws.close();
	});

	const put = (hostname: string, changes: Omit<Parameters<typeof rowOf>[0], "hostname">) =>
		aws.rows.get(everywhere)?.set(hostname, rowOf({ hostname, ...changes }));
	const ask = (options: Omit<Parameters<typeof originRequestEvent>[0], "endpoint"> = {}) =>
		routeTenant(originRequestEvent({ ...options, endpoint: aws.endpoint }));
	const header = (result: CloudFrontRequestResult, name: string) => result?.headers?.[name]?.map(({ value }) => value);

	it("sends a tenant's request to the tenant's origin, and to nothing else", async () => {
		put("acme.app.test", { origin: { host: "eu.saas.test", port: 8443, protocol: "https", pathPrefix: "/t/acme" } });
		expect(await ask({ uri: "/a%20b", querystring: "x=1&y" })).toMatchObject({
			uri: "/a%20b",
			querystring: "x=1&y",
			method: "GET",
			clientIp: "203.0.113.7",
			origin: {
				custom: {
					domainName: "eu.saas.test",
					port: 8443,
					protocol: "https",
					path: "/t/acme",
					sslProtocols: ["TLSv1.2"],
					customHeaders: {},
				},
			},
			headers: { host: [{ value: "eu.saas.test" }] },
		});
	});

	it("sends a path below a route's prefix to that route's origin, prefix kept", async () => {
		const models = { host: "models.saas.test", port: 443, protocol: "https" as const, pathPrefix: "" };
		put("acme.app.test", { routes: [{ prefix: "/ai", origin: models }] });
		expect(await ask({ uri: "/ai/chat" })).toMatchObject({
			uri: "/ai/chat",
			origin: { custom: { domainName: "models.saas.test" } },
		});
		expect(await ask({ uri: "/airport" })).toMatchObject({ origin: { custom: { domainName: "origin.saas.test" } } });
	});

	it.each(["s3", "custom"] as const)(
		"replaces a default origin of kind %s whole, its configuration included",
		async (kind) => {
			const result = await ask({ kind });
			expect(result).not.toHaveProperty("origin.s3");
			expect(JSON.stringify(result)).not.toContain("x-hostmaster-");
		},
	);

	it("tells the origin whose request it is, in a context that the origin can verify", async () => {
		const result = await ask({ hosts: ["ACME.app.test:443"] });
		const headers = Object.fromEntries(Object.keys(result?.headers ?? {}).map((name) => [name, header(result, name)]));
		expect(headers).toMatchObject({
			"x-tenant-id": ["ten_acme"],
			"x-tenant-slug": ["acme"],
			"x-forwarded-host": ["acme.app.test"],
		});
		const verify = createVerifier({ publicKey: { ...publicJwk(String(aws.secret)) }, audience: "origin.saas.test" });
		expect(verify(headers)).toMatchObject({
			ok: true,
			context: { tenantId: "ten_acme", slug: "acme", host: "acme.app.test", generation: 1 },
		});
	});

	it("lets nothing through that a viewer says in the edge's name, in any spelling", async () => {
		const forged = [
			"X-Tenant-Id",
			"x-tenant-slug",
			"X-TENANT-CONTEXT",
			"x-tenant-anything",
			"X_Tenant_Id",
			"x_tenant-context",
			"X-Forwarded-Host",
			"x_forwarded_host",
			"x-hostmaster-map-table",
			"X-Hostmaster-Anything",
			"Forwarded",
			"X-Original-Host",
			"X-Forwarded-Server",
			"X-Host",
		];
		const headers: CloudFrontHeaders = Object.fromEntries(
			forged.map((key) => [
				key.toLowerCase(),
				[
					{ key, value: "globex" },
					{ key, value: "host=globex.app.test" },
				],
			]),
		);
		const result = await ask({ headers });
		expect(JSON.stringify(result)).not.toContain("globex");
		expect(header(result, "x-tenant-id")).toEqual(["ten_acme"]);
		expect(header(result, "user-agent")).toEqual(["curl/8"]);
		expect(header(result, "via")).toHaveLength(1);
	});

	it("takes no configuration from a viewer", async () => {
		const headers = { "x-hostmaster-map-table": [{ key: "x-hostmaster-map-table", value: "other" }] };
		await ask({ headers });
		expect(aws.requests.map(({ body }) => JSON.parse(body).TableName).filter(Boolean)).toEqual(["map"]);
		const event = originRequestEvent({ endpoint: aws.endpoint, headers, without: "x-hostmaster-map-table" });
		await expect(routeTenant(event)).rejects.toThrow("x-hostmaster-map-table");
	});

	it.each([
		["unknown", "nobody.app.test", {}, "404"],
		["suspended", "acme.app.test", { status: "suspended" }, "403"],
		["removing", "acme.app.test", { status: "removing" }, "410"],
	] as const)("answers for a hostname that is %s by itself, not to be stored", async (_, hostname, changes, status) => {
		if (hostname === "acme.app.test") put(hostname, changes);
		const result = await ask({ hosts: [hostname], uri: "/<script>" });
		expect(result).toMatchObject({ status, body: expect.not.stringContaining("<script") });
		expect(header(result, "cache-control")).toEqual(["no-store"]);
	});

	it("redirects to the primary hostname with path and query, for all methods alike", async () => {
		put("acme.app.test", { redirectTo: "shop.acme.test" });
		const result = await ask({ uri: "/a/b", querystring: "q=1&r=%2F" });
		expect(result).toMatchObject({ status: "308" });
		expect(header(result, "location")).toEqual(["https://shop.acme.test/a/b?q=1&r=%2F"]);
	});

	it("answers the reserved path itself: which tenant and generation it takes the hostname for", async () => {
		put("acme.app.test", { generation: 12, status: "suspended" });
		const result = await ask({ uri: "/.well-known/hostmaster" });
		expect(result).toMatchObject({ status: "200" });
		expect(JSON.parse(String(Object(result).body))).toEqual({
			tenantId: "ten_acme",
			hostname: "acme.app.test",
			generation: 12,
		});
		expect(header(result, "cache-control")).toEqual(["no-store"]);
		expect(await ask({ uri: "/.well-known/hostmaster", hosts: ["nobody.app.test"] })).toMatchObject({ status: "404" });
	});

	it.each([
		["two hosts", { hosts: ["acme.app.test", "globex.app.test"] }],
		["no host", { hosts: [] }],
		["an empty host", { hosts: [""] }],
		["an address", { hosts: ["127.0.0.1"] }],
		["an absolute-form target", { uri: "https://globex.app.test/" }],
		["a path that climbs", { uri: "/../globex" }],
	])("refuses %s without asking the map", async (_, options) => {
		expect(await ask(options)).toMatchObject({ status: "400" });
		expect(aws.calls).toEqual([]);
	});

	it("serves cached hosts while the map is out, and answers 503 for others, never 404", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		await ask({ hosts: ["acme.app.test"] });
		aws.trouble.set("dynamodb us-east-1", "reset");
		aws.trouble.set("dynamodb eu-west-1", "throttle");
		for (let second = 0; second < 90; second += 5) {
			vi.setSystemTime(Date.now() + 5_000);
			expect(await ask({ hosts: ["acme.app.test"] })).toMatchObject({
				origin: { custom: { domainName: "origin.saas.test" } },
			});
			for (const host of ["globex.app.test", "nobody.app.test"]) {
				const result = await ask({ hosts: [host] });
				expect(result).toMatchObject({ status: "503" });
				expect(header(result, "retry-after")).toEqual(["5"]);
			}
		}
		aws.trouble.clear();
		vi.setSystemTime(Date.now() + 5_000);
		expect(await ask({ hosts: ["globex.app.test"] })).toHaveProperty("origin");
		expect(await ask({ hosts: ["nobody.app.test"] })).toMatchObject({ status: "404" });
	});

	it("forwards nothing unsigned: 503 while the secret was never read, the last key when it was", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		aws.trouble.set("secretsmanager us-east-1", "reset");
		aws.trouble.set("secretsmanager eu-west-1", "reset");
		expect(await ask()).toMatchObject({ status: "503" });
		expect(await ask({ uri: "/.well-known/hostmaster" })).toMatchObject({ status: "200" });
		aws.trouble.clear();
		expect(await ask()).toHaveProperty("headers.x-tenant-context");
		aws.trouble.set("secretsmanager us-east-1", "reset");
		aws.trouble.set("secretsmanager eu-west-1", "reset");
		vi.setSystemTime(Date.now() + 86_400_000);
		expect(await ask()).toHaveProperty("headers.x-tenant-context");
	});

	it("uses a context token again until it has less than twenty seconds left", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
		const token = async () => header(await ask(), "x-tenant-context")?.[0];
		const first = await token();
		vi.setSystemTime(Date.now() + 40_000);
		expect(await token()).toBe(first);
		vi.setSystemTime(Date.now() + 1_000);
		expect(await token()).not.toBe(first);
	});

	it("signs anew for another generation", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
		const first = header(await ask(), "x-tenant-context");
		put("acme.app.test", { generation: 2 });
		vi.setSystemTime(Date.now() + 10_000);
		expect(header(await ask(), "x-tenant-context")).not.toEqual(first);
	});

	it("adds no question mark to a redirect where the viewer had none", async () => {
		put("acme.app.test", { redirectTo: "shop.acme.test" });
		expect(header(await ask({ uri: "/a%20b" }), "location")).toEqual(["https://shop.acme.test/a%20b"]);
	});

	it("answers 400 to a request that names no host, and asks nobody about it", async () => {
		const event = originRequestEvent({ endpoint: aws.endpoint });
		delete event.Records[0]?.cf.request.headers["host"];
		expect(await routeTenant(event)).toMatchObject({ status: "400" });
		expect(aws.calls).toEqual([]);
	});

	it("throws on what is no event of CloudFront's, so that the error metric shows it", async () => {
		await expect(routeTenant({ Records: [] })).rejects.toThrow("no record");
	});
});
