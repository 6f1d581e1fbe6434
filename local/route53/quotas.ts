import type { Clock } from "../clock.ts";

/** A token bucket: at most `burst` tokens at once, `perSecond` come back. */
export interface BucketQuota {
	burst: number;
	perSecond: number;
}

/** What Route 53 publishes per account. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export interface Route53Quotas {
	/** All actions together. */
	requests: BucketQuota;
	/** CreateHostedZone, on top of `requests`. */
	zoneCreations: BucketQuota;
	/** Record set changes: CREATE and DELETE cost 1, UPSERT 2. */
	changes: BucketQuota;
	/** ResourceRecord elements in one batch, an alias counting as one; UPSERT counts twice. */
	elementsPerBatch: number;
	/** Characters in the Value elements of one batch; UPSERT counts twice. */
	charactersPerBatch: number;
	recordsPerSet: number;
	recordSetsPerZone: number;
	zonesPerAccount: number;
}

/** The values as of 2026. */
export const publishedQuotas: Route53Quotas = {
	requests: { burst: 50, perSecond: 10 },
	zoneCreations: { burst: 40, perSecond: 2 },
	changes: { burst: 1_500, perSecond: 100 },
	elementsPerBatch: 1_000,
	charactersPerBatch: 32_000,
	recordsPerSet: 400,
	recordSetsPerZone: 10_000,
	zonesPerAccount: 500,
};

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
