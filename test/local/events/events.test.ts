import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { afterEach, describe, expect, it } from "vitest";
import { createFront } from "../../../local/aws/front.ts";
import { AwsError, type InvokeResult } from "../../../local/aws/service.ts";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { createEvents, type Events } from "../../../local/events/events.ts";
import type { AsyncSettings } from "../../../local/events/targets.ts";
import { inTransaction, openStore, type Store } from "../../../local/store.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
	for (const part of open.splice(0)) await part.close();
});

const caller = { accountId: "222222222222", region: "us-east-1" };
const fn = "arn:aws:lambda:us-east-1:222222222222:function:acceptSignup";
const queue = "arn:aws:sqs:us-east-1:222222222222:audit";
const deadLetters = "arn:aws:sqs:us-east-1:222222222222:dead";
const startMs = Date.UTC(2026, 10, 22, 10);

interface World {
	events: Events;
	clock: VirtualClock;
	store: Store;
	invoked: unknown[];
	sent: { arn: string; body: unknown; attributes?: Record<string, string> | undefined }[];
	lost: string[];
	/** Answers of the function, in order; success when there are no more. */
	answers: (InvokeResult | Promise<InvokeResult>)[];
	/** Errors that sending to `queue` meets, in order. */
	refusals: AwsError[];
}

function aBus(store = openStore(":memory:"), clock = virtualClock(startMs), settings?: AsyncSettings): World {
	const world: Omit<World, "events"> = { clock, store, invoked: [], sent: [], lost: [], answers: [], refusals: [] };
	const events = createEvents({
		store,
		clock,
		caller,
		invoke: (_, payload) => {
			world.invoked.push(payload);
			return Promise.resolve(world.answers.shift() ?? { ok: true, payload: null });
		},
		sendToQueue: (arn, body, attributes) => {
			const refusal = arn === queue ? world.refusals.shift() : undefined;
			if (refusal) throw refusal;
			world.sent.push({ arn, body: JSON.parse(body), attributes });
		},
		asyncSettings: () => settings,
		onLost: (_, problem) => world.lost.push(problem),
	});
	events.addBus("platform");
	open.push(events);
	return { ...world, events };
}

const signup = { EventBusName: "platform", EventPattern: { "detail-type": ["TenantSignedUp"] } };
const toFunction = { ...signup, Targets: [{ Id: "f", Arn: fn, DeadLetterConfig: { Arn: deadLetters } }] };
const toQueue = {
	...signup,
	Targets: [{ Id: "q", Arn: queue, DeadLetterConfig: { Arn: deadLetters }, RetryPolicy: { MaximumRetryAttempts: 2 } }],
};

const entry: PutEventsRequestEntry = {
	EventBusName: "platform",
	Source: "billing",
	DetailType: "TenantSignedUp",
	Detail: '{"slug":"acme"}',
};
const failed: InvokeResult = { ok: false, errorType: "Error", errorMessage: "no table", trace: [] };

/** Puts as the service does, without the way over HTTP. */
const put = (world: World, ...entries: PutEventsRequestEntry[]) =>
	world.events.service.operations["PutEvents"]?.({ Entries: entries }, caller);

