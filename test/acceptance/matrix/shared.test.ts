import { expect, it } from "vitest";
import { columns } from "./columns.ts";
import { aCrowd, all } from "./crowd.ts";
import { type SharedPart, type Strike, sharedParts, strike, strikesOf } from "./shared-parts.ts";
import { differenceOf, type Field, tableOf } from "./table.ts";

it("all who come and go meanwhile end in the same state, whatever happens to what works for all of them", async () => {
	const fields = await runMatrix();
	console.info(tableOf(columns, fields));
	expect(fields.filter(({ failure }) => failure !== undefined)).toEqual([]);
}, 600_000);

async function runMatrix(): Promise<Field[]> {
	const crowd = await aCrowd();
	const endOf = async ({ newcomer, leaver }: Strike) => [
		await crowd.end(newcomer.operationId ?? ""),
		await crowd.end(leaver.operationId ?? ""),
	];
	try {
		const [plain] = strikesOf({ name: "nothing", part: "none", marks: [] }, 0);
		if (!plain) throw new Error("There is no column.");
		await crowd.onboard([plain.leaver]);
		await strike({ ...plain, column: "stale" }, 0, crowd);
		await endOf(plain);
		await crowd.sweep("sweepOperations");
		await crowd.sweep("sweepWaits");
		// A sweeper was heard that found nothing to do; with work it makes a call more.
		const callsOf = ({ part, marks, leaves }: SharedPart) => crowd.heard.mostCalls(part, marks) + (leaves ? 1 : 0);
		const calls = new Map(sharedParts.map((shared) => [shared, callsOf(shared)]));
		const strikes = sharedParts.flatMap((shared) => strikesOf(shared, calls.get(shared) ?? 0));
		await crowd.onboard(strikes.map(({ leaver }) => leaver));
		// Each part's strikes one after the other, of which only one is on order at a time; the sweepers beside the others.
		const lanes = [sharedParts.slice(0, 2), ...sharedParts.slice(2).map((shared) => [shared])];
		await all(lanes, async (parts) => {
			for (const each of strikes.filter(({ shared }) => parts.includes(shared))) {
				await strike(each, calls.get(each.shared) ?? 0, crowd);
			}
		});
		const ended = new Map<Strike, string[]>();
		await all(strikes, async (each) => ended.set(each, await endOf(each)));
		const left = await crowd.drained();
		const snapshot = await crowd.snapshots();
		const stateOf = ({ newcomer, leaver }: Strike) =>
			[newcomer, leaver].map(({ tenantId = "", slug }) => snapshot({ tenantId, slug }));
		const fields = strikes.map((each): Field => {
			const { shared, column, struck } = each;
			const difference = differenceOf(
				{ ended: ended.get(each), state: stateOf(each) },
				{ ended: ["succeeded", "succeeded"], state: stateOf(plain) },
			);
			return { row: shared.name, column, failure: struck === 0 ? "the fault never struck" : difference };
		});
		return [...fields, { row: "what is left in queues", column: "stale", failure: left || undefined }];
	} finally {
		await crowd.close();
	}
}
