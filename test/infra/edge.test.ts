import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import { folderOf } from "../../domain/usage.ts";
import { at, listAt, namesIn, ofType, packagedTemplates, type Template } from "./packaged.ts";

let template: Template;
beforeAll(async () => {
	template = (await packagedTemplates()).nonprod;
}, 120_000);

const distribution = () => at(template.Resources["Distribution"], "Properties", "DistributionConfig");

describe("the edge function", () => {
	it("has no environment, no tracing and a processor that CloudFront offers", () => {
		const properties = template.Resources["RouteTenantLambdaFunction"]?.Properties;
		expect(properties).not.toHaveProperty("Environment");
		expect(at(properties, "TracingConfig", "Mode")).toBe("PassThrough");
		expect(at(properties, "Architectures")).toEqual(["x86_64"]);
	});

	it("reads nothing of the environment but its region and credentials", () => {
		const code = readFileSync(".build/local/functions/edge/route-tenant.mjs", "utf8");
		const read = [...code.matchAll(/process\.env(?:\.(\w+)|\[?["'`]?(\w*))/g)].map(
			([, dotted, quoted]) => dotted || quoted,
		);
		expect([...new Set(read)].sort()).toEqual([
			"AWS_ACCESS_KEY_ID",
			"AWS_REGION",
			"AWS_SECRET_ACCESS_KEY",
			"AWS_SESSION_TOKEN",
		]);
	});

	it("is associated by a version that outlives the stack", () => {
		const [[id, version] = ["", undefined]] = ofType(template, "AWS::Lambda::Version");
		expect(version).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
		expect(at(distribution(), "DefaultCacheBehavior", "LambdaFunctionAssociations")).toEqual([
			{ EventType: "origin-request", IncludeBody: false, LambdaFunctionARN: { Ref: id } },
		]);
	});
});

describe("the distribution", () => {
	it("keeps tenants apart by Host and users by what identifies them", () => {
		const key = at(
			template.Resources["TenantCachePolicy"],
			"Properties",
			"CachePolicyConfig",
			"ParametersInCacheKeyAndForwardedToOrigin",
		);
		expect(listAt(key, "HeadersConfig", "Headers")).toEqual(expect.arrayContaining(["Host", "Authorization"]));
		expect(at(key, "CookiesConfig", "CookieBehavior")).toBe("all");
		expect(at(key, "QueryStringsConfig", "QueryStringBehavior")).toBe("all");
	});

	it("keeps no answer longer than the limit says, and no error at all", () => {
		const config = at(template.Resources["TenantCachePolicy"], "Properties", "CachePolicyConfig");
		expect(config).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: limits.edgeCacheMaxTtl.value });
		const errors = listAt(distribution(), "CustomErrorResponses");
		expect(errors).toEqual([403, 404, 500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })));
	});

	it("keeps the promise of a change's time also with an origin that asks for stale answers, and has seconds to spare", () => {
		const { edgePromise, edgeCacheMaxTtl, edgeEntryAge } = limits;
		const spared = edgePromise.value - edgeEntryAge.value - 2 * edgeCacheMaxTtl.value;
		expect(spared).toBeGreaterThanOrEqual(5); // the replica's lag, and an origin that is slow to answer
	});

	it("tells the edge function its settings in headers that no viewer can set", () => {
		const headers = listAt(distribution(), "Origins", 0, "OriginCustomHeaders");
		const names = headers.map((header) => at(header, "HeaderName") ?? at(header, "Fn::If", 1, "HeaderName"));
		expect(names).toEqual([
			"x-hostmaster-map-table",
			"x-hostmaster-map-regions",
			"x-hostmaster-context-secret",
			"x-hostmaster-platform-domain",
			"x-hostmaster-aws-endpoint",
		]);
		expect(at(headers[2], "HeaderValue")).toBe(at(template.Resources["ContextSigningSecret"], "Properties", "Name"));
	});

	it("speaks modern TLS and HTTP/3 for all platform subdomains, and logs", () => {
		expect(distribution()).toMatchObject({
			HttpVersion: "http2and3",
			Aliases: [{ "Fn::Sub": `*.${"$"}{PlatformDomain}` }],
			ViewerCertificate: { MinimumProtocolVersion: "TLSv1.2_2021", SslSupportMethod: "sni-only" },
			DefaultCacheBehavior: { ViewerProtocolPolicy: "redirect-to-https" },
		});
		expect(namesIn(template.Resources["AccessLogSource"]?.Properties)).toContain("Distribution");
	});

	it("writes down what usage is counted from, in folders by hour, and nothing that viewers keep secret", () => {
		const delivery = template.Resources["AccessLogDelivery"]?.Properties;
		const fields = listAt(delivery, "RecordFields");
		expect(fields).toEqual(expect.arrayContaining(["x-host-header", "sc-bytes", "cs-bytes"]));
		for (const secret of ["cs(Cookie)", "cs-uri-query", "cs(Referer)"]) expect(fields).not.toContain(secret);
		const suffix = String(at(delivery, "S3SuffixPath"));
		const parts: Record<string, string> = { yyyy: "2026", MM: "11", dd: "23", HH: "05" };
		expect(suffix.replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole)).toBe(
			`{DistributionId}/${folderOf("2026-11-23T05").replace(/\/$/, "")}`,
		);
		expect(delivery).toMatchObject({ S3EnableHiveCompatiblePath: false });
		expect(template.Resources["AccessLogDestination"]?.Properties).toMatchObject({ OutputFormat: "json" });
		const variables = at(template.Resources["CountUsageLambdaFunction"], "Properties", "Environment", "Variables");
		const prefixOf = (distribution: string) => `AWSLogs/${"$"}{AWS::AccountId}/CloudFront/${"$"}{${distribution}}/`;
		expect(at(variables, "ACCESS_LOG_PREFIXES")).toEqual({
			"Fn::Sub": `${prefixOf("Distribution")},${prefixOf("MultiTenantDistribution")}`,
		});
	});

	it("writes down of custom domains the same, in the same place", () => {
		const properties = (id: string) => template.Resources[id]?.Properties;
		const { DeliverySourceName, ...delivery } = Object(properties("DomainLogDelivery"));
		expect(properties("AccessLogDelivery")).toMatchObject(delivery);
		expect(properties("DomainLogSource")).toMatchObject({ Name: DeliverySourceName, LogType: "ACCESS_LOGS" });
	});
});
