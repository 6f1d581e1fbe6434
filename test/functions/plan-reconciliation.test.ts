import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { planReconciliation } from "../../functions/plan-reconciliation.ts";
import { claimRow, keys } from "../../services/registry.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { anOperation } from "../builders/entities.ts";
import { holdFleet, holdZone, loseEntries, type Member, recordSetsOf } from "./a-fleet.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const plan = () => planReconciliation(Date.now() + 10_000);
const kinds = async () => (await plan()).findings.map(({ kind }) => kind);

/** One tenant whose map entry is lost. */
async function holdBroken(): Promise<Member> {
	const [lost] = (await holdFleet(cloud, 1)) as [Member]; // as many as were asked for
	await loseEntries(lost);
	return lost;
}

describe("a plan", () => {
	it("leaves out a claim that was changed while the world was read", async () => {
		const { claim } = await holdBroken();
		expect(await kinds()).toEqual(["route-missing"]);
		const changed = { ...claimRow(claim), revision: claim.revision + 1 };
		// The zone is read after the claims.
		cloud.route53.callsFake(async () => {
			await cloud.put("registry", changed);
			return { ResourceRecordSets: recordSetsOf(claim.hostname), IsTruncated: false };
		});
		expect(await kinds()).toEqual([]);
		expect(await kinds()).toEqual(["route-missing"]);
	});

	it("takes no claim that the lists did not show, or that does not parse, for a name that nobody claims", async () => {
		const { claim, hostname } = await holdBroken();
		const { statusPk: _status, ...unlisted } = claimRow(claim);
		await cloud.put("registry", unlisted);
		expect(await kinds()).toEqual([]);
		await cloud.put("registry", { ...claimRow(claim), generation: "seven" });
		expect(await kinds()).toEqual([]);
		await cloud.put("registry", { ...keys.claim("other.app.example.com") });
		holdZone(cloud, recordSetsOf(`x${hostname}`));
		expect(await kinds()).toEqual(["record-orphan"]);
	});

	it.each(["queued", "running"] as const)("leaves out a tenant whose operation is %s", async (status) => {
		const { tenant, hostname } = await holdBroken();
		const { tenantId } = tenant;
		await cloud.hold({ operation: anOperation({ operationId: "op_now", tenantId, hostname, status }) });
		expect(await kinds()).toEqual([]);
	});

	it("takes an entry that does not parse for none, and mends it", async () => {
		const [{ entry }] = (await holdFleet(cloud, 1)) as [Member]; // as many as were asked for
		await cloud.put("map", { ...entry, origin: "acme.origins.example.net" });
		expect(await kinds()).toEqual(["route-missing"]);
	});

	it("reads all pages of a large fleet, and says nothing of what stands", { timeout: 60_000 }, async () => {
		await holdFleet(cloud, 160);
		expect(await plan()).toMatchObject({ lookedAt: 160, findings: [], unsafe: false });
		// 320 records are two pages.
		expect(cloud.route53.calls()).toHaveLength(2);
	});

	it("waits for its turn when Route 53's requests are used up", async () => {
		await holdFleet(cloud, 1);
		const requests = { tokens: -2, atMs: Date.now() };
		await cloud.put("zone", { pk: "ZONE#Z1", sk: "LEASE", requests, revision: 1 });
		const waited = vi.spyOn(globalThis, "setTimeout");
		expect((await plan()).findings).toEqual([]);
		expect(waited.mock.calls.some(([, ms]) => ms !== undefined && ms > 0 && ms <= 300)).toBe(true);
		waited.mockRestore();
	});

	it.each(["pending", "suspended"])(
		"takes the newer row of a claim that is on two lists, the other %s",
		async (other) => {
			const { claim } = await holdBroken();
			await cloud.put("registry", claimRow({ ...claim, revision: 5 }));
			const older = { ...claimRow({ ...claim, revision: 4 }), pk: "HOSTNAME#moving", statusPk: `CLAIM#${other}` };
			await cloud.put("registry", older);
			expect(await plan()).toMatchObject({ lookedAt: 1, findings: [{ kind: "route-missing" }] });
		},
	);
});
