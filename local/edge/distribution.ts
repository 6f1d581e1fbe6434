import { z } from "zod";
import { edgeLimits } from "./limits.ts";
import { type CachePolicy, type Forwarding, parseCachePolicy, parseOriginRequestPolicy, selects } from "./policies.ts";

/** An origin of the distribution; `s3` are those that CloudFront treats as S3 buckets. */
export interface DistributionOrigin {
	id: string;
	kind: "custom" | "s3";
	domainName: string;
	path: string;
	port: number;
	protocol: "http" | "https";
	sslProtocols: string[];
	readTimeoutSeconds: number;
	keepaliveTimeoutSeconds: number;
	/** As in the template, in its spelling. */
	customHeaders: { key: string; value: string }[];
}

export interface Behavior {
	/** Undefined for the default one, which takes what no other pattern does. */
	pathPattern: RegExp | undefined;
	origin: DistributionOrigin;
	viewerProtocol: "allow-all" | "https-only" | "redirect-to-https";
	allowedMethods: Set<string>;
	cachedMethods: Set<string>;
	cachePolicy: CachePolicy;
	/** What the origin (and the function before it) gets beyond the cache key. */
	forwarding: Forwarding;
	hasOriginRequestFunction: boolean;
}

/** One distribution, as far as it is emulated. */
export interface Distribution {
	id: string;
	domainName: string;
	aliases: string[];
	/** Whether a distribution tenant has a hostname now; a distribution without tenants has none of this. */
	hasTenant?: ((hostname: string) => boolean) | undefined;
	/** In the order of evaluation; the default one is last. */
	behaviors: Behavior[];
	/** Seconds for which an answer with this status of 400 or more is kept at least. */
	errorTtlSeconds(status: number): number;
}

export interface DistributionTemplate {
	/** E.g. `E1HOSTMASTER01`. */
	id: string;
	/** E.g. `d111111abcdef8.cloudfront.net`. */
	domainName: string;
	/** The resolved properties of the AWS::CloudFront::Distribution. */
	properties: unknown;
}

/** Reads the resolved properties of a distribution and of the policies that it names by id. Throws with what is not emulated. */
export function parseDistribution(
	{ id, domainName, properties }: DistributionTemplate,
	cachePolicies: Record<string, unknown>,
	originRequestPolicies: Record<string, unknown>,
): Distribution {
	const { DistributionConfig: config } = distributionShape.parse(properties);
	if (!config.Enabled) throw new Error(`Distribution ${id} is not enabled`);
	const origins = new Map(config.Origins.map((origin) => [origin.Id, originOf(origin)]));
	const behaviorOf = (behavior: z.infer<typeof behaviorShape>): Behavior => {
		const origin = origins.get(behavior.TargetOriginId);
		if (!origin) throw new Error(`Distribution ${id} has no origin ${behavior.TargetOriginId}`);
		const cachePolicy = parseCachePolicy(behavior.CachePolicyId, cachePolicies);
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/header-caching.html#header-caching-web-selecting
		if (origin.kind === "s3" && selects(cachePolicy.headers, "host")) {
			throw new Error(`InvalidHeadersForS3Origin: Host cannot be in the cache key of the S3 origin ${origin.id}`);
		}
		return {
			pathPattern: behavior.PathPattern === undefined ? undefined : wildcard(behavior.PathPattern),
			origin,
			viewerProtocol: behavior.ViewerProtocolPolicy,
			allowedMethods: new Set(behavior.AllowedMethods),
			cachedMethods: new Set(behavior.CachedMethods),
			cachePolicy,
			forwarding: parseOriginRequestPolicy(behavior.OriginRequestPolicyId, originRequestPolicies),
			hasOriginRequestFunction: behavior.LambdaFunctionAssociations.length > 0,
		};
	};
	const errorTtls = new Map(config.CustomErrorResponses.map((rule) => [rule.ErrorCode, rule.ErrorCachingMinTTL]));
	return {
		id,
		domainName,
		aliases: config.Aliases,
		behaviors: [...config.CacheBehaviors, config.DefaultCacheBehavior].map(behaviorOf),
		errorTtlSeconds: (status) => errorTtls.get(status) ?? edgeLimits.errorTtlSeconds.value,
	};
}

