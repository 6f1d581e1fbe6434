import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Configuration } from "../../../functions/edge/configuration.ts";
import { readEntry } from "../../../functions/edge/map-reader.ts";
import { everywhere, type FakeAws, rowOf, startFakeAws } from "./fake-aws.ts";

const host = "acme.app.test";

describe("reading the tenant map", () => {
	let aws: FakeAws;
	let configuration: Configuration;
	beforeEach(async () => {
		vi.stubEnv("AWS_REGION", "eu-west-1");
		vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL222222222222");
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
		vi.stubEnv("AWS_SESSION_TOKEN", "token");
		aws = await startFakeAws();
		aws.rows.get(everywhere)?.set(host, rowOf({ hostname: host, generation: 3 }));
		const mapRegions = ["us-east-1", "eu-west-1", "ap-south-1"];
		configuration = {
			mapTable: "map",
			platformDomain: "app.example.com",
			mapRegions,
			contextSecret: "context",
			awsEndpoint: aws.endpoint,
		};
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		vi.restoreAllMocks();
		await aws.close();
	});

	it("gives the row of the hostname, whole", async () => {
		const models = { host: "models.saas.test", port: 8443, protocol: "https" as const, pathPrefix: "/v1" };
		aws.rows.get(everywhere)?.set(
			"full.app.test",
			rowOf({
				hostname: "full.app.test",
				generation: 9,
				status: "moved",
				redirectTo: "x.test",
				routes: [{ prefix: "/ai", origin: models }],
			}),
		);
		expect(await readEntry("full.app.test", configuration)).toEqual({
			hostname: "full.app.test",
			v: 1,
			generation: 9,
			tenantId: "ten_full",
			slug: "full",
			status: "moved",
			origin: { host: "origin.saas.test", port: 443, protocol: "https", pathPrefix: "" },
			routes: [{ prefix: "/ai", origin: models }],
			redirectTo: "x.test",
			updatedAt: "2026-01-01T00:00:00.000Z",
		});
	});

	it("gives nothing when the map has no such row", async () => {
		expect(await readEntry("nobody.app.test", configuration)).toBeUndefined();
	});

	it("asks its own region first, when the map is there", async () => {
		await readEntry(host, configuration);
		expect(aws.calls).toEqual([`eu-west-1 GetItem ${host}`]);
	});

	it("asks the home region first, when the map is not where it runs", async () => {
		vi.stubEnv("AWS_REGION", "sa-east-1");
		await readEntry(host, configuration);
		expect(aws.calls).toEqual([`us-east-1 GetItem ${host}`]);
	});

	it("signs with the role's session token", async () => {
		await readEntry(host, configuration);
		expect(aws.requests[0]?.headers["x-amz-security-token"]).toBe("token");
		expect(aws.requests[0]?.headers.authorization).toContain("Credential=LOCAL222222222222/");
	});

	it.each(["reset", "throttle"] as const)(
		"asks the next region when the nearest one answers with a %s",
		async (trouble) => {
			aws.trouble.set("eu-west-1", trouble);
			expect(await readEntry(host, configuration)).toMatchObject({ generation: 3 });
			expect(aws.calls.map((call) => call.split(" ")[0])).toEqual(["eu-west-1", "us-east-1"]);
		},
	);

	it("waits a second for a region that hangs, then asks the next", async () => {
		aws.trouble.set("eu-west-1", "hang");
		const startedAt = performance.now();
		expect(await readEntry(host, configuration)).toMatchObject({ generation: 3 });
		expect(performance.now() - startedAt).toBeGreaterThan(900);
	});

	it("throws only when no region answered, the nearest one asked twice", async () => {
		aws.trouble.set(everywhere, "reset");
		await expect(readEntry(host, configuration)).rejects.toThrow(AggregateError);
		expect(aws.calls.map((call) => call.split(" ")[0])).toEqual(["eu-west-1", "us-east-1", "ap-south-1", "eu-west-1"]);
	});

	it("gives nothing of a row beyond what the edge knows, and no routes when there are none", async () => {
		const { routes: _routes, ...bare } = Object(rowOf({ hostname: host }));
		aws.rows.get(everywhere)?.set(host, { ...bare, beta: { BOOL: true }, note: { NULL: true } });
		const entry = await readEntry(host, configuration);
		expect(entry).toMatchObject({ tenantId: "ten_acme", routes: [] });
		for (const absent of ["beta", "note", "redirectTo"]) expect(entry).not.toHaveProperty(absent);
	});

	it("takes an origin without a path prefix for the root of that origin", async () => {
		const origin = { M: { host: { S: "o.test" }, port: { N: "443" }, protocol: { S: "https" } } };
		aws.rows.get(everywhere)?.set(host, { ...Object(rowOf({ hostname: host })), origin });
		expect(await readEntry(host, configuration)).toMatchObject({ origin: { host: "o.test", pathPrefix: "" } });
	});

	it("asks the region's own endpoint at AWS when no other is set", async () => {
		const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json({})));
		expect(await readEntry(host, { ...configuration, awsEndpoint: undefined })).toBeUndefined();
		expect(fetched.mock.calls.map(([url]) => String(url))).toEqual(["https://dynamodb.eu-west-1.amazonaws.com/"]);
	});

	it.each<[string, object, string]>([
		["another version", { v: { N: "2" } }, "version 2"],
		["another hostname", { hostname: { S: "globex.app.test" } }, "another hostname's"],
		["an unknown status", { status: { S: "paused" } }, "status"],
		["no origin", { origin: { NULL: true } }, "origin is not an object"],
		["an origin that is a list", { origin: { L: [] } }, "origin is not an object"],
		["an origin without TLS", { origin: { M: { protocol: { S: "http" } } } }, "not https"],
		["an origin without a host", { origin: { M: { protocol: { S: "https" } } } }, "host is not a string"],
		["a generation that is text", { generation: { S: "7" } }, "generation is not a number"],
		["a generation that no number is", { generation: { N: "seven" } }, "generation is not a number"],
		["routes that are no list", { routes: { S: "/ai" } }, "routes is not a list"],
		["a route that is no object", { routes: { L: [{ S: "/ai" }] } }, "route is not an object"],
		["a route without a prefix", { routes: { L: [{ M: {} }] } }, "prefix is not a string"],
		["a redirect to no hostname", { redirectTo: { N: "1" } }, "redirectTo is not a string"],
		["an attribute of another type", { tags: { SS: ["a"] } }, "type SS"],
		["an attribute that has no type", { tags: {} }, "type undefined"],
		["a list that is none", { routes: { L: "/ai" } }, "A list of a map row is not a list"],
		["a map that is none", { origin: { M: [] } }, "map is not an object"],
		["an attribute that is no object", { tags: "a" }, "attribute value is not an object"],
	])("throws on a row with %s: it is unreadable, not unknown", async (_, changes, because) => {
		aws.rows.get(everywhere)?.set(host, { ...Object(rowOf({ hostname: host })), ...changes });
		await expect(readEntry(host, configuration)).rejects.toThrow(because);
	});

	it.each([
		["null", "the answer is not an object"],
		["[]", "the answer is not an object"],
		['"ok"', "the answer is not an object"],
		["<html>", "no region answered"],
		['{"Item":null}', "map is not an object"],
		['{"Item":[]}', "map is not an object"],
	])("throws on the answer %s: whoever gave it, it was not the map", async (body, because) => {
		vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response(body)));
		await expect(readEntry(host, configuration)).rejects.toThrow(because);
	});
});
