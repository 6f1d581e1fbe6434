import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../../local/store.ts";
import { aClock, aQueue, redriveTo } from "./a-queue.ts";

describe("a message", () => {
	it("is hidden while someone works on it, comes back after the visibility timeout, and ends when it is deleted", async () => {
		const queue = aQueue({ VisibilityTimeout: 30 });
		await queue.send("work");
		const [first] = await queue.receive();
		expect(first).toMatchObject({
			Body: "work",
			Attributes: { ApproximateReceiveCount: "1", SenderId: "222222222222" },
		});
		await queue.clock.advance(29_999);
		expect(await queue.receive()).toEqual([]);
		await queue.clock.advance(1);
		const [second] = await queue.receive();
		expect(second).toMatchObject({
			MessageId: first?.MessageId,
			Attributes: {
				ApproximateReceiveCount: "2",
				ApproximateFirstReceiveTimestamp: first?.Attributes["ApproximateFirstReceiveTimestamp"],
			},
		});
		await queue.call("DeleteMessage", { ReceiptHandle: second?.ReceiptHandle });
		await queue.clock.advance(60_000);
		expect(await queue.receive()).toEqual([]);
	});

	it("is not deleted by the handle of an earlier receipt", async () => {
		const queue = aQueue({ VisibilityTimeout: 0 });
		await queue.send("work");
		const [first] = await queue.receive();
		const [second] = await queue.receive();
		await queue.call("DeleteMessage", { ReceiptHandle: first?.ReceiptHandle });
		expect(queue.depth()).toMatchObject({ visible: 1 });
		await queue.call("DeleteMessage", { ReceiptHandle: second?.ReceiptHandle });
		await queue.call("DeleteMessage", { ReceiptHandle: second?.ReceiptHandle });
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});

	it("waits out its delay, or the queue's", async () => {
		const queue = aQueue({ DelaySeconds: 5 });
		await queue.send("queue's");
		await queue.send("own", { DelaySeconds: 900 });
		await queue.send("none", { DelaySeconds: 0 });
		expect(queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 2 });
		expect(await queue.bodies()).toEqual(["none"]);
		await queue.clock.advance(5_000);
		expect(await queue.bodies()).toEqual(["queue's"]);
		await queue.clock.advance(894_999);
		expect((await queue.bodies()).includes("own")).toBe(false);
		await queue.clock.advance(1);
		expect(await queue.bodies({ VisibilityTimeout: 0 })).toContain("own");
	});

	it("is kept no longer than the retention period", async () => {
		const queue = aQueue({ MessageRetentionPeriod: 60 });
		await queue.send("old");
		await queue.clock.advance(60_000);
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
		expect(await queue.receive()).toEqual([]);
	});

	it("may be given back at once or held longer", async () => {
		const queue = aQueue();
		await queue.send("work");
		const [message] = await queue.receive();
		const ReceiptHandle = message?.ReceiptHandle;
		await queue.call("ChangeMessageVisibility", { ReceiptHandle, VisibilityTimeout: 60 });
		await queue.clock.advance(59_999);
		expect(await queue.receive()).toEqual([]);
		await queue.call("ChangeMessageVisibility", { ReceiptHandle, VisibilityTimeout: 0 });
		const late = await queue.refusal("ChangeMessageVisibility", { ReceiptHandle, VisibilityTimeout: 0 });
		expect(late.name).toBe("MessageNotInflight");
		expect(await queue.bodies()).toEqual(["work"]);
	});

	it("goes to the dead-letter queue once it has been received too often", async () => {
		const queue = aQueue();
		queue.sqs.createQueue({ VisibilityTimeout: 1, ...redriveTo(queue.dead.arn, 2) }, "work");
		const { MessageId } = await queue.send("poison");
		for (const receipt of ["1", "2"]) {
			expect(await queue.receive()).toMatchObject([{ Attributes: { ApproximateReceiveCount: receipt } }]);
			await queue.clock.advance(1_000);
		}
		expect(await queue.receive()).toEqual([]);
		const dead = await queue.receive({ QueueUrl: queue.dead.url });
		expect(dead).toMatchObject([{ MessageId, Body: "poison", Attributes: { DeadLetterQueueSourceArn: queue.arn } }]);
	});
});

