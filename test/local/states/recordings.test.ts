import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { inJsonata, type Restated } from "./restated.ts";
import { aStage, named, type Player, type Stage } from "./stage.ts";

/** A folder with what AWS itself answered, as neutral JSON cases; without it there is nothing to compare with. */
const folder = process.env["AWS_RECORDINGS"];

const json = z.json();
const behaviour = z.union([
	z.literal("echo"),
	z.object({ return: json }),
	z.object({ throw: z.object({ errorType: z.string(), errorMessage: z.string() }) }),
	z.object({ sleepSeconds: z.number() }),
]);
const answer = z.object({
	op: z.string(),
	output: json.optional(),
	error: z.string().optional(),
	cause: z.string().optional(),
});
const recording = z.looseObject({
	name: z.string(),
	definition: z.record(z.string(), z.unknown()),
	input: json.default({}),
	inputMasked: z.boolean().default(false),
	history: z.array(z.looseObject({ type: z.string() })).default([]),
	features: z.array(z.string()).default([]),
	lambdas: z.record(z.string(), z.object({ behaviour: z.unknown() })).default({}),
	did: z
		.array(z.looseObject({ op: z.string(), request: z.looseObject({ onMessage: z.array(answer).optional() }) }))
		.default([]),
});
type Recording = z.output<typeof recording>;

function recordings(file: string): Recording[] {
	if (folder === undefined) return [];
	const cases = z.array(z.unknown()).parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
	return cases.flatMap((given) => recording.safeParse(given).data ?? []).filter(({ history }) => history.length > 0);
}

function player(given: unknown): Player | undefined {
	const does = behaviour.safeParse(given).data;
	if (does === undefined) return undefined;
	if (does === "echo") return (payload) => payload;
	if ("return" in does) return () => does.return;
	if ("sleepSeconds" in does) return () => new Promise(() => {});
	const { errorType, errorMessage } = does.throw;
	return () => {
		throw named(errorType, errorMessage);
	};
}

/** The machines that the local cloud can run with the same meaning, as they were recorded. */
const playable = ["states-jsonata.json", "states-lambda.json", "callbacks.json"].flatMap((file) =>
	recordings(file).flatMap((given) => {
		const restated = inJsonata(given.definition);
		const players = Object.entries(given.lambdas).flatMap(([name, { behaviour: does }]): [string, Player][] => {
			const plays = player(does);
			// The same function is named by its ARN as well.
			return plays
				? [
						[name, plays],
						[`arn:<partition>:lambda:<region>:111111111111:function:${name}`, plays],
					]
				: [];
		});
		const complete = players.length === 2 * Object.keys(given.lambdas).length;
		return restated && complete ? [{ name: given.name, given, restated, players: Object.fromEntries(players) }] : [];
	}),
);

interface Token {
	body: Record<string, unknown>;
	text: string;
}

/** What the recording's consumer did with each message: at once, or after heartbeats. */
function consumerOf({ did }: Recording): (z.output<typeof answer> & { heartbeats: number }) | undefined {
	const [at] = did.flatMap(({ request }) => request.onMessage ?? []);
	if (at) return { ...at, heartbeats: 0 };
	const count = (op: string) => did.filter((step) => step.op === op).length;
	const answers = count("send_task_success");
	return answers === 0 ? undefined : { op: "SendTaskSuccess", heartbeats: count("send_task_heartbeat") / answers };
}

/** Plays a machine to its end: answers its tokens as the recording's consumer did, and lets time pass. */
async function played(
	given: Recording,
	restated: Restated,
	players: Record<string, Player>,
): ReturnType<Stage["history"]> {
	const tokens: Token[] = [];
	const queue: Player = (message) => {
		const { MessageBody: body } = z.object({ MessageBody: z.record(z.string(), z.unknown()) }).parse(message);
		tokens.push({ body, text: String(body["TaskToken"]) });
	};
	const stage = aStage({ definition: restated.definition, players: { ...players, queue } });
	const arn = await stage.start(given.input);
	const consumer = consumerOf(given);
	for (let turn = 0; turn < 100 && (await stage.describe(arn)).status === "RUNNING"; turn++) {
		await stage.settle();
		const token = consumer && tokens.shift();
		if (!token) {
			await stage.clock.advance(60_000);
			continue;
		}
		const { op, output: text, error, cause, heartbeats } = consumer;
		for (let beat = 0; beat < heartbeats; beat++) {
			await stage.clock.advance(20_000);
			await stage.call("SendTaskHeartbeat", { taskToken: token.text });
		}
		const output = JSON.stringify(String(text).includes("body.Message") ? token.body["Message"] : token.body);
		if (op === "SendTaskFailure") await stage.call(op, { taskToken: token.text, error, cause });
		else await stage.call("SendTaskSuccess", { taskToken: token.text, output });
	}
	return stage.history(arn);
}

