import { buffer } from "node:stream/consumers";
import type { CloudFrontRequest, CloudFrontRequestEvent } from "aws-lambda";
import type { Clock } from "../clock.ts";
import { answersFor, type Behavior, behaviorFor, type Distribution } from "./distribution.ts";
import { cloudFrontError, type EdgeAnswer, redirectToHttps } from "./edge-answer.ts";
import { originRequestEvent, requestToOrigin } from "./edge-event.ts";
import { type EdgeResult, readEdgeResult } from "./edge-result.ts";
import { cacheKeyOf, forwardedOf, keepsCookies } from "./forwarded.ts";
import { edgeLimits } from "./limits.ts";
import type { Lookup, OriginFetch } from "./origin-fetch.ts";
import { type CachedAnswer, lifetimeSeconds, type ResponseCache, staleSeconds } from "./response-cache.ts";
import type { HeaderLine, ViewerRequest } from "./viewer-request.ts";

export interface ServeParts {
	distribution: Distribution;
	cache: ResponseCache;
	origins: OriginFetch;
	lookup: Lookup;
	/** Invokes the origin-request function. */
	invokeEdge: (event: CloudFrontRequestEvent) => Promise<unknown>;
	clock: Clock;
	/** Where HTTPS is, for redirects. */
	httpsPort: () => number;
}

/** What CloudFront does with a request that it took in: by the distribution's rules, from the cache, or by function and origin. */
export async function serve(viewer: ViewerRequest, parts: ServeParts): Promise<EdgeAnswer> {
	const { distribution, cache, clock } = parts;
	const refusal = refusalOf(viewer, distribution);
	if (refusal) return refusal;
	const behavior = behaviorFor(distribution, viewer.path);
	const secure = viewer.servername !== undefined;
	if (!secure && behavior.viewerProtocol === "https-only") return cloudFrontError(403, "HTTPS only");
	if (!secure && behavior.viewerProtocol === "redirect-to-https") return redirect(viewer, parts.httpsPort());
	if (!behavior.allowedMethods.has(viewer.method)) return cloudFrontError(403, `${viewer.method} is not allowed`);
	if (viewer.method === "GET" && viewer.hasBody) return cloudFrontError(403, "a GET with a body");

	const cacheable = behavior.cachedMethods.has(viewer.method);
	const key = cacheKeyOf(viewer, behavior);
	const get = cacheable ? cache.get(`GET ${key}`) : undefined;
	const own = `${viewer.method} ${key}`;
	const kept = viewer.method === "HEAD" && get && cache.isFresh(get) ? get : cacheable ? cache.get(own) : undefined;
	if (kept && cache.isFresh(kept)) return fromCache(kept, clock.now());
	if (kept && cache.mayBeStale(kept)) {
		void renew(kept, () => produceAnew(viewer, behavior, own, undefined, parts));
		return fromCache(kept, clock.now());
	}
	return await produceAnew(viewer, behavior, own, kept, parts);
}

/** A miss of what is or is not to be kept as `own`; `kept` is what the cache has of it still, and may cover for the origin. */
async function produceAnew(
	viewer: ViewerRequest,
	behavior: Behavior,
	own: string,
	kept: CachedAnswer | undefined,
	parts: ServeParts,
): Promise<EdgeAnswer> {
	const { distribution, cache, clock } = parts;
	const answer = await produce(viewer, behavior, parts);
	const ttlSeconds = lifetimeSeconds({
		status: answer.status,
		headers: answer.headers,
		policy: behavior.cachePolicy,
		errorTtlSeconds: distribution.errorTtlSeconds(answer.status),
		now: clock.now(),
	});
	if (kept && kept.status < 400 && answer.status >= 500 && answer.note === "Error") {
		// The origin is in trouble: what it said last is served though expired, until the error's own time is over.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
		cache.extend(own, distribution.errorTtlSeconds(answer.status));
		return fromCache(kept, clock.now());
	}
	if (!behavior.cachedMethods.has(viewer.method)) return answer;
	const { status, statusText, headers } = answer;
	const shelf = {
		ttlSeconds,
		staleSeconds: staleSeconds({ status, headers, policy: behavior.cachePolicy, now: clock.now() }),
	};
	return {
		...answer,
		keep: (body) =>
			cache.put(own, { status, statusText, headers, body, path: viewer.path, hostname: viewer.hostname }, shelf),
	};
}

