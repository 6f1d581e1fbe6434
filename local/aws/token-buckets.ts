import type { Clock } from "../clock.ts";

/** A token bucket: at most `burst` tokens at once, `perSecond` come back. */
export interface BucketQuota {
	burst: number;
	perSecond: number;
}

/** The buckets of one account and one quota. A new process begins with full ones. */
export interface TokenBuckets {
	/** Takes `cost` tokens of the account's bucket, or none and answers false. */
	take(accountId: string, cost: number): boolean;
}

export function tokenBuckets(clock: Clock, { burst, perSecond }: BucketQuota): TokenBuckets {
	const buckets = new Map<string, { tokens: number; atMs: number }>();
	return {
		take(accountId, cost) {
			const now = clock.now();
			const bucket = buckets.get(accountId) ?? { tokens: burst, atMs: now };
			const tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1_000) * perSecond);
			const enough = tokens >= cost;
			buckets.set(accountId, { tokens: enough ? tokens - cost : tokens, atMs: now });
			return enough;
		},
	};
}
