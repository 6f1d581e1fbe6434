import { type Cell, cellsOf, isOrdered, runCell } from "./cells.ts";
import { aCrowd, all, type Crowd } from "./crowd.ts";
import { askFor, type Kind, marksOf } from "./lives.ts";
import type { SnapshotOf } from "./snapshots.ts";
import { differenceOf, type Field } from "./table.ts";

/** Takes tenants through the kinds' operations, one for each of their functions and faults, and says whose end state is another one. */
export async function runMatrix(kinds: readonly Kind[]): Promise<Field[]> {
	const crowd = await aCrowd();
	try {
		const plain = kinds.map((kind) => plainCell(kind));
		await crowd.onboard(plain.filter(isLater));
		await all(plain, (cell) => runCell(cell, 0, crowd));
		const callsOf = (kind: Kind, part: string) => {
			const cell = plain.find((other) => other.kind === kind) ?? plainCell(kind);
			return crowd.heard.mostCalls(part, marksOf(part, cell, cell.operationId));
		};
		const cells = kinds
			.flatMap((kind) => cellsOf(kind, (part) => callsOf(kind, part)))
			.map((cell, at): Cell => ({ ...cell, slug: `cell-${1_000 + at}` }));
		await crowd.onboard(cells.filter(isLater));
		await all(cells, (cell) => runCell(cell, callsOf(cell.kind, cell.part), crowd));
		await again(cells, callsOf, crowd);
		const left = await crowd.drained();
		const snapshot = await crowd.snapshots();
		const expected = new Map(plain.map((cell) => [cell.kind, snapshotOf(snapshot, cell)]));
		const failures = new Map(
			cells.map((cell) => [cell, failureOf(cell, snapshotOf(snapshot, cell), expected.get(cell.kind))]),
		);
		for (const [cell, failure] of await repeatAll(cells, crowd)) failures.set(cell, failures.get(cell) ?? failure);
		const fields = cells.map(
			(cell): Field => ({ row: `${cell.kind} ${cell.part}`, column: cell.column, failure: failures.get(cell) }),
		);
		return [...fields, { row: "what is left in queues", column: "stale", failure: left || undefined }];
	} finally {
		await crowd.close();
	}
}

const isLater = ({ kind }: Cell) => kind !== "onboard-tenant";

/** The one of its kind to which nothing happens, and whose end state is everybody's. */
function plainCell(kind: Kind): Cell {
	return { kind, part: "none", column: "stale", order: 0, struck: 0, slug: `plain-${kind}` };
}

/** Where a batch died for another tenant in it, the fault on order may never strike: those go again, as other tenants. */
async function again(cells: readonly Cell[], callsOf: (kind: Kind, part: string) => number, crowd: Crowd) {
	for (const suffix of ["-b", "-c", "-d"]) {
		const missed = cells.filter((cell) => isOrdered(cell) && cell.struck === 0);
		for (const cell of missed) cell.slug += suffix;
		await crowd.onboard(missed.filter(isLater));
		for (const cell of missed) await runCell(cell, callsOf(cell.kind, cell.part), crowd);
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

/** Delivers again what the stale cells' functions were given: after the end, and once more after the tenant has left. */
async function repeatAll(cells: readonly Cell[], crowd: Crowd): Promise<[Cell, string | undefined][]> {
	const stale = cells.filter(({ column }) => column === "stale");
	const found: [Cell, string | undefined][] = [];
	for (const when of ["after its end", "after a newer generation"]) {
		const before = await crowd.snapshots();
		await all(stale, async (cell) => {
			const times = await crowd.heard.repeat(cell.part, marksOf(cell.part, cell, cell.operationId));
			if (times === 0) found.push([cell, "there was nothing to repeat"]);
		});
		const left = await crowd.drained();
		const after = await crowd.snapshots();
		for (const cell of stale) {
			const difference = left || differenceOf(snapshotOf(after, cell), snapshotOf(before, cell));
			if (difference) found.push([cell, `repeated ${when}: ${difference}`]);
		}
		if (when === "after its end") await all(stale, (cell) => goOn(cell, crowd));
	}
	return found;
}

/** A later operation of the cell's tenant, which gives its names a newer generation. Who has left has none. */
async function goOn(cell: Cell, { world, end }: Crowd): Promise<void> {
	if (cell.kind === "offboard-tenant") return;
	const { operation } = await askFor("offboard-tenant", cell, world.client);
	await end(operation.operationId);
}
