import { setTimeout as pause } from "node:timers/promises";
import type { FaultRule } from "../../../local/faults.ts";
import { stack } from "../world.ts";
import { type Column, columns, ordersOf } from "./columns.ts";
import type { Crowd } from "./crowd.ts";
import { askFor, type Kind, type Subject } from "./lives.ts";

/** A function that works for many tenants at once: the zone's writer, the looks at its changes, the sweepers. */
export interface SharedPart {
	name: string;
	part: string;
	/** What the payload of the invocations meant contains. */
	marks: readonly string[];
	/** The fault of another function that leaves work for a sweeper, for the tenant of that slug. */
	leaves?: (slug: string) => FaultRule;
}

const lost = { kind: "unavailable", service: "sqs", operation: "SendMessage" } as const;

export const sharedParts: readonly SharedPart[] = [
	{ name: "the zone's writer", part: "writeZoneChanges", marks: [] },
	{ name: "looks at changes", part: "checkWaits", marks: ["route53-change"] },
	{
		name: "the sweep over operations",
		part: "sweepOperations",
		marks: [],
		leaves: (slug) => ({ ...lost, functionName: stack.functionName("createTenant"), payloadIncludes: [slug] }),
	},
	{
		name: "the sweep over waits",
		part: "sweepWaits",
		marks: [],
		// All three tries of the SDK: its message comes back long after the sweeper.
		leaves: () => ({ ...lost, functionName: stack.functionName("writeZoneChanges"), times: 3 }),
	},
];

/** Two tenants, one that comes and one that goes, while one fault strikes the part. */
export interface Strike {
	shared: SharedPart;
	column: Column;
	order: number;
	newcomer: Subject & { operationId?: string };
	leaver: Subject & { operationId?: string };
	struck: number;
}

/** All that may happen to a part but staleness: what it is given says only that there is something to do. */
export function strikesOf(shared: SharedPart, calls: number): Strike[] {
	const named = (word: string) => `${shared.part.toLowerCase()}-${word}`;
	return columns
		.filter((column) => column !== "stale")
		.flatMap((column) =>
			ordersOf(column, { functionName: "", marks: [] }, calls).map((_, order) => ({ column, order })),
		)
		.map(({ column, order }, at) => ({
			...{ shared, column, order, struck: 0 },
			newcomer: { slug: named(`in-${100 + at}`) },
			leaver: { slug: named(`out-${100 + at}`) },
		}));
}

// Real time: the part's next work is at most a second away, or what a sweeper waits for (15 s of quick time).
const patienceMs = 8_000;
const quietMs = 1_700;

/** Asks for both operations and has the fault strike. Does not wait for their ends: the next strike may come into them. */
export async function strike(each: Strike, calls: number, { world, sweep }: Crowd): Promise<void> {
	const { shared, newcomer, leaver } = each;
	const { faults } = world.cloud;
	if (shared.leaves) faults.order(shared.leaves(newcomer.slug));
	const ask = async (kind: Kind, subject: Strike["newcomer"]) => {
		const { tenant, operation } = await askFor(kind, subject, world.client);
		Object.assign(subject, { tenantId: tenant.tenantId, operationId: operation.operationId });
	};
	const orderFault = () => {
		const meant = { functionName: stack.functionName(shared.part), marks: shared.marks };
		const rule = ordersOf(each.column, meant, calls)[each.order];
		return rule ? faults.order({ ...rule, onGiven: () => each.struck++ }) : () => {};
	};
	if (!shared.leaves) {
		const takeBack = orderFault();
		await Promise.all([ask("onboard-tenant", newcomer), ask("offboard-tenant", leaver)]);
		for (let waited = 0; each.struck === 0 && waited < patienceMs; waited += 50) await pause(50);
		await pause(300); // the rest of an invocation whose every call is struck
		takeBack();
		return;
	}
	await Promise.all([ask("onboard-tenant", newcomer), ask("offboard-tenant", leaver)]);
	await pause(quietMs);
	const takeBack = orderFault();
	if (each.column === "duplicate") each.struck++; // a schedule that fires twice
	await Promise.all([sweep(shared.part), ...(each.column === "duplicate" ? [sweep(shared.part)] : [])]);
	takeBack();
	await sweep(shared.part);
}
