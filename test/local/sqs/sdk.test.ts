import {
	DeleteMessageBatchCommand,
	GetQueueUrlCommand,
	QueueDoesNotExist,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
	SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realClock } from "../../../local/clock.ts";
import { createSqs, type Sqs } from "../../../local/sqs/sqs.ts";
import { openStore } from "../../../local/store.ts";
import { serveJson } from "../dynamodb/json-endpoint.ts";
import { home } from "./a-queue.ts";

describe("the SDK's client on the embedded SQS", () => {
	let sqs: Sqs;
	let server: Awaited<ReturnType<typeof serveJson>>;
	let client: SQSClient;
	let QueueUrl: string;
	beforeAll(async () => {
		sqs = createSqs({ store: openStore(":memory:"), clock: realClock, caller: home, endpoint: () => server.url });
		server = await serveJson(sqs.service);
		QueueUrl = sqs.createQueue({}, "work").url;
		const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "secret" };
		client = new SQSClient({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
	});
	afterAll(() => {
		client.destroy();
		sqs.close();
		server.close();
	});

	it("sends, receives with attributes, and deletes; every digest that it checks is right", async () => {
		expect((await client.send(new GetQueueUrlCommand({ QueueName: "work" }))).QueueUrl).toBe(QueueUrl);
		const MessageAttributes = { origin: { DataType: "String", StringValue: "acmé" } };
		await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "häßlich €", MessageAttributes }));
		await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "b", MessageBody: "second" }] }));
		const { Messages = [] } = await client.send(
			new ReceiveMessageCommand({
				QueueUrl,
				MaxNumberOfMessages: 10,
				WaitTimeSeconds: 1,
				MessageSystemAttributeNames: ["ApproximateReceiveCount"],
				MessageAttributeNames: ["All"],
			}),
		);
		expect(Messages).toMatchObject([
			{ Body: "häßlich €", Attributes: { ApproximateReceiveCount: "1" }, MessageAttributes },
			{ Body: "second" },
		]);
		const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
		const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
		expect(deleted.Successful).toHaveLength(2);
		expect(sqs.depth()).toEqual([{ queueName: "work", visible: 0, inFlight: 0, delayed: 0 }]);
	});

	it("is answered in the middle of a long poll", async () => {
		const polling = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
		await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "at last" }));
		expect((await polling).Messages).toMatchObject([{ Body: "at last" }]);
	});

	it("gets its own error class, and the code of the older protocol", async () => {
		const error = await client
			.send(new GetQueueUrlCommand({ QueueName: "nowhere" }))
			.catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(QueueDoesNotExist);
		expect(error).toMatchObject({ Code: "AWS.SimpleQueueService.NonExistentQueue", Type: "Sender" });
	});

	it("computes the digest of attributes as AWS does", async () => {
		const sent = await client.send(
			new SendMessageCommand({
				QueueUrl,
				MessageBody: "x",
				MessageAttributes: {
					n: { DataType: "Number", StringValue: "1" },
					b: { DataType: "Binary", BinaryValue: Buffer.of(1) },
				},
			}),
		);
		expect(sent.MD5OfMessageAttributes).toBe("315c54c1a2c45b01fd108f43e91179e3");
	});
});
