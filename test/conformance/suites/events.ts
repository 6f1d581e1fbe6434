import { strict as assert } from "node:assert";
import { PutEventsCommand, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { type Check, refused, type Stage, type Suite } from "../check.ts";
import { aQueue, received } from "./sqs-queue.ts";

const api = "https://docs.aws.amazon.com/eventbridge/latest/APIReference";
const guide = "https://docs.aws.amazon.com/eventbridge/latest/userguide";

const envelope = z.object({
	...{
		version: z.literal("0"),
		id: z.string(),
		"detail-type": z.string(),
		source: z.string(),
		account: z.string().optional(),
	},
	...{ time: z.string(), region: z.string(), resources: z.array(z.string()), detail: z.unknown() },
});

/** Without it EventBridge may not send to the queue. */
const fromEvents = JSON.stringify({
	Version: "2012-10-17",
	Statement: [
		{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
	],
});

/** A rule on this pattern in front of a queue; `put` answers what PutEvents did. */
async function aRule(stage: Stage, pattern: (source: string) => object, ownBus = false) {
	const queue = await aQueue(stage, { Policy: fromEvents });
	const Source = stage.unique("source");
	const EventBusName = await stage.arrange.rule(pattern(Source), queue.arn, ownBus);
	const put = (DetailType: string, detail: object, bus = EventBusName) => {
		const entry = {
			Source,
			DetailType,
			Detail: JSON.stringify(detail),
			EventBusName: bus,
			Resources: ["arn:aws:x:::y"],
		};
		return stage.clients.events.send(new PutEventsCommand({ Entries: [entry] }));
	};
	const next = async () => envelope.parse(JSON.parse((await received(queue.receive, 1))[0]?.Body ?? "{}"));
	return { ...queue, Source, put, next };
}

const checks: readonly Check[] = [
	{
		name: "an event that a rule's pattern matches comes to its queue, in an envelope; others do not",
		operations: ["events:PutEvents"],
		source: `${guide}/eb-events-structure.html`,
		async run(stage) {
			const rule = await aRule(stage, (source) => ({ source: [source], "detail-type": ["Wanted"] }));
			const other = await rule.put("Other", {});
			assert.equal(other.FailedEntryCount, 0);
			const { Entries } = await rule.put("Wanted", { tenantId: "t-1" });
			const event = await rule.next();
			assert.equal(event.id, Entries?.[0]?.EventId);
			assert.deepEqual([event.source, event["detail-type"], event.region], [rule.Source, "Wanted", "us-east-1"]);
			assert.deepEqual([event.detail, event.resources], [{ tenantId: "t-1" }, ["arn:aws:x:::y"]]);
			assert.match(event.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
			assert.match(event.account ?? "", /^\d{12}$/);
		},
	},
	{
		name: "a rule of a bus hears the events of that bus only",
		operations: ["events:PutEvents"],
		source: `${guide}/eb-event-bus.html`,
		async run(stage) {
			const rule = await aRule(stage, (source) => ({ source: [source] }), true);
			await rule.put("Elsewhere", {}, "default");
			await rule.put("Here", {});
			assert.equal((await rule.next())["detail-type"], "Here");
			assert.deepEqual(await rule.receive(), []);
		},
	},
	{
		name: "patterns with prefix, anything-but, exists and numeric decide over details",
		operations: ["events:PutEvents"],
		source: `${guide}/eb-create-pattern-operators.html`,
		async run(stage) {
			const detail = {
				slug: [{ prefix: "ac" }],
				state: [{ "anything-but": ["gone"] }],
				custom: [{ exists: false }],
				generation: [{ numeric: [">", 1, "<=", 3] }],
			};
			const rule = await aRule(stage, (source) => ({ source: [source], detail }));
			const good = { slug: "acme", state: "active", generation: 3 };
			for (const bad of [{ slug: "x" }, { state: "gone" }, { custom: 1 }, { generation: 1 }]) {
				await rule.put("Bad", { ...good, ...bad });
			}
			await rule.put("Good", good);
			assert.equal((await rule.next())["detail-type"], "Good");
			assert.deepEqual(await rule.receive(), []);
		},
	},
	{
		name: "PutEvents says of each entry what became of it",
		operations: ["events:PutEvents"],
		source: `${api}/API_PutEvents.html`,
		async run(stage) {
			const entry = { Source: stage.unique("source"), DetailType: "A", Detail: "{}" };
			const Entries = [{ ...entry, Detail: "no JSON" }, entry];
			const told = await stage.clients.events.send(new PutEventsCommand({ Entries }));
			assert.equal(told.FailedEntryCount, 1);
			assert.deepEqual(
				told.Entries?.map(({ ErrorCode }) => ErrorCode),
				["MalformedDetail", undefined],
			);
			assert(told.Entries?.[1]?.EventId);
		},
	},
	{
		name: "PutEvents takes ten entries, and refuses none and eleven",
		operations: ["events:PutEvents"],
		source: `${api}/API_PutEvents.html`,
		async run(stage) {
			const Source = stage.unique("source");
			const put = (count: number) => {
				const Entries = Array.from({ length: count }, () => ({ Source, DetailType: "A", Detail: "{}" }));
				return stage.clients.events.send(new PutEventsCommand({ Entries }));
			};
			assert.equal((await put(10)).FailedEntryCount, 0);
			await refused(put(11), "ValidationException");
		},
	},
	{
		name: "TestEventPattern decides as a rule does",
		operations: ["events:TestEventPattern"],
		source: `${api}/API_TestEventPattern.html`,
		async run({ clients }) {
			const event = {
				...{ id: "1", account: "111122223333", source: "hostmaster", time: "2026-01-01T00:00:00Z" },
				...{ region: "us-east-1", resources: [], "detail-type": "A", detail: { a: ["x", "y"], n: 5, o: { b: null } } },
			};
			const test = async (pattern: object) => {
				const asked = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) };
				return (await clients.events.send(new TestEventPatternCommand(asked))).Result;
			};
			const cases: [pattern: object, matches: boolean][] = [
				[{ source: ["hostmaster"] }, true],
				[{ source: ["other"] }, false],
				[{ detail: { a: ["y"] } }, true],
				[{ detail: { a: ["z"] } }, false],
				[{ detail: { n: [{ numeric: ["=", 5] }] } }, true],
				[{ detail: { o: { b: [null] } } }, true],
				[{ detail: { missing: [{ exists: false }] } }, true],
				[{ source: [{ "anything-but": { prefix: "host" } }] }, false],
				[{ source: [{ suffix: "master" }] }, true],
				[{ source: [{ "equals-ignore-case": "HostMaster" }] }, true],
				[{ $or: [{ source: ["other"] }, { region: ["us-east-1"] }] }, true],
			];
			for (const [pattern, matches] of cases) {
				assert.equal(await test(pattern), matches, `${JSON.stringify(pattern)} is not ${matches}`);
			}
		},
	},
	{
		name: "a pattern that is none is refused with InvalidEventPatternException",
		operations: ["events:TestEventPattern"],
		source: `${api}/API_TestEventPattern.html`,
		async run({ clients }) {
			const asked = { EventPattern: '{"source": "no list"}', Event: "{}" };
			await refused(clients.events.send(new TestEventPatternCommand(asked)), "InvalidEventPatternException");
		},
	},
];

/** EventBridge: events, buses and rules. */
export const events: Suite = { service: "events", checks };
