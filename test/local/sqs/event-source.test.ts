import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { failedIds } from "../../../local/sqs/event-source.ts";
import { openStore } from "../../../local/store.ts";
import { aClock, aFunction, aQueue, redriveTo } from "./a-queue.ts";

const functionArn = "arn:aws:lambda:us-east-1:222222222222:function:work";
const reporting = { FunctionResponseTypes: ["ReportBatchItemFailures"] };

function mapped(
	properties: object,
	{ queue = aQueue({ VisibilityTimeout: 30 }), fn = aFunction(), started = true } = {},
) {
	queue.sqs.mapEventSource({ queueArn: queue.arn, functionArn, properties, invoke: fn.invoke });
	if (started) queue.sqs.start();
	return { queue, fn };
}

describe("a function fed from a queue", () => {
	it("gets the event that Lambda makes, and what it has done is deleted", async () => {
		const { queue, fn } = mapped({});
		const sent = await queue.send('{"foo": "bar"}', {
			MessageAttributes: {
				text: { DataType: "String", StringValue: "value" },
				octets: { DataType: "Binary", BinaryValue: "AQI=" },
			},
		});
		await queue.clock.advance(0);
		const now = `${Date.UTC(2027, 0, 1)}`;
		expect(fn.events).toEqual([
			{
				Records: [
					{
						messageId: sent["MessageId"],
						receiptHandle: expect.any(String),
						body: '{"foo": "bar"}',
						attributes: {
							ApproximateReceiveCount: "1",
							SentTimestamp: now,
							SenderId: "222222222222",
							ApproximateFirstReceiveTimestamp: now,
						},
						messageAttributes: {
							text: { stringValue: "value", stringListValues: [], binaryListValues: [], dataType: "String" },
							octets: { binaryValue: "AQI=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
						},
						md5OfMessageAttributes: sent["MD5OfMessageAttributes"],
						md5OfBody: sent["MD5OfMessageBody"],
						eventSource: "aws:sqs",
						eventSourceARN: queue.arn,
						awsRegion: "us-east-1",
					},
				],
			},
		]);
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});

	it("sees a digest of no attributes as null with a batching window, and not at all without", async () => {
		for (const [window, expected] of [
			[0, undefined],
			[1, null],
		] as const) {
			const { queue, fn } = mapped({ MaximumBatchingWindowInSeconds: window });
			await queue.send("plain");
			await queue.clock.advance(1_000);
			expect(fn.events[0]?.Records[0]?.["md5OfMessageAttributes"]).toBe(expected);
		}
	});

	it("is fed only once the service has started, also with what was in flight when it was killed", async () => {
		const clock = aClock();
		const store = openStore(":memory:");
		const held = aFunction();
		held.hold();
		const before = mapped({}, { queue: aQueue({ VisibilityTimeout: 3600 }, { store, clock }), fn: held });
		await before.queue.send("work");
		await clock.advance(0);
		expect(held.events).toHaveLength(1);
		before.queue.sqs.close();

		const after = mapped({}, { queue: aQueue({ VisibilityTimeout: 3600 }, { store, clock }), started: false });
		await clock.advance(1_000);
		expect(after.fn.events).toHaveLength(0);
		after.queue.sqs.start();
		await clock.advance(0);
		expect(after.fn.events[0]?.Records[0]?.attributes["ApproximateReceiveCount"]).toBe("2");
		held.release();
		await clock.advance(0);
		expect(after.queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});

	it("is woken by a message: an empty queue costs no timer", async () => {
		const clock = aClock();
		const at = vi.spyOn(clock, "at");
		const { queue, fn } = mapped({}, { queue: aQueue({}, { clock }) });
		await clock.advance(3_600_000);
		expect(at).not.toHaveBeenCalled();
		await queue.send("work");
		await clock.advance(0);
		expect(fn.bodies()).toEqual([["work"]]);
	});

	it("gets a failed batch again after the visibility timeout, and not before", async () => {
		let broken = true;
		const { queue, fn } = mapped(
			{},
			{
				fn: aFunction(() => {
					if (broken) throw new Error("broken");
				}),
			},
		);
		await queue.send("work");
		await queue.clock.advance(29_999);
		expect(fn.events).toHaveLength(1);
		broken = false;
		await queue.clock.advance(1);
		expect(fn.events).toHaveLength(2);
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});

	it("gets only the reported messages of a batch again, until they go to the dead-letter queue", async () => {
		const queue = aQueue();
		queue.sqs.createQueue({ VisibilityTimeout: 8, ...redriveTo(queue.dead.arn, 2) }, "work");
		const attempts = (record: { body: string }) => Number(JSON.parse(record.body).fail_attempts);
		const fn = aFunction(({ Records }) => ({
			batchItemFailures: Records.filter(
				(record) => attempts(record) >= Number(record.attributes["ApproximateReceiveCount"]),
			).map(({ messageId }) => ({ itemIdentifier: messageId })),
		}));
		const bodies = [0, 1, 1, 2].map((fail_attempts, n) => JSON.stringify({ message: n + 1, fail_attempts }));
		const Entries = bodies.map((MessageBody, n) => ({ Id: `message-${n + 1}`, MessageBody }));
		await queue.call("SendMessageBatch", { Entries });
		mapped({ BatchSize: 10, ...reporting }, { queue, fn });
		await queue.clock.advance(60_000);
		expect(fn.bodies()).toEqual([bodies, bodies.slice(1)]);
		expect(await queue.bodies({ QueueUrl: queue.dead.url })).toEqual(bodies.slice(3));
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});

	it("fails the whole batch when its report cannot be read", async () => {
		const queue = aQueue();
		queue.sqs.createQueue({ VisibilityTimeout: 4, ...redriveTo(queue.dead.arn, 2) }, "work");
		const { fn } = mapped(reporting, { queue, fn: aFunction(() => ({ batchItemFailures: [{ foo: "notvalid" }] })) });
		await queue.send("work");
		await queue.clock.advance(60_000);
		expect(fn.events).toHaveLength(2);
		expect(await queue.bodies({ QueueUrl: queue.dead.url })).toEqual(["work"]);
	});

	it("has its report ignored unless the mapping asks for it", async () => {
		const { queue } = mapped({}, { fn: aFunction(() => ({ batchItemFailures: [{ itemIdentifier: "x" }] })) });
		await queue.send("work");
		await queue.clock.advance(0);
		expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
	});
});

describe("batches", () => {
	const sendMany = async (queue: ReturnType<typeof aQueue>, count: number) => {
		for (let n = 0; n < count; n++) await queue.send(`${n}`);
	};

	it("hold at most BatchSize messages, and do not wait for more without a window", async () => {
		const { queue, fn } = mapped({ BatchSize: 3 }, { started: false });
		await sendMany(queue, 7);
		queue.sqs.start();
		await queue.clock.advance(0);
		expect(fn.bodies()).toEqual([["0", "1", "2"], ["3", "4", "5"], ["6"]]);
	});

	it("gather until the window ends, counted from the first message, or until they are full", async () => {
		const { queue, fn } = mapped({ BatchSize: 15, MaximumBatchingWindowInSeconds: 10 });
		await queue.send("first");
		await queue.clock.advance(9_000);
		await sendMany(queue, 2);
		expect(fn.events).toHaveLength(0);
		await queue.clock.advance(1_000);
		expect(fn.bodies()).toEqual([["first", "0", "1"]]);
		await sendMany(queue, 15);
		await queue.clock.advance(0);
		expect(fn.events[1]?.Records).toHaveLength(15);
	});

	it("never exceed the payload of an invocation", async () => {
		const { queue, fn } = mapped({ BatchSize: 100, MaximumBatchingWindowInSeconds: 1 }, { started: false });
		for (let n = 0; n < 8; n++) await queue.send("x".repeat(1_000_000));
		queue.sqs.start();
		await queue.clock.advance(2_000);
		expect(fn.events.flatMap(({ Records }) => Records)).toHaveLength(8);
		for (const event of fn.events) expect(JSON.stringify(event).length).toBeLessThanOrEqual(6_291_456);
	});

	it("run at once no more than MaximumConcurrency, and the next begins when one ends", async () => {
		const { queue, fn } = mapped({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
		fn.hold();
		await sendMany(queue, 5);
		await queue.clock.advance(0);
		expect(fn.events).toHaveLength(2);
		expect(queue.depth()).toEqual({ visible: 3, inFlight: 2, delayed: 0 });
		fn.release();
		await queue.clock.advance(0);
		expect(fn.bodies().flat()).toEqual(["0", "1", "2", "3", "4"]);
	});

	it("lose and repeat no message, however they are cut and whatever fails at first", async () => {
		const cuts = fc.record({
			count: fc.integer({ min: 1, max: 30 }),
			BatchSize: fc.integer({ min: 1, max: 10 }),
			MaximumBatchingWindowInSeconds: fc.integer({ min: 0, max: 3 }),
			failFirst: fc.integer({ min: 0, max: 5 }),
		});
		await fc.assert(
			fc.asyncProperty(cuts, async ({ count, failFirst, ...properties }) => {
				let failures = failFirst;
				const done: string[] = [];
				const fn = aFunction(({ Records }) => {
					if (failures-- > 0) throw new Error("not yet");
					done.push(...Records.map(({ body }) => body));
				});
				const { queue } = mapped(properties, { fn });
				await sendMany(queue, count);
				await queue.clock.advance(300_000);
				expect(done.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
				expect(queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
			}),
			{ numRuns: 25 },
		);
	});

	it("are refused as a mapping that AWS would not make, or that is not emulated", () => {
		const refused = [
			{ BatchSize: 11 },
			{ BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 },
			{ ScalingConfig: { MaximumConcurrency: 1 } },
			{ FilterCriteria: { Filters: [{ Pattern: "{}" }] } },
		];
		for (const properties of refused)
			expect(() => mapped(properties)).toThrow(expect.objectContaining({ name: "InvalidParameterValue" }));
		const { sqs, arn } = aQueue();
		const { invoke } = aFunction();
		const nowhere = { queueArn: `${arn}x`, functionArn, properties: {}, invoke };
		expect(() => sqs.mapEventSource(nowhere)).toThrow(expect.objectContaining({ name: "QueueDoesNotExist" }));
	});
});

describe("what a function reports of a batch", () => {
	const batch = [{ id: "a" }, { id: "b" }];
	const answered = (payload: unknown) => [
		...failedIds(batch, { ok: true, payload }, { FunctionResponseTypes: ["ReportBatchItemFailures"] }),
	];

	it.each([[null], [undefined], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
		"%j: all is done",
		(payload) => {
			expect(answered(payload)).toEqual([]);
		},
	);

	it.each([
		[{ batchItemFailures: [{ itemIdentifier: "" }] }],
		[{ batchItemFailures: [{ itemIdentifier: null }] }],
		[{ batchItemFailures: [{ wrongKey: "a" }] }],
		[{ batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "stranger" }] }],
		[{ batchItemFailures: "a" }],
		["done"],
	])("%j: all has failed", (payload) => {
		expect(answered(payload)).toEqual(["a", "b"]);
	});

	it("names what has failed", () => {
		expect(answered({ batchItemFailures: [{ itemIdentifier: "b" }] })).toEqual(["b"]);
	});
});
