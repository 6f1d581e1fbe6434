import type { BucketQuota } from "../aws/token-buckets.ts";

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
