import { z } from "zod";
import { AwsError, type Caller, type JsonService } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { eachEntry, entries } from "./batches.ts";
import { parseInput, queueDoesNotExist } from "./errors.ts";
import { sqsLimits } from "./limits.ts";
import { incoming, outgoing, send, sizeOf } from "./messages.ts";
import { type Queue, queueArn } from "./queue-settings.ts";
import type { QueueStore, Receive, ReceivedMessage } from "./queue-store.ts";

const inQueue = { QueueUrl: z.string() };
const receiptOf = { ReceiptHandle: z.string() };
const visibility = { VisibilityTimeout: z.number().int().min(0).max(sqsLimits.visibilitySeconds) };
const names = z.array(z.string()).default([]);

const requests = {
	inQueue: z.object(inQueue),
	send: outgoing.extend(inQueue),
	sendBatch: z.object({ ...inQueue, Entries: entries(outgoing.shape) }),
	receive: z.object({
		...inQueue,
		MaxNumberOfMessages: z.number().int().min(1).max(sqsLimits.messagesPerReceive).default(1),
		VisibilityTimeout: visibility.VisibilityTimeout.optional(),
		WaitTimeSeconds: z.number().int().min(0).max(sqsLimits.waitSeconds).optional(),
		/** The older name of MessageSystemAttributeNames. */
		AttributeNames: names,
		MessageSystemAttributeNames: names,
		MessageAttributeNames: names,
	}),
	delete: z.object({ ...inQueue, ...receiptOf }),
	deleteBatch: z.object({ ...inQueue, Entries: entries(receiptOf) }),
	changeVisibility: z.object({ ...inQueue, ...receiptOf, ...visibility }),
	changeVisibilityBatch: z.object({ ...inQueue, Entries: entries({ ...receiptOf, ...visibility }) }),
	queueUrl: z.object({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
	attributes: z.object({ ...inQueue, AttributeNames: names }),
	list: z.object({ QueueNamePrefix: z.string().default("") }),
};

export interface Operations {
	queues: QueueStore;
	clock: Clock;
	/** Answers with what is there, or as soon as something is, at most `waitSeconds` later. */
	receive(queue: Queue, receive: Receive, waitSeconds: number): Promise<ReceivedMessage[]>;
	urlOf(queue: Queue): string;
}

/** The operations of the AmazonSQS target that are emulated. */
export function sqsOperations({ queues, clock, receive, urlOf }: Operations): JsonService["operations"] {
	const purgedAtMs = new Map<string, number>();
	/** Parses the input and finds its queue: among the caller's, as the URL's last two segments name it. */
	const onQueue =
		<Input extends { QueueUrl: string }>(
			schema: z.ZodType<Input>,
			act: (queue: Queue, input: Input, caller: Caller) => unknown,
		) =>
		(input: unknown, caller: Caller) => {
			const request = parseInput(schema, input);
			const [accountId = "", name = ""] = request.QueueUrl.split("/").slice(-2);
			const queue = accountId === caller.accountId ? queues.find(queueArn(caller.region, accountId, name)) : undefined;
			if (!queue) throw queueDoesNotExist();
			return act(queue, request, caller);
		};

	return {
		SendMessage: onQueue(requests.send, (queue, message, caller) => send(queues, queue, message, caller.accountId)),
		SendMessageBatch: onQueue(requests.sendBatch, (queue, { Entries }, caller) => {
			if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > sqsLimits.messageBytes)
				throw new AwsError(
					"BatchRequestTooLong",
					`Batch requests cannot be longer than ${sqsLimits.messageBytes} bytes.`,
				);
			return eachEntry(Entries, (entry) => send(queues, queue, entry, caller.accountId));
		}),
		ReceiveMessage: onQueue(requests.receive, async (queue, input) => {
			const wanted = { max: input.MaxNumberOfMessages, visibilitySeconds: input.VisibilityTimeout };
			const waitSeconds = input.WaitTimeSeconds ?? queue.settings.ReceiveMessageWaitTimeSeconds;
			const messages = await receive(queue, wanted, waitSeconds);
			const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
			const Messages = messages.map((message) => incoming(message, system, input.MessageAttributeNames));
			return Messages.length > 0 ? { Messages } : {};
		}),
		DeleteMessage: onQueue(requests.delete, ({ arn }, { ReceiptHandle }) => queues.remove(arn, ReceiptHandle)),
		DeleteMessageBatch: onQueue(requests.deleteBatch, ({ arn }, { Entries }) =>
			eachEntry(Entries, ({ ReceiptHandle }) => {
				queues.remove(arn, ReceiptHandle);
				return {};
			}),
		),
		ChangeMessageVisibility: onQueue(requests.changeVisibility, ({ arn }, { ReceiptHandle, VisibilityTimeout }) =>
			queues.changeVisibility(arn, ReceiptHandle, VisibilityTimeout),
		),
		ChangeMessageVisibilityBatch: onQueue(requests.changeVisibilityBatch, ({ arn }, { Entries }) =>
			eachEntry(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
				queues.changeVisibility(arn, ReceiptHandle, VisibilityTimeout);
				return {};
			}),
		),
		PurgeQueue: onQueue(requests.inQueue, ({ arn, name }) => {
			const since = clock.now() - (purgedAtMs.get(arn) ?? Number.NEGATIVE_INFINITY);
			if (since < sqsLimits.purgeEverySeconds * 1000)
				throw new AwsError(
					"PurgeQueueInProgress",
					`Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
					403,
				);
			purgedAtMs.set(arn, clock.now());
			queues.purge(arn);
		}),
		GetQueueUrl(input, caller) {
			const { QueueName, QueueOwnerAWSAccountId: owner = caller.accountId } = parseInput(requests.queueUrl, input);
			const queue = owner === caller.accountId ? queues.find(queueArn(caller.region, owner, QueueName)) : undefined;
			if (!queue) throw queueDoesNotExist();
			return { QueueUrl: urlOf(queue) };
		},
		GetQueueAttributes: onQueue(requests.attributes, (queue, { AttributeNames: wanted }) => {
			const all = Object.entries(queueAttributes(queue, queues));
			const Attributes = Object.fromEntries(all.filter(([name]) => wanted.includes("All") || wanted.includes(name)));
			return Object.keys(Attributes).length > 0 ? { Attributes } : {};
		}),
		ListQueues(input, { accountId, region }) {
			const { QueueNamePrefix: prefix } = parseInput(requests.list, input);
			const listed = queues
				.all()
				.filter((queue) => queue.accountId === accountId && queue.region === region && queue.name.startsWith(prefix));
			return listed.length > 0 ? { QueueUrls: listed.map(urlOf) } : {};
		},
	};
}

function queueAttributes(queue: Queue, queues: QueueStore): Record<string, string> {
	const { settings } = queue;
	const depth = queues.depth(queue);
	return {
		QueueArn: queue.arn,
		ApproximateNumberOfMessages: `${depth.visible}`,
		ApproximateNumberOfMessagesNotVisible: `${depth.inFlight}`,
		ApproximateNumberOfMessagesDelayed: `${depth.delayed}`,
		CreatedTimestamp: `${Math.floor(queue.createdAtMs / 1000)}`,
		LastModifiedTimestamp: `${Math.floor(queue.modifiedAtMs / 1000)}`,
		DelaySeconds: `${settings.DelaySeconds}`,
		MaximumMessageSize: `${settings.MaximumMessageSize}`,
		MessageRetentionPeriod: `${settings.MessageRetentionPeriod}`,
		ReceiveMessageWaitTimeSeconds: `${settings.ReceiveMessageWaitTimeSeconds}`,
		VisibilityTimeout: `${settings.VisibilityTimeout}`,
		...(settings.RedrivePolicy && { RedrivePolicy: JSON.stringify(settings.RedrivePolicy) }),
	};
}