describe("long polling", () => {
	it("answers as soon as a message arrives, becomes visible again, or falls due", async () => {
		const queue = aQueue({ VisibilityTimeout: 10, ReceiveMessageWaitTimeSeconds: 20 });
		const cases: [name: string, cause: () => Promise<unknown>, afterMs: number][] = [
			["arrives", () => queue.send("arrives"), 0],
			["arrives", () => Promise.resolve(), 10_000],
			["delayed", () => queue.send("delayed", { DelaySeconds: 3 }), 3_000],
		];
		for (const [body, cause, afterMs] of cases) {
			const answer = queue.bodies();
			let answered = false;
			void answer.then(() => {
				answered = true;
			});
			await queue.clock.advance(0);
			expect(answered).toBe(false);
			await cause();
			await queue.clock.advance(afterMs);
			expect(await answer).toEqual([body]);
		}
	});

	it("gives one message to one of several who wait", async () => {
		const queue = aQueue();
		const waiters = [1, 2, 3].map(() => queue.bodies({ WaitTimeSeconds: 5 }));
		await queue.send("one");
		await queue.clock.advance(5_000);
		expect((await Promise.all(waiters)).flat()).toEqual(["one"]);
	});

	it("ends with nothing when its time is over, or the service closes", async () => {
		const queue = aQueue();
		const patient = queue.receive({ WaitTimeSeconds: 20 });
		const impatient = queue.receive({ WaitTimeSeconds: 1 });
		await queue.clock.advance(1_000);
		expect(await impatient).toEqual([]);
		queue.sqs.close();
		expect(await patient).toEqual([]);
	});
});