describe("PutEvents", () => {
	async function client(world: World) {
		const front = await createFront({ json: [world.events.service], rest: [], query: [] }).listen("127.0.0.1", 0);
		open.push(front);
		const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "local" };
		return new EventBridgeClient({ endpoint: front.url, region: "us-east-1", credentials, maxAttempts: 1 });
	}

	it("hands the event to the targets of the rules that match, in its envelope", async () => {
		const world = aBus();
		world.events.addRule(toFunction, "signups");
		world.events.addRule({ ...toQueue, EventPattern: { source: [{ prefix: "bill" }] } }, "audit");
		world.events.addRule({ ...toQueue, EventPattern: { source: ["other"] } }, "others");
		world.events.addRule({ ...toQueue, EventBusName: "default" }, "elsewhere");
		world.events.addRule({ ...toQueue, State: "DISABLED" }, "off");
		world.events.start();
		const put = await (await client(world)).send(
			new PutEventsCommand({ Entries: [{ ...entry, Time: new Date(0), Resources: ["arn:x"] }] }),
		);
		await world.clock.advance(0);
		const envelope = {
			version: "0",
			id: put.Entries?.[0]?.EventId,
			"detail-type": "TenantSignedUp",
			source: "billing",
			account: "222222222222",
			time: "1970-01-01T00:00:00Z",
			region: "us-east-1",
			resources: ["arn:x"],
			detail: { slug: "acme" },
		};
		expect(world.invoked).toEqual([envelope]);
		expect(world.sent).toEqual([{ arn: queue, body: envelope, attributes: undefined }]);
		expect(world.events.pending()).toBe(0);
	});

	it("answers for each entry by itself", async () => {
		const answer = await (await client(aBus())).send(
			new PutEventsCommand({
				Entries: [
					entry,
					{ ...entry, Source: undefined },
					{ ...entry, Detail: "[]" },
					{ ...entry, Source: "aws.states" },
					{ ...entry, EventBusName: "platfrom" },
					{ ...entry, EventBusName: "arn:aws:events:us-east-1:222222222222:event-bus/platform" },
				],
			}),
		);
		expect(answer.FailedEntryCount).toBe(4);
		expect(answer.Entries).toMatchObject([
			{ EventId: expect.any(String) },
			{
				ErrorCode: "InvalidArgument",
				ErrorMessage: "Parameter Source is not valid. Reason: Source is a required argument.",
			},
			{ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
			{ ErrorCode: "NotAuthorizedForSource" },
			{ ErrorCode: "ResourceNotFoundException", ErrorMessage: "Event bus platfrom does not exist." },
			{ EventId: expect.any(String) },
		]);
	});

	it.each([
		["more than ten entries", Array(11).fill(entry)],
		["more than 256 KB", [{ ...entry, Detail: JSON.stringify({ a: "x".repeat(256 * 1024) }) }]],
		["nothing", []],
	])("refuses %s", async (_, Entries) => {
		const refused = (await client(aBus())).send(new PutEventsCommand({ Entries }));
		await expect(refused).rejects.toMatchObject({ name: "ValidationException" });
	});
});

describe("an event of AWS's own", () => {
	const status = {
		source: "aws.states",
		detailType: "Status Change",
		resources: ["arn:e"],
		detail: { status: "FAILED" },
	};
	const rule = { EventPattern: { source: ["aws.states"] }, Targets: [{ Id: "f", Arn: fn }] };

	it("goes to the default bus, also from within a transaction that it shares", async () => {
		const world = aBus();
		world.events.addRule(rule, "ends");
		world.events.start();
		inTransaction(world.store, () => world.events.putAwsEvent(status, caller));
		expect(() =>
			inTransaction(world.store, () => {
				world.events.putAwsEvent({ ...status, detail: "never" }, caller);
				throw new Error("rolled back");
			}),
		).toThrow("rolled back");
		await world.clock.advance(0);
		expect(world.invoked).toMatchObject([{ source: "aws.states", detail: { status: "FAILED" }, resources: ["arn:e"] }]);
	});

	it("gives a target the part or the text that it asks for", async () => {
		const world = aBus();
		const targets = [
			{ Id: "part", Arn: fn, InputPath: "$.detail.status" },
			{ Id: "text", Arn: fn, Input: '{"fixed":true}' },
		];
		world.events.addRule({ ...rule, Targets: targets }, "ends");
		world.events.start();
		world.events.putAwsEvent(status, caller);
		await world.clock.advance(0);
		expect(world.invoked).toEqual(["FAILED", { fixed: true }]);
	});
});

describe("a function that fails", () => {
	it("is tried again after one minute and after two, then the event goes to its failure queue", async () => {
		const world = aBus(openStore(":memory:"), virtualClock(startMs), { failureQueueArn: deadLetters });
		world.events.addRule(toFunction, "signups");
		world.events.start();
		world.answers.push(failed, failed, failed);
		put(world, entry);
		await world.clock.advance(59_999);
		expect(world.invoked.length).toBe(1);
		await world.clock.advance(1);
		expect(world.invoked.length).toBe(2);
		await world.clock.advance(119_999);
		expect(world.invoked.length).toBe(2);
		await world.clock.advance(1);
		expect(world.sent).toMatchObject([
			{ arn: deadLetters, body: { detail: { slug: "acme" } }, attributes: { ErrorMessage: "no table" } },
		]);
		expect(world.events.pending()).toBe(0);
	});

	it("never fills the rule's dead letter queue: without a failure queue the event is lost", async () => {
		const world = aBus();
		world.events.addRule(toFunction, "signups");
		world.events.start();
		world.answers.push(failed, failed, failed);
		put(world, entry);
		await world.clock.advance(180_000);
		expect([world.sent, world.lost]).toEqual([[], ["Error: no table"]]);
	});

	it("that is not there at all sends the event to the rule's dead letter queue at once", async () => {
		const world = aBus();
		world.events.addRule(toFunction, "signups");
		world.events.start();
		world.answers.push({ ok: false, errorType: "Lambda.ResourceNotFoundException", errorMessage: "none", trace: [] });
		put(world, entry);
		await world.clock.advance(0);
		expect(world.sent).toMatchObject([
			{
				arn: deadLetters,
				attributes: {
					RULE_ARN: "arn:aws:events:us-east-1:222222222222:rule/platform/signups",
					TARGET_ARN: fn,
					ERROR_CODE: "NO_RESOURCE",
				},
			},
		]);
	});
});

