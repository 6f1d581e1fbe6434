/** How long a client waits: the SDK repeats throttles and faults by itself, with jitter, and gives up a silent endpoint. */
export interface Patience {
	maxAttempts: number;
	requestHandler: {
		connectionTimeout: number;
		requestTimeout: number;
		socketTimeout: number;
		throwOnRequestTimeout: boolean;
	};
}

/**
 * `tries` calls of at most `tryMs`. A time-out counts from the first byte that is sent to the answer's head; an answer that stops
 * half-way is silent for as long. Without `throwOnRequestTimeout` the SDK would only log it
 * (https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-node-http-handler/Interface/NodeHttpHandlerOptions/).
 */
function patience(tries: number, tryMs: number): Patience {
	return {
		maxAttempts: tries,
		requestHandler: {
			connectionTimeout: 500,
			requestTimeout: tryMs,
			socketTimeout: tryMs,
			throwOnRequestTimeout: true,
		},
	};
}

/** For nearly every call: gives up so early that its function still answers by itself, and is not cut off by Lambda. */
export const clientDefaults = patience(3, 2_000);

/** For Route 53, which works for seconds on a batch of hundreds of records; asking again too early only spends its limits. */
export const route53Patience = patience(2, 6_000);

/** For what somebody else does again if it does not come through: nobody is to wait for it. */
export const hastyPatience = patience(1, 1_000);

/**
 * The longest that a call lasts (ms): all tries run into their time-out, after the SDK's longest pauses. Those are 500 ms after a
 * throttle, doubled each time (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
export function longestCallMs({ maxAttempts, requestHandler }: Patience): number {
	return maxAttempts * requestHandler.requestTimeout + 500 * (2 ** (maxAttempts - 1) - 1);
}
