import { describe, expect, it } from "vitest";
import { answersFor, behaviorFor, parseDistribution } from "../../../local/edge/distribution.ts";
import { parseCachePolicy, parseOriginRequestPolicy, selects } from "../../../local/edge/policies.ts";
import { cachePolicyProperties, distributionDomain, distributionProperties } from "./world.ts";

const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const allViewerExceptHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

function distributionWith(changes: Parameters<typeof distributionProperties>[0] = {}, others: object = {}) {
	const behavior = { CachePolicyId: cachingDisabled, OriginRequestPolicyId: undefined, ...changes.behavior };
	const { DistributionConfig } = distributionProperties({ ...changes, behavior });
	const properties = { DistributionConfig: { ...DistributionConfig, ...others } };
	return parseDistribution({ id: "E1", domainName: distributionDomain, properties }, {}, {});
}

describe("a distribution", () => {
	it.each([
		["acme.app.test", true],
		["a.b.app.test", true], // a wildcard stands for any number of labels, unlike in a certificate
		[distributionDomain, true],
		["app.test", false],
		["acmeapp.test", false],
		["acme.app.test.evil.example", false],
		["other.cloudfront.net", false],
	])("asked for %s: %s", (hostname, answers) => {
		expect(answersFor(distributionWith(), hostname)).toBe(answers);
	});

	it("takes the first behavior whose pattern matches, and the default one else", () => {
		const behavior = { TargetOriginId: "default", ViewerProtocolPolicy: "https-only", CachePolicyId: cachingDisabled };
		const distribution = distributionWith(
			{},
			{
				CacheBehaviors: [
					{ ...behavior, PathPattern: "/api/*", CachedMethods: ["GET"] },
					{ ...behavior, PathPattern: "*.p?g", CachedMethods: ["HEAD"] },
				],
			},
		);
		const methodsOf = (path: string) => [...behaviorFor(distribution, path).cachedMethods].join();
		expect(methodsOf("/api/x.png")).toBe("GET");
		expect(methodsOf("/images/x.png")).toBe("HEAD");
		expect(methodsOf("/images/x_png")).toBe("GET,HEAD");
		expect(methodsOf("/")).toBe("GET,HEAD");
	});

	it("takes numbers and flags as text too, as CloudFormation does", () => {
		const distribution = distributionWith(
			{
				origin: {
					CustomOriginConfig: { OriginProtocolPolicy: "http-only", HTTPPort: "8080", OriginReadTimeout: "20" },
				},
				errors: [{ ErrorCode: "404", ErrorCachingMinTTL: "3" }],
			},
			{ Enabled: "true" },
		);
		expect(behaviorFor(distribution, "/").origin).toMatchObject({
			protocol: "http",
			port: 8_080,
			readTimeoutSeconds: 20,
		});
		expect(distribution.errorTtlSeconds(404)).toBe(3);
		expect(distribution.errorTtlSeconds(503)).toBe(10);
	});

	it.each<[string, () => unknown]>([
		["is not enabled", () => distributionWith({}, { Enabled: false })],
		["names an origin that it does not have", () => distributionWith({ behavior: { TargetOriginId: "other" } })],
		["names a cache policy that is not there", () => distributionWith({ behavior: { CachePolicyId: "other" } })],
		[
			"runs a function at another event",
			() => distributionWith({ behavior: { LambdaFunctionAssociations: [{ EventType: "origin-response" }] } }),
		],
		[
			"wants the body in the event",
			() =>
				distributionWith({
					behavior: { LambdaFunctionAssociations: [{ EventType: "origin-request", IncludeBody: true }] },
				}),
		],
	])("is refused when it %s", (_, parse) => {
		expect(parse).toThrow();
	});
});

describe("a policy", () => {
	const originRequestPolicy = (header: string, cookie: string, query: string, names = ["A"]) => ({
		id: {
			OriginRequestPolicyConfig: {
				HeadersConfig: { HeaderBehavior: header, Headers: names },
				CookiesConfig: { CookieBehavior: cookie, Cookies: names },
				QueryStringsConfig: { QueryStringBehavior: query, QueryStrings: names },
			},
		},
	});

	it.each([
		["none", false, false],
		["all", true, true],
		["allViewer", true, true],
		["whitelist", true, false],
		["allExcept", false, true],
	])("of %s lets its own names through: %s, and others: %s", (behavior, own, others) => {
		const { headers, cookies, query } = parseOriginRequestPolicy(
			"id",
			originRequestPolicy(behavior, behavior, behavior),
		);
		expect([selects(headers, "a"), selects(cookies, "a"), selects(query, "A")]).toEqual([own, own, own]);
		expect([selects(headers, "b"), selects(cookies, "b"), selects(query, "a")]).toEqual([others, others, others]);
	});

	it("that is none adds nothing, and those that AWS manages are known", () => {
		expect(parseOriginRequestPolicy(undefined, {}).headers).toEqual({ kind: "none" });
		expect(selects(parseOriginRequestPolicy(allViewerExceptHost, {}).headers, "host")).toBe(false);
		expect(parseCachePolicy(cachingDisabled, {})).toMatchObject({ maxTtlSeconds: 0 });
	});

	it("with a behavior that is not emulated is refused by its name", () => {
		const policy = originRequestPolicy("allViewerAndWhitelistCloudFront", "all", "all");
		expect(() => parseOriginRequestPolicy("id", policy)).toThrow("allViewerAndWhitelistCloudFront");
	});

	it("never has a default below its minimum, nor a maximum", () => {
		const policy = cachePolicyProperties({ MinTTL: 90, DefaultTTL: 0, MaxTTL: 60 });
		expect(parseCachePolicy("id", { id: policy })).toMatchObject({
			minTtlSeconds: 90,
			defaultTtlSeconds: 90,
			maxTtlSeconds: 90,
		});
	});
});
