import { setTimeout as pause } from "node:timers/promises";
import { createLane } from "../../../local/lane.ts";
import { aWorld, stack, type World } from "../world.ts";
import { watchEnds } from "./ends.ts";
import { askFor, type Subject } from "./lives.ts";
import { quickTime } from "./quick-time.ts";
import { takeSnapshots } from "./snapshots.ts";

// Time-outs of functions pass as fast, and a busy machine must not run into those.
const working = 10;
const draining = 40;
const atOnce = 24;
// Real time, for one operation among all others: far more than it takes.
const deadlineMs = 120_000;

/** A world in quick time for many tenants at once, and what tests of all of them ask for. */
export async function aCrowd() {
	const time = quickTime();
	const world = await aWorld({ clock: time.clock, insyncDelayMs: 1_000 });
	const ends = watchEnds(world);
	const told = world.listenTo({ source: ["hostmaster"] });
	time.run(working);
	return {
		world,
		heard: hearInvocations(world),
		/** The status that the operation ends with. */
		end: (operationId: string) => ends.of(operationId, deadlineMs),
		snapshots: () => takeSnapshots(world, told),
		/** Onboards tenants before anything goes wrong. */
		onboard: (subjects: readonly Subject[]) =>
			all(subjects, async (subject) => {
				const { tenant, operation } = await askFor("onboard-tenant", subject, world.client);
				subject.tenantId = tenant.tenantId;
				await ends.of(operation.operationId, deadlineMs);
			}),
		/** Has a schedule's function run now: no test learns from waiting for its minute. What it makes of it is its own matter. */
		sweep: (part: string) => world.cloud.services.lambda.invoke(stack.functionName(part), {}),
		/** Waits until nothing moves any more. Answers what lies in queues even then; empty when nothing does. */
		async drained(): Promise<string> {
			time.run(draining);
			const left = await leftBehind(world);
			time.run(working);
			return left;
		},
		async close() {
			time.stop();
			await ends.stop();
			await world.close();
		},
	};
}
export type Crowd = Awaited<ReturnType<typeof aCrowd>>;

/** Acts for all of a list, for some of them at a time. */
export async function all<T>(list: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
	const lane = createLane(atOnce);
	await Promise.all(
		list.map((one) => new Promise<void>((resolve, reject) => lane(() => act(one).then(() => resolve(), reject)))),
	);
}

/** Notes what every function is given, and how many calls it makes of it. */
function hearInvocations(world: World) {
	const { lambda } = world.cloud.services;
	const heard: Parameters<Parameters<typeof lambda.listen>[0]>[0][] = [];
	lambda.listen((invocation) => heard.push(invocation));
	const of = (part: string, marks: readonly string[]) => {
		const own = heard.filter(({ functionName }) => functionName === stack.functionName(part));
		return own.filter(({ payload }) => marks.every((mark) => payload.includes(mark)));
	};
	return {
		/** The most calls that one invocation of the part made, of those whose payload contains the marks. */
		mostCalls: (part: string, marks: readonly string[]) => Math.max(0, ...of(part, marks).map(({ calls }) => calls)),
		/** Invokes the part with all of that once more, whatever it makes of it. Answers how often that was. */
		async repeat(part: string, marks: readonly string[]): Promise<number> {
			const payloads = new Set(of(part, marks).map(({ payload }) => payload));
			for (const payload of payloads) await lambda.invoke(stack.functionName(part), JSON.parse(payload));
			return payloads.size;
		},
	};
}

async function leftBehind(world: World): Promise<string> {
	const { sqs, events } = world.cloud.services;
	const left = () =>
		sqs.depth().filter(({ queueName, ...depth }) => queueName !== "subscriber" && Object.values(depth).some(Boolean));
	for (let looks = 0; looks < 150 && (left().length > 0 || events.pending() > 0); looks++) await pause(200);
	const queues = left().map((queue) => JSON.stringify(queue));
	return queues.join(", ");
}
