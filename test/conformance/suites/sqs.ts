import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import {
	ChangeMessageVisibilityBatchCommand,
	ChangeMessageVisibilityCommand,
	DeleteMessageBatchCommand,
	DeleteMessageCommand,
	GetQueueAttributesCommand,
	GetQueueUrlCommand,
	ListQueuesCommand,
	PurgeQueueCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { type Check, eventually, refused, type Suite } from "../check.ts";
import { aQueue, received } from "./sqs-queue.ts";

const api = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference";
const guide = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide";

const checks: readonly Check[] = [
	{
		name: "a message comes as it was sent, with its attributes and digests, until it is deleted",
		operations: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
		source: `${api}/API_ReceiveMessage.html`,
		async run(stage) {
			const { QueueUrl, receive, counts } = await aQueue(stage);
			const MessageBody = '{"text": "ä \\u0001"}';
			const MessageAttributes = { kind: { DataType: "String", StringValue: "claim" } };
			const sent = await stage.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
			assert.equal(sent.MD5OfMessageBody, createHash("md5").update(MessageBody).digest("hex"));
			const [message] = await receive({ MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
			assert.deepEqual([message?.MessageId, message?.Body], [sent.MessageId, MessageBody]);
			assert.equal(message?.MessageAttributes?.["kind"]?.StringValue, "claim");
			assert.equal(message?.Attributes?.ApproximateReceiveCount, "1");
			assert.match(message?.Attributes?.SentTimestamp ?? "", /^\d{13}$/);
			await stage.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
			assert.deepEqual(await counts(), ["0", "0"]);
		},
	},
	{
		name: "a message is hidden for its visibility timeout, then comes again and is counted",
		operations: ["sqs:ReceiveMessage"],
		source: `${guide}/sqs-visibility-timeout.html`,
		async run(stage) {
			const { receive, send } = await aQueue(stage, { VisibilityTimeout: "2" });
			await send("a");
			assert.equal((await receive()).length, 1);
			assert.deepEqual(await receive(), []);
			const [again] = await receive({ WaitTimeSeconds: 6, MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
			assert.equal(again?.Attributes?.ApproximateReceiveCount, "2");
		},
	},
	{
		name: "a visibility of 0 gives a message back at once, one by one and in a batch",
		operations: ["sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch"],
		source: `${api}/API_ChangeMessageVisibility.html`,
		async run(stage) {
			const { QueueUrl, receive, send } = await aQueue(stage);
			await send("a");
			const [first] = await receive();
			const back = { QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 };
			await stage.clients.sqs.send(new ChangeMessageVisibilityCommand(back));
			const [second] = await receive();
			const Entries = [{ Id: "x", ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }];
			const changed = await stage.clients.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
			assert.deepEqual(
				changed.Successful?.map(({ Id }) => Id),
				["x"],
			);
			assert.equal((await receive()).length, 1);
		},
	},
	{
		name: "what was received too often goes to the dead-letter queue",
		operations: ["sqs:ReceiveMessage", "sqs:SendMessage"],
		source: `${guide}/sqs-dead-letter-queues.html`,
		async run(stage) {
			const dead = await aQueue(stage);
			const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
			const { receive, send } = await aQueue(stage, { RedrivePolicy, VisibilityTimeout: "1" });
			await send("poison");
			for (let times = 0; times < 2; times++) assert.equal((await receive({ WaitTimeSeconds: 5 })).length, 1);
			const [given] = await eventually("the message is given up", async () => {
				assert.deepEqual(await receive(), []);
				const found = await dead.receive();
				return found.length > 0 ? found : undefined;
			});
			assert.equal(given?.Body, "poison");
		},
	},
	{
		name: "a batch says of each of its entries what became of it",
		operations: ["sqs:SendMessageBatch", "sqs:DeleteMessageBatch"],
		source: `${api}/API_SendMessageBatch.html`,
		async run(stage) {
			const { QueueUrl, receive, counts } = await aQueue(stage);
			const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: `body ${Id}` }));
			const sent = await stage.clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
			assert.deepEqual(sent.Successful?.map(({ Id }) => Id).sort(), ["a", "b"]);
			assert.deepEqual(sent.Failed ?? [], []);
			const messages = await received(receive, 2);
			const gone = messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
			const deleted = await stage.clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: gone }));
			assert.deepEqual([deleted.Successful?.length, deleted.Failed?.length ?? 0], [2, 0]);
			assert.deepEqual(await counts(), ["0", "0"]);
		},
	},
	{
		name: "a batch is refused when it is empty, too long, or repeats an id",
		operations: ["sqs:SendMessageBatch"],
		source: `${api}/API_SendMessageBatch.html`,
		async run(stage) {
			const { QueueUrl } = await aQueue(stage);
			const send = (ids: string[]) =>
				stage.clients.sqs.send(
					new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: "x" })) }),
				);
			await refused(send([]), "EmptyBatchRequest");
			await refused(send(["a", "a"]), "BatchEntryIdsNotDistinct");
			await refused(send(Array.from({ length: 11 }, (_, at) => `${at}`)), "TooManyEntriesInBatchRequest");
		},
	},
	{
		name: "a delayed message comes after its delay",
		operations: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:GetQueueAttributes"],
		source: `${guide}/sqs-message-timers.html`,
		async run(stage) {
			const { QueueUrl, receive } = await aQueue(stage);
			await stage.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 2 }));
			assert.deepEqual(await receive(), []);
			const asked = { QueueUrl, AttributeNames: ["ApproximateNumberOfMessagesDelayed" as const] };
			const { Attributes } = await stage.clients.sqs.send(new GetQueueAttributesCommand(asked));
			assert.equal(Attributes?.["ApproximateNumberOfMessagesDelayed"], "1");
			assert.equal((await receive({ WaitTimeSeconds: 6 }))[0]?.Body, "later");
		},
	},
	{
		name: "a long poll answers as soon as a message comes",
		operations: ["sqs:ReceiveMessage"],
		source: `${guide}/sqs-short-and-long-polling.html`,
		async run(stage) {
			const { receive, send } = await aQueue(stage);
			const startedAt = Date.now();
			const waiting = receive({ WaitTimeSeconds: 15 });
			await new Promise((resolve) => setTimeout(resolve, 300));
			await send("a");
			assert.equal((await waiting).length, 1);
			assert(Date.now() - startedAt < 10_000, "the poll went on although a message was there");
		},
	},
	{
		name: "a queue is found by name and by prefix, and tells its attributes",
		operations: ["sqs:GetQueueUrl", "sqs:ListQueues", "sqs:GetQueueAttributes"],
		source: `${api}/API_GetQueueAttributes.html`,
		async run(stage) {
			const { QueueUrl, arn } = await aQueue(stage, { VisibilityTimeout: "77", MessageRetentionPeriod: "3600" });
			const QueueName = arn.slice(arn.lastIndexOf(":") + 1);
			const found = await stage.clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
			assert.equal(found.QueueUrl, QueueUrl);
			const listed = await stage.clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }));
			assert.deepEqual(listed.QueueUrls, [QueueUrl]);
			const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
			const { Attributes } = await stage.clients.sqs.send(asked);
			assert.deepEqual([Attributes?.["QueueArn"], Attributes?.["VisibilityTimeout"]], [arn, "77"]);
			assert.deepEqual([Attributes?.["MessageRetentionPeriod"], Attributes?.["DelaySeconds"]], ["3600", "0"]);
		},
	},
	{
		name: "a queue that is not there is refused with QueueDoesNotExist",
		operations: ["sqs:GetQueueUrl", "sqs:SendMessage"],
		source: `${api}/API_GetQueueUrl.html`,
		async run(stage) {
			const { QueueUrl } = await aQueue(stage);
			const QueueName = stage.unique("nothing");
			await refused(stage.clients.sqs.send(new GetQueueUrlCommand({ QueueName })), "QueueDoesNotExist");
			const there = QueueUrl.replace(/[^/]+$/, QueueName);
			const sent = stage.clients.sqs.send(new SendMessageCommand({ QueueUrl: there, MessageBody: "x" }));
			await refused(sent, "QueueDoesNotExist");
		},
	},
	{
		name: "a receipt handle that is none is refused with ReceiptHandleIsInvalid",
		operations: ["sqs:DeleteMessage"],
		source: `${api}/API_DeleteMessage.html`,
		async run(stage) {
			const { QueueUrl } = await aQueue(stage);
			const gone = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "no handle at all" });
			await refused(stage.clients.sqs.send(gone), "ReceiptHandleIsInvalid");
		},
	},
	{
		name: "a purge takes everything, and is not repeated within a minute",
		operations: ["sqs:PurgeQueue"],
		source: `${api}/API_PurgeQueue.html`,
		async run(stage) {
			const { QueueUrl, send, counts } = await aQueue(stage);
			await send("a");
			await stage.clients.sqs.send(new PurgeQueueCommand({ QueueUrl }));
			assert.deepEqual(await counts(), ["0", "0"]);
			await refused(stage.clients.sqs.send(new PurgeQueueCommand({ QueueUrl })), "PurgeQueueInProgress");
		},
	},
];

/** Standard queues of SQS. */
export const sqs: Suite = { service: "sqs", checks };
