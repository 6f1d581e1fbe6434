import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stack } from "../world.ts";
import { aCrowd, all, type Crowd } from "./crowd.ts";
import { askFor, type Subject } from "./lives.ts";
import { differenceOf } from "./table.ts";

type Tenant = Required<Subject>;

/** What queues and rules deliver to. */
const delivered = ["startOperation", "writeZoneChanges", "checkWaits", "recordExecution"];
const statusChange = "Step Functions Execution Status Change";
const always = Number.POSITIVE_INFINITY;
// Three whole rounds of the sweepers for each of the five operations, in quick time; without disorder a life takes less than one.
const longestLifeMs = 15 * 60_000;

describe("sixty lives of which everything is delivered twice and out of order, and 5 % of the status changes are lost", () => {
	let crowd: Crowd;
	const plain: Tenant = { slug: "plain-life", tenantId: "" };
	const tenants = Array.from({ length: 60 }, (_, at): Tenant => ({ slug: `life-${100 + at}`, tenantId: "" }));
	const tookMs: number[] = [];
	let left: string;
	let snapshot: Awaited<ReturnType<Crowd["snapshots"]>>;

	beforeAll(async () => {
		crowd = await aCrowd();
		await live(plain);
		const { faults } = crowd.world.cloud;
		for (const key of delivered) {
			const functionName = stack.functionName(key);
			faults.order({ kind: "duplicate", functionName, times: always });
			faults.order({ kind: "hold", functionName, forMs: 5_000, times: always });
		}
		faults.order({ kind: "drop", detailType: statusChange, share: 0.05, times: always });
		await all(tenants, async (tenant) => {
			const fromMs = Date.now();
			await live(tenant);
			tookMs.push(Date.now() - fromMs);
		});
		left = await crowd.drained();
		snapshot = await crowd.snapshots();
	}, 600_000);
	afterAll(() => crowd?.close());

	/** Onboarding, suspension, resumption, rename, offboarding: each when the one before it has ended. */
	async function live(tenant: Tenant): Promise<void> {
		const { client } = crowd.world;
		const resume = () => client.change(tenant.tenantId, "resume", {}, `resume-${tenant.slug}`);
		for (const ask of [
			() => askFor("onboard-tenant", tenant, client),
			() => askFor("suspend-tenant", tenant, client),
			resume,
			() => askFor("rename-tenant", tenant, client),
			() => askFor("offboard-tenant", tenant, client),
		]) {
			const { tenant: seen, operation } = await ask();
			tenant.tenantId = seen.tenantId;
			expect(await crowd.end(operation.operationId), `${tenant.slug} ${operation.operationId}`).toBe("succeeded");
		}
	}

	it("end as a life does to which nothing happens: claims, map, zone, executions, and one event of each end", () => {
		const expected = snapshot(plain);
		const differences = tenants.flatMap((tenant) => differenceOf(snapshot(tenant), expected) ?? []);
		expect(differences).toEqual([]);
	});

	it("end within bounded time, each", () => {
		expect(tookMs).toHaveLength(tenants.length);
		expect(Math.max(...tookMs)).toBeLessThan(longestLifeMs);
	});

	it("leave nothing in queues", () => {
		expect(left).toBe("");
	});

	it("really met all of that", () => {
		const given = crowd.world.cloud.faults.given();
		for (const key of delivered) {
			expect(given[`${stack.functionName(key)} duplicate`]).toBeGreaterThan(5);
			expect(given[`${stack.functionName(key)} hold`]).toBeGreaterThan(10);
		}
		// Of ten status changes a life.
		expect(given[`${statusChange} drop`]).toBeGreaterThan(10);
	});
});