describe("a queue that fails", () => {
	const throttled = new AwsError("RequestThrottled", "slow down");

	it("is tried again, later each time", async () => {
		const world = aBus();
		world.events.addRule(toQueue, "audit");
		world.events.start();
		world.refusals.push(throttled, throttled);
		put(world, entry);
		await world.clock.advance(2_999);
		expect(world.sent).toEqual([]);
		await world.clock.advance(1);
		expect(world.sent).toMatchObject([{ arn: queue }]);
	});

	it("is given up when the rule's retries are used up", async () => {
		const world = aBus();
		world.events.addRule(toQueue, "audit");
		world.events.start();
		world.refusals.push(throttled, throttled, throttled);
		put(world, entry);
		await world.clock.advance(10_000);
		expect(world.sent).toMatchObject([
			{
				arn: deadLetters,
				attributes: {
					ERROR_CODE: "RequestThrottled",
					EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
					RETRY_ATTEMPTS: "2",
				},
			},
		]);
	});

	it("is given up at once when it is not there", async () => {
		const world = aBus();
		world.events.addRule(toQueue, "audit");
		world.events.start();
		world.refusals.push(new AwsError("QueueDoesNotExist", "none"));
		put(world, entry);
		await world.clock.advance(0);
		expect(world.sent).toMatchObject([{ arn: deadLetters, attributes: { ERROR_CODE: "NO_RESOURCE" } }]);
	});
});

describe("a process that dies", () => {
	it("leaves its deliveries to the next one", async () => {
		const first = aBus();
		first.events.addRule(toFunction, "signups");
		first.events.start();
		first.answers.push(new Promise(() => {}));
		put(first, entry);
		await first.clock.advance(0);
		expect(first.invoked.length).toBe(1);
		first.events.close();
		const second = aBus(first.store, first.clock);
		expect(second.events.pending()).toBe(1);
		second.events.start();
		await second.clock.advance(0);
		expect(second.invoked).toEqual(first.invoked);
		expect(second.events.pending()).toBe(0);
	});

	it("keeps the count of what was tried", async () => {
		const first = aBus();
		first.events.addRule(toFunction, "signups");
		first.events.start();
		first.answers.push(failed, failed);
		put(first, entry);
		await first.clock.advance(60_000);
		first.events.close();
		const second = aBus(first.store, first.clock);
		second.events.start();
		second.answers.push(failed);
		await second.clock.advance(120_000);
		expect(second.lost).toEqual(["Error: no table"]);
	});
});

describe("a schedule", () => {
	const everyMinute = { ScheduleExpression: "rate(1 minute)", Targets: [{ Id: "f", Arn: fn }] };

	it("fires on the clock, with a scheduled event", async () => {
		const world = aBus();
		world.events.addRule(everyMinute, "sweep");
		world.events.start();
		await world.clock.advance(59_999);
		expect(world.invoked).toEqual([]);
		await world.clock.advance(120_001);
		expect(world.invoked.length).toBe(3);
		expect(world.invoked[0]).toMatchObject({
			source: "aws.events",
			"detail-type": "Scheduled Event",
			resources: ["arn:aws:events:us-east-1:222222222222:rule/sweep"],
			time: "2026-11-22T10:01:00Z",
			detail: {},
		});
	});

	it("keeps its rhythm over a restart, and makes up once for what it missed", async () => {
		const first = aBus();
		first.events.addRule(everyMinute, "sweep");
		first.events.start();
		await first.clock.advance(30_000);
		first.events.close();
		await first.clock.advance(300_000);
		const second = aBus(first.store, first.clock);
		second.events.addRule(everyMinute, "sweep");
		second.events.start();
		await second.clock.advance(0);
		expect(second.invoked.length).toBe(1);
		await second.clock.advance(60_000);
		expect(second.invoked.length).toBe(2);
	});

	it("that is no schedule is refused with the rule's name", () => {
		expect(() => aBus().events.addRule({ ...everyMinute, ScheduleExpression: "now" }, "sweep")).toThrow(
			"AWS::Events::Rule sweep: 'now' is not a schedule expression",
		);
	});
});