/**
 * Whether the distribution answers for a hostname. A wildcard stands for any number of labels
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-wildcard).
 */
export function answersFor({ aliases, domainName, hasTenant }: Distribution, hostname: string): boolean {
	if (hasTenant) return hasTenant(hostname);
	return [domainName, ...aliases].some((alias) =>
		alias.startsWith("*.") ? hostname.endsWith(alias.slice(1)) : hostname === alias,
	);
}

/** The behavior that takes a path: the first whose pattern matches. */
export function behaviorFor({ behaviors }: Distribution, path: string): Behavior {
	const behavior = behaviors.find(({ pathPattern }) => pathPattern?.test(path) ?? true);
	if (!behavior) throw new Error("A distribution has a default behavior");
	return behavior;
}

function originOf(origin: z.infer<typeof originShape>): DistributionOrigin {
	const custom = origin.CustomOriginConfig;
	const plain = custom?.OriginProtocolPolicy === "http-only";
	return {
		id: origin.Id,
		kind: custom ? "custom" : "s3",
		domainName: origin.DomainName,
		path: origin.OriginPath,
		port: plain ? custom.HTTPPort : (custom?.HTTPSPort ?? 443),
		protocol: plain ? "http" : "https",
		sslProtocols: custom?.OriginSSLProtocols ?? ["TLSv1.2"],
		readTimeoutSeconds: custom?.OriginReadTimeout ?? 30,
		keepaliveTimeoutSeconds: custom?.OriginKeepaliveTimeout ?? 5,
		customHeaders: origin.OriginCustomHeaders.map(({ HeaderName: key, HeaderValue: value }) => ({ key, value })),
	};
}

/** A path pattern: `*` for any characters, `?` for one. */
function wildcard(pattern: string): RegExp {
	const escaped = pattern
		.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
		.replaceAll("*", ".*")
		.replaceAll("?", ".");
	return new RegExp(`^/?${escaped.replace(/^\//, "")}$`, "s");
}

const count = z.coerce.number().int().nonnegative(); // CloudFormation takes numbers as text too
const flag = z.union([z.boolean(), z.stringbool()]);

const originShape = z.object({
	Id: z.string(),
	DomainName: z.string(),
	OriginPath: z.string().default(""),
	OriginCustomHeaders: z.array(z.object({ HeaderName: z.string(), HeaderValue: z.string() })).default([]),
	CustomOriginConfig: z
		.object({
			HTTPPort: count.default(80),
			HTTPSPort: count.default(443),
			OriginProtocolPolicy: z.enum(["http-only", "https-only", "match-viewer"]),
			OriginSSLProtocols: z.array(z.string()).optional(),
			OriginReadTimeout: count.optional(),
			OriginKeepaliveTimeout: count.optional(),
		})
		.optional(),
});

const behaviorShape = z.object({
	PathPattern: z.string().optional(),
	TargetOriginId: z.string(),
	ViewerProtocolPolicy: z.enum(["allow-all", "https-only", "redirect-to-https"]),
	AllowedMethods: z.array(z.string()).default(["GET", "HEAD"]),
	CachedMethods: z.array(z.string()).default(["GET", "HEAD"]),
	CachePolicyId: z.string(),
	OriginRequestPolicyId: z.string().optional(),
	// Only origin-request is emulated; another event type fails here, by name.
	LambdaFunctionAssociations: z
		.array(z.object({ EventType: z.literal("origin-request"), IncludeBody: flag.pipe(z.literal(false)).optional() }))
		.max(1)
		.default([]),
	FunctionAssociations: z.array(z.unknown()).max(0, "CloudFront Functions are not emulated").default([]),
});

const distributionShape = z.object({
	DistributionConfig: z.object({
		Enabled: flag,
		Aliases: z.array(z.string().toLowerCase()).default([]),
		Origins: z.array(originShape).min(1),
		DefaultCacheBehavior: behaviorShape,
		CacheBehaviors: z.array(behaviorShape.required({ PathPattern: true })).default([]),
		CustomErrorResponses: z
			.array(
				z.object({
					ErrorCode: count,
					ErrorCachingMinTTL: count.default(edgeLimits.errorTtlSeconds.value),
					ResponsePagePath: z.undefined("Custom error pages are not emulated").optional(),
				}),
			)
			.default([]),
	}),
});
