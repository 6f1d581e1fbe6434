/**
 * What SQS and its Lambda poller allow, by name, with the unit in it.
 * Messages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 * Queues: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
 * Mapping: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export const sqsLimits = {
	/** Body and attributes of one message, and of a whole batch request. */
	messageBytes: 1_048_576,
	attributesPerMessage: 10,
	entriesPerBatch: 10,
	delaySeconds: 900,
	visibilitySeconds: 43_200,
	waitSeconds: 20,
	messagesPerReceive: 10,
	retentionSeconds: { min: 60, max: 1_209_600, default: 345_600 },
	/** Beyond it a queue gives out nothing more. */
	inFlightMessages: 120_000,
	receivesBeforeDeadLetter: 1_000,
	purgeEverySeconds: 60,
	mapping: {
		batchSize: 10_000,
		/** Above this a batching window must be set. */
		batchSizeWithoutWindow: 10,
		windowSeconds: 300,
		concurrency: { min: 2, max: 1_000 },
		/** Concurrent batches that a mapping starts with (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). */
		startingConcurrency: 5,
		/** Payload of one synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
		payloadBytes: 6_291_456,
	},
} as const;
