/**
 * How every AWS client of the workflow calls: the SDK repeats throttles and faults by itself (4 tries in all, with jitter), and a
 * silent endpoint is given up after seconds. Without `throwOnRequestTimeout` the SDK would only log it
 * (https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-node-http-handler/Interface/NodeHttpHandlerOptions/).
 */
export const clientDefaults = {
	maxAttempts: 4,
	requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