const volatile = new Set([
	"SdkHttpMetadata",
	"SdkResponseMetadata",
	"requestId",
	"stackTrace",
	"trace",
	"TaskToken",
	"LogResult",
]);

/** A value without what differs from run to run, its keys in order; causes that are JSON texts as what they say. */
function lasting(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(lasting);
	if (typeof value === "string" && value.startsWith("{") && value.includes('"errorType"'))
		return lasting(JSON.parse(value));
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(entries.flatMap(([key, item]) => (volatile.has(key) ? [] : [[key, lasting(item)]])));
}

const parsedFields = new Set(["input", "output", "parameters"]);
const comparedFields = new Set([
	...["input", "output", "error", "cause", "location", "state", "name", "index", "length", "assigned", "parameters"],
	...["timeoutInSeconds", "heartbeatInSeconds"],
]);

/** One of our events in the recordings' shape. */
function flattened({ type, ...event }: Record<string, unknown>): Record<string, unknown> {
	const details = Object.entries(event).find(([key]) => key.endsWith("EventDetails"));
	const flat: Record<string, unknown> = { type };
	for (const [key, value] of Object.entries(z.record(z.string(), z.unknown()).parse(details?.[1] ?? {}))) {
		if (key === "assignedVariables") {
			const texts = z.record(z.string(), z.string()).parse(value);
			flat["assigned"] = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]));
		} else if (parsedFields.has(key)) flat[key] = JSON.parse(String(value));
		else flat[key === "name" && /^state(Entered|Exited)/.test(String(details?.[0])) ? "state" : key] = value;
	}
	return flat;
}

/** What is compared of an event: all that lasts, but not the parameters and results of another kind of task. */
function compared(event: Record<string, unknown>, { inputMasked }: Recording, { otherTasks }: Restated): object {
	const type = String(event["type"]).replace("LambdaFunction", "Task");
	const merged = { ...event, ...("causeJson" in event && { cause: event["causeJson"] }) };
	const skipped = new Set(inputMasked ? ["input", "output"] : []);
	if (otherTasks && /^Task(Scheduled|Succeeded|Submitted)$/.test(type))
		for (const key of parsedFields) skipped.add(key);
	if (type === "TaskSubmitted") skipped.add("output");
	const kept = Object.entries(merged).filter(([key]) => comparedFields.has(key) && !skipped.has(key));
	return { type, ...z.record(z.string(), z.unknown()).parse(lasting(Object.fromEntries(kept))) };
}

/** Events within a Parallel were sorted by text, and those of iterations at once come as they come. */
function isOrdered({ features }: Recording): boolean {
	return (
		!features.includes("ParallelEventsSorted") && (!features.includes("Map") || features.includes("MaxConcurrency"))
	);
}

/** The same set of events; the sorting left the Parallel's own end out. */
function sorted(list: object[]): object[] {
	const own = new Set(["ParallelStateSucceeded", "ParallelStateFailed"]);
	const kept = list.filter((event) => !("type" in event && own.has(String(event.type))));
	return kept
		.map((event) => ({ text: JSON.stringify(event), event }))
		.sort((a, b) => (a.text < b.text ? -1 : 1))
		.map(({ event }) => event);
}

describe.runIf(folder)("what AWS recorded", () => {
	it.each(playable)("$name", async ({ given, restated, players }) => {
		const events = await played(given, restated, players);
		let ours = events.map((event) => compared(flattened(event), given, restated));
		let theirs = given.history.map((event) => compared(event, given, restated));
		if (!isOrdered(given)) [ours, theirs] = [sorted(ours), sorted(theirs)];
		expect(ours).toEqual(theirs);
	});
});
