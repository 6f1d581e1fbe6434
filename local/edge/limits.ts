const guide = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";

/** What CloudFront and Lambda@Edge bound, as published. Bytes, milliseconds and seconds as the names say. */
export const edgeLimits = {
	/** URL with its query; longer: 414. */
	urlBytes: { value: 8_192, source: `${guide}/cloudfront-limits.html` },
	/** Request line and headers, without the body. */
	requestHeadBytes: { value: 20_480, source: `${guide}/cloudfront-limits.html#limits-general` },
	/** An answer that a function generates, headers and body, by trigger. */
	generatedAnswerBytes: {
		"viewer-request": 40_960,
		"origin-request": 1_048_576,
		"origin-response": 1_048_576,
		"viewer-response": 40_960,
		source: `${guide}/cloudfront-limits.html#limits-lambda-at-edge`,
	},
	/** A request's body that a function sets, as it says it; longer is cut off there. */
	replacedBodyBytes: {
		text: { "viewer-request": 40_960, "origin-request": 1_048_576 },
		base64: { "viewer-request": 54_476, "origin-request": 1_394_606 },
		source: `${guide}/lambda-at-edge-function-restrictions.html#lambda-at-edge-restrictions-request-body`,
	},
	/** Custom headers of an origin: how many, characters of a name, of a value, of all. */
	customHeaders: { value: 30, source: `${guide}/cloudfront-limits.html#limits-custom-headers` },
	customHeaderName: { value: 256, source: `${guide}/cloudfront-limits.html#limits-custom-headers` },
	customHeaderValue: { value: 1_783, source: `${guide}/cloudfront-limits.html#limits-custom-headers` },
	customHeadersTotal: { value: 10_240, source: `${guide}/cloudfront-limits.html#limits-custom-headers` },
	/** A function with what it includes, packed. */
	functionBytes: { value: 52_428_800, source: `${guide}/cloudfront-limits.html#limits-lambda-at-edge` },
	/** How long a function may run. */
	functionMs: { value: 30_000, source: `${guide}/cloudfront-limits.html#limits-lambda-at-edge` },
	/** Error Caching Minimum TTL where the distribution says nothing. */
	errorTtlSeconds: { value: 10, source: `${guide}/custom-error-pages-expiration.html` },
	/** CloudFront delivers its log some times an hour; nobody at a laptop waits for that. */
	logDeliveryMs: { value: 5_000, source: "ours: soon enough to look" },
	originDomainCharacters: { value: 253, source: `${guide}/lambda-event-structure.html` },
	bucketDomainCharacters: { value: 128, source: `${guide}/lambda-event-structure.html` },
	originPathCharacters: { value: 255, source: `${guide}/lambda-event-structure.html` },
	/** Ours: CloudFront keeps far larger objects; a laptop need not. A longer body passes through and is not kept. */
	cachedBodyBytes: { value: 4_194_304, source: "ours: bounds the memory of the local edge" },
	cachedObjects: { value: 2_000, source: "ours: bounds the memory of the local edge" },
} as const;