describe("a queue", () => {
	it("does each entry of a batch by itself", async () => {
		const queue = aQueue({ MaximumMessageSize: 1024 });
		const sent = await queue.call("SendMessageBatch", {
			Entries: [
				{ Id: "good", MessageBody: "a" },
				{ Id: "long", MessageBody: "x".repeat(1025) },
				{ Id: "odd", MessageBody: "\u0000" },
			],
		});
		expect(sent).toMatchObject({
			Successful: [{ Id: "good", MD5OfMessageBody: "0cc175b9c0f1b6a831c399e269772661" }],
			Failed: [
				{ Id: "long", Code: "InvalidParameterValue", SenderFault: true },
				{ Id: "odd", Code: "InvalidMessageContents", SenderFault: true },
			],
		});
		const [message] = await queue.receive();
		const ReceiptHandle = message?.ReceiptHandle;
		const changed = await queue.call("ChangeMessageVisibilityBatch", {
			Entries: [{ Id: "a", ReceiptHandle, VisibilityTimeout: 5 }],
		});
		expect(changed).toEqual({ Successful: [{ Id: "a" }] });
		const deleted = await queue.call("DeleteMessageBatch", {
			Entries: [
				{ Id: "a", ReceiptHandle },
				{ Id: "b", ReceiptHandle: "nonsense" },
			],
		});
		expect(deleted).toMatchObject({ Successful: [{ Id: "a" }], Failed: [{ Id: "b", Code: "ReceiptHandleIsInvalid" }] });
	});

	it("enforces the published limits", async () => {
		const queue = aQueue();
		const entry = (n: number) => ({ Id: `e${n}`, MessageBody: "x" });
		const refused: [operation: string, input: object, name: string][] = [
			["SendMessage", { MessageBody: "x".repeat(1_048_577) }, "InvalidParameterValue"],
			["SendMessage", { MessageBody: "" }, "MissingParameter"],
			["SendMessage", {}, "MissingParameter"],
			["SendMessage", { MessageBody: "x", DelaySeconds: 901 }, "InvalidParameterValue"],
			["SendMessageBatch", { Entries: [] }, "EmptyBatchRequest"],
			["SendMessageBatch", { Entries: Array.from({ length: 11 }, (_, n) => entry(n)) }, "TooManyEntriesInBatchRequest"],
			["SendMessageBatch", { Entries: [entry(1), entry(1)] }, "BatchEntryIdsNotDistinct"],
			["SendMessageBatch", { Entries: [{ ...entry(1), Id: "not an id" }] }, "InvalidBatchEntryId"],
			[
				"SendMessageBatch",
				{ Entries: [1, 2].map((n) => ({ ...entry(n), MessageBody: "x".repeat(600_000) })) },
				"BatchRequestTooLong",
			],
			["ReceiveMessage", { MaxNumberOfMessages: 11 }, "InvalidParameterValue"],
			["ReceiveMessage", { WaitTimeSeconds: 21 }, "InvalidParameterValue"],
			["DeleteMessage", { ReceiptHandle: "nonsense" }, "ReceiptHandleIsInvalid"],
			["GetQueueUrl", { QueueName: "nowhere" }, "QueueDoesNotExist"],
			["SendMessage", { MessageBody: "x", QueueUrl: "http://127.0.0.1/222222222222/nowhere" }, "QueueDoesNotExist"],
		];
		for (const [operation, input, name] of refused)
			expect((await queue.refusal(operation, input)).name, JSON.stringify(input).slice(0, 80)).toBe(name);
		await queue.send("x".repeat(1_048_576));
		expect(queue.depth()).toMatchObject({ visible: 1 });
		for (const properties of [{ FifoQueue: true }, { DelaySeconds: 901 }, { VisibilityTimeout: 43_201 }])
			expect(() => queue.sqs.createQueue(properties, "odd")).toThrow();
	});

	it("belongs to one account and region", async () => {
		const queue = aQueue();
		for (const caller of [
			{ accountId: "333333333333", region: "us-east-1" },
			{ accountId: "222222222222", region: "eu-west-1" },
		])
			expect((await queue.refusal("SendMessage", { MessageBody: "x" }, caller)).name).toBe("QueueDoesNotExist");
	});

	it("tells its attributes, and is found by its name", async () => {
		const queue = aQueue({ VisibilityTimeout: "60" });
		await queue.send("a");
		expect(
			await queue.call("GetQueueAttributes", { AttributeNames: ["QueueArn", "ApproximateNumberOfMessages"] }),
		).toEqual({
			Attributes: { QueueArn: "arn:aws:sqs:us-east-1:222222222222:work", ApproximateNumberOfMessages: "1" },
		});
		expect(await queue.call("GetQueueAttributes", { AttributeNames: ["All"] })).toMatchObject({
			Attributes: { VisibilityTimeout: "60", MaximumMessageSize: "1048576", MessageRetentionPeriod: "345600" },
		});
		expect(await queue.call("GetQueueAttributes", {})).toEqual({});
		const QueueUrl = "http://127.0.0.1:4567/222222222222/work";
		expect(await queue.call("GetQueueUrl", { QueueName: "work" })).toEqual({ QueueUrl });
		expect(await queue.call("ListQueues", { QueueNamePrefix: "w" })).toEqual({ QueueUrls: [QueueUrl] });
		expect(await queue.call("ListQueues", { QueueNamePrefix: "x" })).toEqual({});
	});

	it("is purged at most once a minute", async () => {
		const queue = aQueue();
		await queue.send("a");
		await queue.call("PurgeQueue", {});
		expect(queue.depth()).toMatchObject({ visible: 0 });
		expect((await queue.refusal("PurgeQueue", {})).name).toBe("PurgeQueueInProgress");
		await queue.clock.advance(60_000);
		await queue.call("PurgeQueue", {});
	});

	it("takes messages from other services, with attributes", async () => {
		const queue = aQueue();
		const { messageId } = queue.sqs.send(queue.arn, "event", { ERROR_CODE: "NO_PERMISSIONS" });
		const answer = await queue.call("ReceiveMessage", { MessageAttributeNames: ["ERROR.*", "ERROR_CODE"] });
		expect(answer).toMatchObject({
			Messages: [
				{
					MessageId: messageId,
					MessageAttributes: { ERROR_CODE: { DataType: "String", StringValue: "NO_PERMISSIONS" } },
				},
			],
		});
		expect(() => queue.sqs.send(`${queue.arn}x`, "event")).toThrow(
			expect.objectContaining({ name: "QueueDoesNotExist" }),
		);
	});

	it("keeps its messages over a restart; those in flight are visible at once, delays go on", async () => {
		const folder = mkdtempSync(join(tmpdir(), "sqs-"));
		const clock = aClock();
		const before = aQueue({ VisibilityTimeout: 3600 }, { store: openStore(join(folder, "store")), clock });
		await before.send("in flight");
		await before.receive();
		await before.send("waiting");
		await before.send("delayed", { DelaySeconds: 60 });
		// No close: the process was killed.
		const after = aQueue({ VisibilityTimeout: 3600 }, { store: openStore(join(folder, "store")), clock });
		expect(after.depth()).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
		after.sqs.start();
		expect((await after.bodies()).sort()).toEqual(["in flight", "waiting"]);
		await clock.advance(60_000);
		expect(await after.bodies()).toEqual(["delayed"]);
		before.store.close();
		after.store.close();
		rmSync(folder, { recursive: true });
	});
});
