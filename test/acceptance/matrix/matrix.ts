import { setTimeout as pause } from "node:timers/promises";
import { createLane } from "../../../local/lane.ts";
import { aWorld, stack, type World } from "../world.ts";
import { type Cell, cellsOf, isOrdered, runCell } from "./cells.ts";
import { watchEnds } from "./ends.ts";
import { askFor, type Kind, marksOf } from "./lives.ts";
import { quickTime } from "./quick-time.ts";
import { type SnapshotOf, takeSnapshots } from "./snapshots.ts";
import { differenceOf, type Field } from "./table.ts";

// Time-outs of functions go as fast, and a busy machine must not run into those.
const working = 10;
const draining = 40;
const cellsAtOnce = 24;

/** Takes tenants through the kinds' operations, one for each of their functions and faults, and says whose end state is another one. */
export async function runMatrix(kinds: readonly Kind[]): Promise<Field[]> {
	const time = quickTime();
	const world = await aWorld({ clock: time.clock, insyncDelayMs: 1_000 });
	const ends = watchEnds(world);
	const told = world.listenTo({ source: ["hostmaster"] });
	const heard = hearInvocations(world);
	const drained = async () => {
		time.run(draining);
		const left = await leftBehind(world);
		time.run(working);
		return left;
	};
	try {
		time.run(working);
		const plain = kinds.map(
			(kind): Cell => ({ ...{ kind, part: "none", column: "stale", order: 0, struck: 0 }, slug: `plain-${kind}` }),
		);
		await onboardAll(plain, world, ends);
		await all(plain, (cell) => runCell(cell, 0, world, ends));
		const callsIn = (part: string, kind: Kind) =>
			heard.mostCalls(
				part,
				plain.find((cell) => cell.kind === kind),
			);
		const cells: Cell[] = kinds
			.flatMap((kind) => cellsOf(kind, (part) => callsIn(part, kind)))
			.map((cell, at) => ({ ...cell, slug: `cell-${1_000 + at}` }));
		await onboardAll(cells, world, ends);
		await all(cells, (cell) => runCell(cell, callsIn(cell.part, cell.kind), world, ends));
		const left = await drained();
		const snapshot = await takeSnapshots(world, told);
		const expected = new Map(plain.map((cell) => [cell.kind, snapshotOf(snapshot, cell)]));
		const failures = new Map(
			cells.map((cell) => [cell, failureOf(cell, snapshotOf(snapshot, cell), expected.get(cell.kind))]),
		);
		const stale = cells.filter(({ column }) => column === "stale");
		for (const [cell, failure] of await repeatAll(stale)) failures.set(cell, failures.get(cell) ?? failure);
		const fields = cells.map(
			(cell): Field => ({ row: `${cell.kind} ${cell.part}`, column: cell.column, failure: failures.get(cell) }),
		);
		return [...fields, { row: "all queues", column: "stale", failure: [left, await drained()].join("") || undefined }];
	} finally {
		time.stop();
		await ends.stop();
		await world.close();
	}

	/** Delivers again what the cells' functions were given: after the end, and once more after the tenant went on to leave. */
	async function repeatAll(stale: readonly Cell[]): Promise<[Cell, string | undefined][]> {
		const found: [Cell, string | undefined][] = [];
		for (const when of ["after its end", "after a newer generation"]) {
			const before = await takeSnapshots(world, told);
			await all(stale, (cell) => heard.repeat(cell));
			await drained();
			const after = await takeSnapshots(world, told);
			for (const cell of stale) {
				const difference = differenceOf(snapshotOf(after, cell), snapshotOf(before, cell));
				if (difference) found.push([cell, `repeated ${when}: ${difference}`]);
			}
			if (when === "after its end") await all(stale, (cell) => goOn(cell, world, ends));
			await drained();
		}
		return found;
	}
}

function snapshotOf(snapshot: SnapshotOf, { tenantId = "", slug }: Cell): unknown {
	return snapshot({ tenantId, slug });
}

function failureOf(cell: Cell, state: unknown, expected: unknown): string | undefined {
	if (cell.status !== "succeeded") return `the operation is ${cell.status}: ${JSON.stringify(state)}`;
	if (isOrdered(cell) && cell.struck === 0) return "the fault never struck";
	return differenceOf(state, expected);
}

async function all<T>(list: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
	const lane = createLane(cellsAtOnce);
	await Promise.all(
		list.map((one) => new Promise<void>((resolve, reject) => lane(() => act(one).then(() => resolve(), reject)))),
	);
}

/** What has to be there before a cell's operation can be asked for. */
async function onboardAll(cells: readonly Cell[], world: World, ends: ReturnType<typeof watchEnds>): Promise<void> {
	const before = cells.filter(({ kind }) => kind !== "onboard-tenant");
	await all(before, async (cell) => {
		const { tenant, operation } = await askFor("onboard-tenant", cell, world.client);
		cell.tenantId = tenant.tenantId;
		await ends.of(operation.operationId, 60_000);
	});
}

/** A later operation of the cell's tenant, which gives its names a newer generation. Who has left has none. */
async function goOn(cell: Cell, world: World, ends: ReturnType<typeof watchEnds>): Promise<void> {
	if (cell.kind === "offboard-tenant") return;
	const { operation } = await askFor("offboard-tenant", cell, world.client);
	await ends.of(operation.operationId, 60_000);
}

/** Notes what every function is given, and how many calls it makes of it. */
function hearInvocations(world: World) {
	const { lambda } = world.cloud.services;
	const heard: Parameters<Parameters<typeof lambda.listen>[0]>[0][] = [];
	lambda.listen((invocation) => heard.push(invocation));
	const of = (part: string, cell: Cell) => {
		const marks = marksOf(part, cell, cell.operationId);
		const functionName = stack.functionName(part);
		return heard.filter(
			(one) => one.functionName === functionName && marks.every((mark) => one.payload.includes(mark)),
		);
	};
	return {
		mostCalls: (part: string, cell: Cell | undefined) =>
			cell ? Math.max(0, ...of(part, cell).map(({ calls }) => calls)) : 0,
		async repeat(cell: Cell) {
			const payloads = new Set(of(cell.part, cell).map(({ payload }) => payload));
			for (const payload of payloads) await lambda.invoke(stack.functionName(cell.part), JSON.parse(payload));
		},
	};
}

/** What still lies in queues once nothing moves any more; empty when nothing does. */
async function leftBehind(world: World): Promise<string> {
	const { sqs, events } = world.cloud.services;
	const left = () =>
		sqs.depth().filter(({ queueName, ...depth }) => queueName !== "subscriber" && Object.values(depth).some(Boolean));
	for (let rounds = 0; rounds < 150 && (left().length > 0 || events.pending() > 0); rounds++) await pause(200);
	return left()
		.map((queue) => JSON.stringify(queue))
		.join(", ");
}
