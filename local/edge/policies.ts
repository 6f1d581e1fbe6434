import { z } from "zod";

/** Which of a request's headers, cookies or query parameters are meant. Names in lower case, except query parameters. */
export type Selection =
	| { kind: "none" }
	| { kind: "all" }
	| { kind: "only"; names: Set<string> }
	| { kind: "except"; names: Set<string> };

/** What a policy lets through. */
export interface Forwarding {
	headers: Selection;
	cookies: Selection;
	query: Selection;
}

/** What tells two objects of the cache apart, and how long they are kept. */
export interface CachePolicy extends Forwarding {
	minTtlSeconds: number;
	defaultTtlSeconds: number;
	maxTtlSeconds: number;
	/** `Accept-Encoding`, normalised, is part of the key: the codings of these that the viewer takes. */
	encodings: string[];
}

/** Reads the cache policy with this id: one of `policies` (resolved properties), or one that AWS manages. */
export function parseCachePolicy(id: string, policies: Record<string, unknown>): CachePolicy {
	const managed = managedCachePolicies[id];
	if (managed) return managed;
	const { CachePolicyConfig: config } = cachePolicyShape.parse(policies[id]);
	const key = config.ParametersInCacheKeyAndForwardedToOrigin;
	return {
		minTtlSeconds: config.MinTTL,
		defaultTtlSeconds: Math.max(config.DefaultTTL, config.MinTTL),
		maxTtlSeconds: Math.max(config.MaxTTL, config.MinTTL),
		headers: selection(key.HeadersConfig.HeaderBehavior, key.HeadersConfig.Headers, "headers"),
		cookies: selection(key.CookiesConfig.CookieBehavior, key.CookiesConfig.Cookies, "cookies"),
		query: selection(key.QueryStringsConfig.QueryStringBehavior, key.QueryStringsConfig.QueryStrings, "query"),
		encodings: [...(key.EnableAcceptEncodingBrotli ? ["br"] : []), ...(key.EnableAcceptEncodingGzip ? ["gzip"] : [])],
	};
}

/** Reads the origin request policy with this id; none is a policy that adds nothing to the cache key. */
export function parseOriginRequestPolicy(id: string | undefined, policies: Record<string, unknown>): Forwarding {
	const none: Selection = { kind: "none" };
	if (id === undefined) return { headers: none, cookies: none, query: none };
	const managed = managedOriginRequestPolicies[id];
	if (managed) return managed;
	const { OriginRequestPolicyConfig: config } = originRequestPolicyShape.parse(policies[id]);
	return {
		headers: selection(config.HeadersConfig.HeaderBehavior, config.HeadersConfig.Headers, "headers"),
		cookies: selection(config.CookiesConfig.CookieBehavior, config.CookiesConfig.Cookies, "cookies"),
		query: selection(config.QueryStringsConfig.QueryStringBehavior, config.QueryStringsConfig.QueryStrings, "query"),
	};
}

/** Whether a name is among those that are meant. */
export function selects(selection: Selection, name: string): boolean {
	switch (selection.kind) {
		case "none":
			return false;
		case "all":
			return true;
		case "only":
			return selection.names.has(name);
		case "except":
			return !selection.names.has(name);
	}
}

function selection(behavior: string, names: string[], of: "headers" | "cookies" | "query"): Selection {
	const set = new Set(of === "query" ? names : names.map((name) => name.toLowerCase()));
	switch (behavior) {
		case "none":
			return { kind: "none" };
		case "all":
		case "allViewer":
			return { kind: "all" };
		case "whitelist":
			return { kind: "only", names: set };
		case "allExcept":
			return { kind: "except", names: set };
		default:
			throw new Error(`The behavior ${behavior} of a policy's ${of} is not emulated`);
	}
}

const all: Selection = { kind: "all" };
const none: Selection = { kind: "none" };

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const managedCachePolicies: Record<string, CachePolicy> = {
	// CachingDisabled
	"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {
		minTtlSeconds: 0,
		defaultTtlSeconds: 0,
		maxTtlSeconds: 0,
		headers: none,
		cookies: none,
		query: none,
		encodings: [],
	},
};

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
const managedOriginRequestPolicies: Record<string, Forwarding> = {
	// AllViewer
	"216adef6-5c7f-47e4-b989-5492eafa07d3": { headers: all, cookies: all, query: all },
	// AllViewerExceptHostHeader
	"b689b0a8-53d0-40ab-baf2-68738e2966ac": {
		headers: { kind: "except", names: new Set(["host"]) },
		cookies: all,
		query: all,
	},
};

const seconds = z.coerce.number().int().nonnegative();
const flag = z.union([z.boolean(), z.stringbool()]).default(false);
const names = z.array(z.string()).default([]);
const headersShape = z.object({ HeaderBehavior: z.string(), Headers: names });
const cookiesShape = z.object({ CookieBehavior: z.string(), Cookies: names });
const queryShape = z.object({ QueryStringBehavior: z.string(), QueryStrings: names });

const cachePolicyShape = z.object({
	CachePolicyConfig: z.object({
		MinTTL: seconds,
		DefaultTTL: seconds,
		MaxTTL: seconds,
		ParametersInCacheKeyAndForwardedToOrigin: z.object({
			EnableAcceptEncodingBrotli: flag,
			EnableAcceptEncodingGzip: flag,
			HeadersConfig: headersShape,
			CookiesConfig: cookiesShape,
			QueryStringsConfig: queryShape,
		}),
	}),
});

const originRequestPolicyShape = z.object({
	OriginRequestPolicyConfig: z.object({
		HeadersConfig: headersShape,
		CookiesConfig: cookiesShape,
		QueryStringsConfig: queryShape,
	}),
});
