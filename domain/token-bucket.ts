/** A published rate limit: `burst` at once, `perSecond` for ever. */
export interface BucketLimit {
	burst: number;
	perSecond: number;
}

/** What is left of a bucket at a moment (epoch ms). */
export interface Bucket {
	tokens: number;
	atMs: number;
}

export function fullBucket(limit: BucketLimit, nowMs: number): Bucket {
	return { tokens: limit.burst, atMs: nowMs };
}

/** The bucket as it stands at `nowMs`. */
export function refilled(bucket: Bucket, limit: BucketLimit, nowMs: number): Bucket {
	const elapsedSeconds = Math.max(0, nowMs - bucket.atMs) / 1000;
	return {
		tokens: Math.min(limit.burst, bucket.tokens + elapsedSeconds * limit.perSecond),
		atMs: Math.max(nowMs, bucket.atMs),
	};
}

/** Milliseconds until `cost` tokens are there; 0 when they are. A cost above the burst waits for the full bucket. */
export function waitForMs(bucket: Bucket, limit: BucketLimit, cost: number): number {
	const missing = Math.min(cost, limit.burst) - bucket.tokens;
	return missing <= 0 ? 0 : Math.ceil((missing / limit.perSecond) * 1000);
}

/** The bucket after `cost` tokens were taken; may go below zero, which later takers wait off. */
export function spent(bucket: Bucket, cost: number): Bucket {
	return { ...bucket, tokens: bucket.tokens - cost };
}
