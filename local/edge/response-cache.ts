import type { Clock } from "../clock.ts";
import { edgeLimits } from "./limits.ts";
import type { CachePolicy } from "./policies.ts";
import type { HeaderLine } from "./viewer-request.ts";

export interface CachedAnswer {
	status: number;
	statusText: string;
	headers: HeaderLine[];
	body: Buffer;
	/** By which an invalidation finds it. */
	path: string;
	/** For whom it was made, lower case. */
	hostname: string;
	/** Epoch milliseconds. */
	storedAt: number;
	expiresAt: number;
	/** Until then it is served while it is asked for anew. */
	staleUntil: number;
}

/** Seconds for which an answer is served as it is, and then while it is asked for anew beside it. */
export interface Shelf {
	ttlSeconds: number;
	staleSeconds: number;
}

/** The objects of one distribution at one edge location. */
export interface ResponseCache {
	/** The kept answer, also when it has expired: an origin in trouble is covered by it. */
	get(key: string): CachedAnswer | undefined;
	put(key: string, answer: Omit<CachedAnswer, "storedAt" | "expiresAt" | "staleUntil">, shelf: Shelf): void;
	/** Serves an expired answer for another while. */
	extend(key: string, ttlSeconds: number): void;
	isFresh(answer: CachedAnswer): boolean;
	mayBeStale(answer: CachedAnswer): boolean;
	/**
	 * Forgets all whose path matches: exact, or `*` at the end. Whatever their Host, which an invalidation of a distribution does not
	 * know; one of a distribution tenant concerns its own hostnames.
	 */
	invalidate(pathPattern: string, ofHostname?: (hostname: string) => boolean): void;
}

export function createResponseCache(clock: Clock): ResponseCache {
	const kept = new Map<string, CachedAnswer>();
	return {
		get: (key) => kept.get(key),
		put(key, answer, { ttlSeconds, staleSeconds }) {
			kept.delete(key);
			if (ttlSeconds <= 0 || answer.body.length > edgeLimits.cachedBodyBytes.value) return;
			const now = clock.now();
			const expiresAt = now + ttlSeconds * 1_000;
			kept.set(key, { ...answer, storedAt: now, expiresAt, staleUntil: expiresAt + staleSeconds * 1_000 });
			const [oldest] = kept.keys();
			if (kept.size > edgeLimits.cachedObjects.value && oldest !== undefined) kept.delete(oldest);
		},
		extend(key, ttlSeconds) {
			const answer = kept.get(key);
			if (answer) answer.expiresAt = clock.now() + ttlSeconds * 1_000;
		},
		isFresh: (answer) => clock.now() < answer.expiresAt,
		mayBeStale: (answer) => clock.now() < answer.staleUntil,
		invalidate(pathPattern, ofHostname = () => true) {
			const matches = pathPattern.endsWith("*")
				? (path: string) => path.startsWith(pathPattern.slice(0, -1))
				: (path: string) => path === pathPattern;
			for (const [key, { path, hostname }] of kept) if (matches(path) && ofHostname(hostname)) kept.delete(key);
		},
	};
}

// Kept whatever their headers say; 4xx of the second list too, where CloudFront's own pages disagree: the stricter reading for
// those who rely on a decision's end. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
const keptErrors = new Set([400, 403, 404, 405, 410, 412, 414, 415, 500, 501, 502, 503, 504]);
// Of the errors, these alone heed no-store: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
const heedNoStore = new Set([404, 410, 414, 501]);

export interface Lifetime {
	status: number;
	headers: readonly HeaderLine[];
	policy: Pick<CachePolicy, "minTtlSeconds" | "defaultTtlSeconds" | "maxTtlSeconds">;
	/** The distribution's Error Caching Minimum TTL for the status. */
	errorTtlSeconds: number;
	/** Epoch milliseconds. */
	now: number;
}

/**
 * For how many seconds CloudFront keeps an answer to a GET or HEAD; 0: not at all.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
 */
export function lifetimeSeconds({ status, headers, policy, errorTtlSeconds, now }: Lifetime): number {
	const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = policy;
	const { forbidden, seconds } = storageRule(headers, now);
	if (status >= 400) {
		if (!keptErrors.has(status) || (forbidden && heedNoStore.has(status))) return 0;
		return Math.max(errorTtlSeconds, Math.min(seconds ?? 0, maxTtlSeconds));
	}
	if (status === 206 || status === 304) return 0;
	if (forbidden) return minTtlSeconds;
	return seconds === undefined ? defaultTtlSeconds : Math.min(Math.max(seconds, minTtlSeconds), maxTtlSeconds);
}

/**
 * For how many seconds after its lifetime an answer with `stale-while-revalidate` is served while CloudFront asks anew beside it.
 * The guide bounds it by the maximum TTL and leaves open from when that counts: here from the lifetime's end, which is the longest.
 */
export function staleSeconds({ status, headers, policy, now }: Omit<Lifetime, "errorTtlSeconds">): number {
	const { forbidden, staleSeconds: asked } = storageRule(headers, now);
	return status >= 400 || forbidden ? 0 : Math.min(asked, policy.maxTtlSeconds);
}

function storageRule(headers: readonly HeaderLine[], now: number) {
	const values = (name: string) =>
		headers.filter(([spelled]) => spelled.toLowerCase() === name).map(([, value]) => value);
	const directives = new Map(
		values("cache-control")
			.flatMap((value) => value.toLowerCase().split(","))
			.map((directive) => {
				const [name = "", value = ""] = directive.trim().split("=");
				return [name, value.replaceAll('"', "")] as const;
			}),
	);
	const age = directives.get("s-maxage") ?? directives.get("max-age");
	const [expires] = values("expires");
	const fromExpires = expires === undefined ? undefined : Math.max(0, (Date.parse(expires) - now) / 1_000 || 0);
	return {
		forbidden: ["no-store", "no-cache", "private"].some((name) => directives.has(name)),
		seconds: age !== undefined && /^\d+$/.test(age) ? Number(age) : fromExpires,
		staleSeconds: Number(/^\d+$/.exec(directives.get("stale-while-revalidate") ?? "")?.[0] ?? 0),
	};
}
