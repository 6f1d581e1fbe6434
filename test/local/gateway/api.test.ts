import { describe, expect, it } from "vitest";
import { readHttpApi } from "../../../local/gateway/api.ts";
import { createResolver } from "../../../local/template/resolver.ts";
import { loadTemplate } from "../../../local/template/template.ts";

const fn = "arn:aws:lambda:us-east-1:222222222222:function:listTenants";

/** The parts of an HTTP API as the packager writes them. */
const resources = {
	HttpApi: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "api", ProtocolType: "HTTP" } },
	HttpApiStage: {
		Type: "AWS::ApiGatewayV2::Stage",
		Properties: { StageName: "$default", DefaultRouteSettings: { ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10 } },
	},
	Integration: {
		Type: "AWS::ApiGatewayV2::Integration",
		Properties: {
			IntegrationType: "AWS_PROXY",
			IntegrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${fn}/invocations`,
			PayloadFormatVersion: "2.0",
			TimeoutInMillis: 15_000,
		},
	},
	Authorizer: {
		Type: "AWS::ApiGatewayV2::Authorizer",
		Properties: {
			AuthorizerType: "JWT",
			IdentitySource: ["$request.header.Authorization"],
			JwtConfiguration: { Issuer: { Ref: "TokenIssuer" }, Audience: ["hostmaster-api"] },
		},
	},
	Route: {
		Type: "AWS::ApiGatewayV2::Route",
		Properties: {
			RouteKey: "GET /v1/tenants",
			Target: { "Fn::Join": ["/", ["integrations", { Ref: "Integration" }]] },
			AuthorizationType: "JWT",
			AuthorizerId: { Ref: "Authorizer" },
			AuthorizationScopes: ["tenants:read"],
		},
	},
};

function apiOf(parts: Record<string, unknown>) {
	const Parameters = { TokenIssuer: { Type: "String", Default: "http://127.0.0.1:4567/issuer" } };
	return readHttpApi(
		createResolver({
			template: loadTemplate(JSON.stringify({ Parameters, Resources: parts })),
			parameters: {},
			accountId: "222222222222",
			region: "us-east-1",
			stackName: "hostmaster-nonprod",
			attributes: (logicalId) => ({ ref: `${logicalId.toLowerCase()}1` }),
		}),
	);
}

describe("an HTTP API in a template", () => {
	it("is put together by what its parts call each other", () => {
		expect(apiOf(resources)).toMatchObject({
			id: "httpapi1",
			routes: [
				{
					key: { text: "GET /v1/tenants" },
					functionArn: fn,
					integrationTimeoutMs: 15_000,
					authorizer: { issuer: "http://127.0.0.1:4567/issuer", audience: ["hostmaster-api"] },
					scopes: ["tenants:read"],
					throttling: { ratePerSecond: 10, burst: 20 },
				},
			],
		});
	});

	it("must be the only one", () => {
		expect(() => apiOf({ ...resources, Another: resources.HttpApi })).toThrow("there must be exactly one");
		const { HttpApi: _, ...rest } = resources;
		expect(() => apiOf(rest)).toThrow("there must be exactly one");
	});
});
