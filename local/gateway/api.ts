import { z } from "zod";
import type { Resolver } from "../template/resolver.ts";
import { parsedAt, TemplateError } from "../template/template.ts";
import { type RouteKey, routeKeyOf } from "./routes.ts";

export interface Throttling {
	ratePerSecond: number;
	burst: number;
}

export interface JwtSettings {
	issuer: string;
	audience: readonly string[];
}

export interface HttpRoute {
	key: RouteKey;
	/** ARN of the function behind it. */
	functionArn: string;
	integrationTimeoutMs: number;
	/** Undefined: open to all. */
	authorizer?: JwtSettings;
	/** Any one of these is enough; none: any valid token is. */
	scopes: readonly string[];
	throttling: Throttling;
}

/** An HTTP API as the gateway serves it. */
export interface HttpApi {
	id: string;
	routes: readonly HttpRoute[];
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: an account's own throttle, and the longest integration.
const accountThrottling: Throttling = { ratePerSecond: 10_000, burst: 5_000 };
const longestIntegrationMs = 30_000;

const routeProperties = z.object({
	RouteKey: z.string(),
	Target: z.string().regex(/^integrations\/.+$/),
	AuthorizationType: z.enum(["NONE", "JWT"]).default("NONE"),
	AuthorizerId: z.string().optional(),
	AuthorizationScopes: z.array(z.string()).default([]),
});
const integrationProperties = z.object({
	IntegrationType: z.literal("AWS_PROXY"),
	IntegrationUri: z.string(),
	PayloadFormatVersion: z.literal("2.0"),
	TimeoutInMillis: z.coerce.number().max(longestIntegrationMs).default(longestIntegrationMs),
});
const authorizerProperties = z.object({
	AuthorizerType: z.literal("JWT"),
	IdentitySource: z.tuple([z.literal("$request.header.Authorization")]),
	JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()) }),
});
const limits = z.object({
	ThrottlingBurstLimit: z.coerce.number().optional(),
	ThrottlingRateLimit: z.coerce.number().optional(),
});
const stageProperties = z.object({
	StageName: z.literal("$default"),
	DefaultRouteSettings: limits.default({}),
	RouteSettings: z.record(z.string(), limits).default({}),
});

/** The resolved properties of an HTTP API's parts; integrations and authorizers by what `Ref` answers for them. */
export interface HttpApiParts {
	apiId: string;
	routes: readonly unknown[];
	integrations: Readonly<Record<string, unknown>>;
	authorizers: Readonly<Record<string, unknown>>;
	stage: unknown;
}

/** Puts an HTTP API together. Throws TemplateError for what the gateway does not emulate. */
export function httpApiOf(parts: HttpApiParts): HttpApi {
	const stage = parsedAt("AWS::ApiGatewayV2::Stage", stageProperties, parts.stage);
	const routes = parts.routes.map((properties): HttpRoute => {
		const at = "AWS::ApiGatewayV2::Route";
		const route = parsedAt(at, routeProperties, properties);
		const id = route.Target.slice("integrations/".length);
		if (!parts.integrations[id]) throw new TemplateError(`${at} ${route.RouteKey}`, `there is no integration ${id}`);
		const integration = parsedAt("AWS::ApiGatewayV2::Integration", integrationProperties, parts.integrations[id]);
		const settings = { ...stage.DefaultRouteSettings, ...stage.RouteSettings[route.RouteKey] };
		const authorizer =
			route.AuthorizationType === "JWT" ? jwtSettings(parts, route.RouteKey, route.AuthorizerId) : undefined;
		return {
			key: routeKeyOf(route.RouteKey),
			functionArn: functionArnIn(integration.IntegrationUri),
			integrationTimeoutMs: integration.TimeoutInMillis,
			...(authorizer && { authorizer }),
			scopes: route.AuthorizationScopes,
			throttling: {
				ratePerSecond: settings.ThrottlingRateLimit ?? accountThrottling.ratePerSecond,
				burst: settings.ThrottlingBurstLimit ?? accountThrottling.burst,
			},
		};
	});
	return { id: parts.apiId, routes };
}

/** The same, from the one HTTP API of a template. */
export function readHttpApi(resolver: Resolver): HttpApi {
	const byRef = (type: string) =>
		Object.fromEntries(resolver.idsOf(type).map((id) => [resolver.ref(id), resolver.properties(id, z.unknown())]));
	const [apiLogicalId, ...others] = resolver.idsOf("AWS::ApiGatewayV2::Api");
	if (!apiLogicalId || others.length > 0)
		throw new TemplateError("AWS::ApiGatewayV2::Api", "there must be exactly one");
	const [stageId = ""] = resolver.idsOf("AWS::ApiGatewayV2::Stage");
	return httpApiOf({
		apiId: resolver.ref(apiLogicalId),
		routes: resolver.idsOf("AWS::ApiGatewayV2::Route").map((id) => resolver.properties(id, z.unknown())),
		integrations: byRef("AWS::ApiGatewayV2::Integration"),
		authorizers: byRef("AWS::ApiGatewayV2::Authorizer"),
		stage: resolver.properties(stageId, z.unknown()),
	});
}

function jwtSettings(parts: HttpApiParts, routeKey: string, id = "(none)"): JwtSettings {
	const properties = parts.authorizers[id];
	if (!properties) throw new TemplateError(`AWS::ApiGatewayV2::Route ${routeKey}`, `there is no authorizer ${id}`);
	const { JwtConfiguration } = parsedAt("AWS::ApiGatewayV2::Authorizer", authorizerProperties, properties);
	return { issuer: JwtConfiguration.Issuer, audience: JwtConfiguration.Audience };
}

/** The URI is the function's ARN, or API Gateway's own path around it. */
function functionArnIn(uri: string): string {
	return /functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