const beingRenewed = new WeakSet<CachedAnswer>();

/** Asks anew beside an answer that is served stale, once at a time. What may not be kept, as a refusal, leaves the stale one there. */
async function renew(kept: CachedAnswer, ask: () => Promise<EdgeAnswer>): Promise<void> {
	if (beingRenewed.has(kept)) return;
	beingRenewed.add(kept);
	try {
		const { status, body, keep } = await ask();
		const whole = Buffer.isBuffer(body) ? body : await buffer(body);
		if (status < 400) keep?.(whole);
	} catch (error) {
		console.error("edge, beside a stale answer:", error);
	} finally {
		beingRenewed.delete(kept);
	}
}

function refusalOf(viewer: ViewerRequest, distribution: Distribution): EdgeAnswer | undefined {
	// A connection whose certificate is of another account must not carry requests for this one. Within a distribution they may
	// differ, as HTTP/2 clients do: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-restrictions
	if (viewer.servername !== undefined && !answersFor(distribution, viewer.servername)) {
		return cloudFrontError(421, "the TLS name is not of this distribution");
	}
	return answersFor(distribution, viewer.hostname)
		? undefined
		: cloudFrontError(403, "no distribution has this alternate name");
}

function redirect({ method, hostname, path, query }: ViewerRequest, httpsPort: number): EdgeAnswer {
	const port = httpsPort === 443 ? "" : `:${httpsPort}`; // never on AWS: here the edge listens where it may
	return redirectToHttps(method, `https://${hostname}${port}${path}${query === "" ? "" : `?${query}`}`);
}

/** A miss: asks the function, if there is one, and the origin that it names. */
async function produce(viewer: ViewerRequest, behavior: Behavior, parts: ServeParts): Promise<EdgeAnswer> {
	// CloudFront resolves the behavior's origin before the function runs, also when the function then names another.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html#lambda-at-edge-restrictions-dns
	const addresses = await parts.lookup(behavior.origin.domainName).catch(() => []);
	if (addresses.length === 0) return cloudFrontError(502, `${behavior.origin.domainName} does not resolve`);
	const given = requestToOrigin(viewer, forwardedOf(viewer, behavior), behavior.origin);
	const result = behavior.hasOriginRequestFunction ? await ask(given, parts) : readEdgeResult(given, given);
	if (result === undefined) return cloudFrontError(503, "the function failed");
	switch (result.kind) {
		case "invalid":
			console.error("edge function:", result.because);
			return cloudFrontError(502, `the function's result is not valid: ${result.because}`);
		case "response":
			return { ...result, note: "LambdaGeneratedResponse" };
		case "request": {
			const answer = await parts.origins.fetch(result.request, viewer.hasBody ? viewer.body : undefined);
			if (!answer.ok) return cloudFrontError(answer.status, answer.because);
			const headers = keepsCookies(behavior) ? answer.headers : withoutCookies(answer.headers);
			return { ...answer, headers, note: answer.status >= 400 ? "Error" : "Miss" };
		}
	}
}

/** Undefined when the function threw or took too long. */
async function ask(
	given: CloudFrontRequest,
	{ distribution, invokeEdge }: ServeParts,
): Promise<EdgeResult | undefined> {
	const { promise: tooLong, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(reject, edgeLimits.functionMs.value, new Error("the edge function took too long"));
	try {
		return readEdgeResult(await Promise.race([invokeEdge(originRequestEvent(distribution, given)), tooLong]), given);
	} catch (error) {
		console.error("edge function:", error);
		return undefined;
	} finally {
		clearTimeout(timer);
	}
}

function fromCache(kept: CachedAnswer, now: number): EdgeAnswer {
	const { status, statusText, headers, body, storedAt } = kept;
	return {
		status,
		statusText,
		headers,
		body,
		note: status >= 400 ? "Error" : "Hit",
		age: Math.floor((now - storedAt) / 1_000),
	};
}

function withoutCookies(headers: HeaderLine[]): HeaderLine[] {
	return headers.filter(([name]) => name.toLowerCase() !== "set-cookie");
}
