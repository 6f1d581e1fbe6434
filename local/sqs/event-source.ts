import { z } from "zod";
import type { InvokeFunction, InvokeResult } from "../aws/service.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Arrivals } from "./arrivals.ts";
import { sqsLimits } from "./limits.ts";
import { type MessageAttributes, md5OfAttributes } from "./message-attributes.ts";
import { md5, systemAttributes } from "./messages.ts";
import type { Queue } from "./queue-settings.ts";
import type { QueueStore, ReceivedMessage } from "./queue-store.ts";

const limits = sqsLimits.mapping;

/** Properties of AWS::Lambda::EventSourceMapping that change what a mapping of a standard queue does. */
export const mappingProperties = z
	.looseObject({
		BatchSize: z.number().int().min(1).max(limits.batchSize).default(10),
		Enabled: z.boolean().default(true),
		FilterCriteria: z.undefined("event filters are not emulated").optional(),
		FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
		MaximumBatchingWindowInSeconds: z.number().int().min(0).max(limits.windowSeconds).default(0),
		ScalingConfig: z
			.object({ MaximumConcurrency: z.number().int().min(limits.concurrency.min).max(limits.concurrency.max) })
			.optional(),
	})
	.refine(
		({ BatchSize, MaximumBatchingWindowInSeconds: window }) => BatchSize <= limits.batchSizeWithoutWindow || window > 0,
		"Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
	);
type MappingSettings = z.infer<typeof mappingProperties>;

export interface EventSource {
	queues: QueueStore;
	arrivals: Arrivals;
	clock: Clock;
	queue: Queue;
	functionArn: string;
	settings: MappingSettings;
	invoke: InvokeFunction;
}

/**
 * Feeds a function from a queue until it is cancelled: gathers a batch, invokes, deletes what succeeded. What failed stays in flight
 * until its visibility timeout has passed. Sleeps until a message arrives. A batch under way when it is cancelled deletes nothing.
 */
export function runEventSource({ queues, arrivals, clock, queue, functionArn, settings, invoke }: EventSource): Cancel {
	const concurrency = settings.ScalingConfig?.MaximumConcurrency ?? limits.startingConcurrency;
	const windowMs = settings.MaximumBatchingWindowInSeconds * 1000;
	// One more message, however long, still fits the payload.
	const roomyBytes = limits.payloadBytes - sqsLimits.messageBytes;
	let running = true;
	let active = 0;
	let batch: ReceivedMessage[] = [];
	let endWindow: Cancel | undefined;

	const deliver = async (messages: ReceivedMessage[]) => {
		active++;
		// A function that cannot be invoked fails its batch, as when Lambda throttles it.
		const result = await invoke(functionArn, sqsEvent(messages, queue, settings)).catch(() => undefined);
		active--;
		if (!running) return;
		const failed = failedIds(messages, result, settings);
		for (const { id, receipt } of messages) if (!failed.has(id)) queues.remove(queue.arn, receipt);
		gather();
	};
	const dispatch = () => {
		endWindow?.();
		endWindow = undefined;
		const messages = batch;
		batch = [];
		void deliver(messages);
	};
	const gather = () => {
		while (running && active < concurrency) {
			const bytes = batch.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
			const max = Math.min(settings.BatchSize - batch.length, sqsLimits.messagesPerReceive);
			const messages = queues.receive(queue, { max, maxBytes: roomyBytes - bytes });
			if (messages.length === 0) return;
			batch.push(...messages);
			const isFull = batch.length === settings.BatchSize || bytes + bytesOf(messages) >= roomyBytes;
			if (windowMs === 0 || isFull) dispatch();
			else endWindow ??= clock.at(clock.now() + windowMs, dispatch);
		}
	};
	const stopListening = arrivals.listen(queue.arn, gather);
	return () => {
		running = false;
		stopListening();
		endWindow?.();
	};
}

const bytesOf = (messages: ReceivedMessage[]) => messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);

const batchResponse = z.object({
	batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * Which messages of a batch failed. All of them if the function threw, or if what it reports names anything but messages of the batch;
 * none if it reports nothing (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting-conditions).
 */
export function failedIds(
	messages: readonly { id: string }[],
	result: InvokeResult | undefined,
	{ FunctionResponseTypes }: Pick<MappingSettings, "FunctionResponseTypes">,
): Set<string> {
	const all = new Set(messages.map(({ id }) => id));
	if (!result?.ok) return all;
	if (FunctionResponseTypes.length === 0 || result.payload === null || result.payload === undefined) return new Set();
	const response = batchResponse.safeParse(result.payload);
	if (!response.success) return all;
	const reported = (response.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
	return reported.every((id) => all.has(id)) ? new Set(reported) : all;
}

/** The event that Lambda makes of a batch (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). */
function sqsEvent(
	messages: ReceivedMessage[],
	queue: Queue,
	{ MaximumBatchingWindowInSeconds: window }: MappingSettings,
) {
	return {
		Records: messages.map((message) => {
			const digest = md5OfAttributes(message.attributes);
			return {
				messageId: message.id,
				receiptHandle: message.receipt,
				body: message.body,
				attributes: systemAttributes(message),
				messageAttributes: attributesInEvent(message.attributes),
				// Without attributes AWS leaves it out, but writes null when the mapping has a batching window (as recorded in 2025).
				...(digest !== undefined ? { md5OfMessageAttributes: digest } : window > 0 && { md5OfMessageAttributes: null }),
				md5OfBody: md5(message.body),
				eventSource: "aws:sqs",
				eventSourceARN: queue.arn,
				awsRegion: queue.region,
			};
		}),
	};
}

function attributesInEvent(attributes: MessageAttributes): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
			name,
			{
				...(StringValue !== undefined && { stringValue: StringValue }),
				...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
				stringListValues: [],
				binaryListValues: [],
				dataType: DataType,
			},
		]),
	);
}
