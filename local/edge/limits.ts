const guide = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";

/** What CloudFront and Lambda@Edge bound, as published. Bytes, milliseconds and seconds as the names say. */
export const edgeLimits = {
	/** URL with its query; longer: 414. */
	urlBytes: { value: 8_192, source: `${guide}/cloudfront-limits.html` },
	/** An answer that an origin-request function generates, headers and body. */
	generatedAnswerBytes: { value: 1_048_576, source: `${guide}/cloudfront-limits.html#limits-lambda-at-edge` },
	/** How long an origin-request function may run. */
	functionMs: { value: 30_000, source: `${guide}/cloudfront-limits.html#limits-lambda-at-edge` },
	/** Error Caching Minimum TTL where the distribution says nothing. */
	errorTtlSeconds: { value: 10, source: `${guide}/custom-error-pages-expiration.html` },
	/** CloudFront delivers its log some times an hour; nobody at a laptop waits for that. */
	logDeliveryMs: { value: 5_000, source: "ours: soon enough to look" },
	originDomainCharacters: { value: 253, source: `${guide}/lambda-event-structure.html` },
	originPathCharacters: { value: 255, source: `${guide}/lambda-event-structure.html` },
	/** Ours: CloudFront keeps far larger objects; a laptop need not. A longer body passes through and is not kept. */
	cachedBodyBytes: { value: 4_194_304, source: "ours: bounds the memory of the local edge" },
	cachedObjects: { value: 2_000, source: "ours: bounds the memory of the local edge" },
} as const;
