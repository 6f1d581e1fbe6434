import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../../domain/limits.ts";
import { handler as reconcile, workMs } from "../../../functions/schedule/reconcile.ts";
import { writePause } from "../../../services/pause.ts";
import { keys } from "../../../services/registry.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { longAgo } from "../../builders/entities.ts";
import { holdFleet, holdZone, loseEntries, type Member, member, recordSetsOf } from "../a-fleet.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterEach(() => {
	vi.restoreAllMocks();
	vi.useRealTimers();
});
afterAll(() => cloud.close());

const lastRun = () => cloud.row("registry", keys.reconciliation);
/** What the run asked for, by hostname. */
const asked = async () =>
	(await cloud.rows("registry"))
		.filter(({ sk, kind }) => sk === "OPERATION" && kind !== "onboard-tenant")
		.map(({ hostname, kind, status, requestedBy, reason }) => ({ hostname, kind, status, requestedBy, reason }))
		.sort((left, right) => (left.hostname < right.hostname ? -1 : 1));
const counted = (written: { mock: { calls: unknown[][] } }) =>
	written.mock.calls.filter(([line]) => String(line).includes("UnsafePlans")).length;
const paused = { reason: "Route 53 is ill.", by: "operator", since: longAgo };
const zoneOf = (fleet: readonly Member[]) => fleet.flatMap(({ hostname }) => recordSetsOf(hostname));

describe("the hourly reconciliation", () => {
	it("asks for nothing where everything stands, and keeps how it went", async () => {
		await holdFleet(cloud, 3);
		await reconcile();
		expect(await asked()).toEqual([]);
		expect(await lastRun()).toMatchObject({ lookedAt: 3, byKind: {}, repaired: 0, unsafe: false, complete: true });
	});

	it("asks for one operation for each hostname that differs, and a second run for none", async () => {
		const fleet = await holdFleet(cloud, 4);
		const [first, second, third] = fleet as [Member, Member, Member, Member]; // as many as were asked for
		await loseEntries(first);
		const [address, ...others] = zoneOf([second]);
		const elsewhere = {
			...address,
			AliasTarget: { DNSName: "d9.cloudfront.net.", HostedZoneId: "Z", EvaluateTargetHealth: false },
		};
		holdZone(cloud, [
			...zoneOf([first, fleet[3] ?? first]),
			{ ...elsewhere, Name: address?.Name, Type: "A" },
			...others,
		]);
		await reconcile();
		const common = { kind: "repair-hostname", status: "queued", requestedBy: "reconciler" };
		expect(await asked()).toMatchObject([
			{ ...common, hostname: first.hostname, reason: "The tenant map has no readable entry." },
			{ ...common, hostname: second.hostname, reason: "The zone has an A alias to d9.cloudfront.net." },
			{ ...common, hostname: third.hostname, reason: "The zone has no A record and no AAAA record." },
		]);
		expect(cloud.sent("operations")).toHaveLength(3);
		expect(await lastRun()).toMatchObject({
			byKind: { "route-missing": 1, "record-differs": 1, "record-missing": 1 },
			...{ repaired: 3, skipped: 0, requestedBy: "reconciler" },
		});
		await reconcile();
		expect(await asked()).toHaveLength(3);
		expect(await lastRun()).toMatchObject({ byKind: {}, repaired: 0 });
	});

	it("asks for one operation however much of a hostname differs, and says it all in the reason", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		holdZone(cloud, []);
		await reconcile();
		const reason = "The zone has no A record and no AAAA record. The tenant map has no readable entry.";
		expect(await asked()).toMatchObject([{ hostname: lost?.hostname, reason }]);
	});

	it("gives a former name back when its time is over, and tells an operator of what nobody claims", async () => {
		const { tenant, ...present } = member(0);
		const old = member(1, { tenantId: tenant.tenantId, intent: "redirect", redirectUntil: longAgo });
		await cloud.hold({ ...present, tenant: { ...tenant, formerHostnames: [old.hostname] } });
		await cloud.hold({ claim: old.claim });
		for (const { entry } of [present, old]) await cloud.put("map", { ...entry });
		holdZone(cloud, [...zoneOf([member(0), old]), ...recordSetsOf("nobody.app.example.com")]);
		await reconcile();
		expect(await asked()).toMatchObject([{ hostname: old.hostname, kind: "release-hostname", status: "queued" }]);
		expect(await lastRun()).toMatchObject({ byKind: { "redirect-over": 1, "record-orphan": 1 }, repaired: 1 });
	});

	it("touches neither zone nor map itself", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		await reconcile();
		expect(await cloud.rows("map")).toEqual([]);
		const calls = new Set(cloud.route53.calls().map(({ args: [command] }) => command.constructor.name));
		expect([...calls]).toEqual(["ListResourceRecordSetsCommand"]);
	});

	it("repairs nothing when more than ten and 30 per cent differ, and counts that for the alarm", async () => {
		const fleet = await holdFleet(cloud, 12);
		const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
		await loseEntries(...fleet.slice(0, 10));
		holdZone(cloud, zoneOf(fleet.slice(0, 11)));
		await reconcile();
		expect(await asked()).toEqual([]);
		expect(await lastRun()).toMatchObject({ unsafe: true, repaired: 0, complete: false });
		expect(counted(written)).toBe(1);
		holdZone(cloud, zoneOf(fleet));
		await reconcile();
		expect(await asked()).toHaveLength(10);
		expect(counted(written)).toBe(1);
	});

	it("begins at most 200 repairs, and leaves the rest to the next run", { timeout: 60_000 }, async () => {
		const most = vi.spyOn(limits, "reconciliationRepairs", "get");
		most.mockReturnValue({ ...limits.reconciliationRepairs, value: 3 as 200 }); // a bound that a small fleet reaches
		const fleet = await holdFleet(cloud, 5);
		await loseEntries(...fleet);
		await reconcile();
		expect(await asked()).toHaveLength(3);
		expect(await lastRun()).toMatchObject({ repaired: 3, complete: false });
		await reconcile();
		expect(await asked()).toHaveLength(5);
		expect(await lastRun()).toMatchObject({ repaired: 2, complete: true });
	});

	it("does nothing while new work is paused, and what it missed when that is over", async () => {
		await loseEntries(...(await holdFleet(cloud, 1)));
		await writePause(paused);
		await reconcile();
		expect(cloud.route53.calls()).toEqual([]);
		expect({ asked: await asked(), lastRun: await lastRun() }).toEqual({ asked: [], lastRun: undefined });
		await writePause(undefined);
		await reconcile();
		expect(await asked()).toHaveLength(1);
	});

	it("begins nothing more when somebody pauses new work while it runs", async () => {
		await loseEntries(...(await holdFleet(cloud, 1)));
		let reads = 0;
		cloud.overtakeReads(async (pk) => {
			if (pk === keys.pause().pk && ++reads === 3) await cloud.put("registry", { ...keys.pause(), pause: paused });
		});
		await reconcile();
		expect(await asked()).toEqual([]);
		expect(await lastRun()).toMatchObject({ repaired: 0, complete: false });
	});

	it("leaves its place to others when a repair is not accepted", async () => {
		const [unfinished, lost] = (await holdFleet(cloud, 2)) as [Member, Member]; // as many as were asked for
		await loseEntries(unfinished, lost);
		await cloud.hold({ operation: { ...unfinished.operation, status: "failed" } });
		await reconcile();
		expect(await asked()).toMatchObject([{ hostname: lost.hostname }]);
		expect(await lastRun()).toMatchObject({ repaired: 1, skipped: 1, complete: true });
	});

	it("goes on when one repair cannot be asked for, and says so at the end", async () => {
		const [broken, lost] = (await holdFleet(cloud, 2)) as [Member, Member]; // as many as were asked for
		await loseEntries(broken, lost);
		cloud.overtakeReads((pk) => {
			if (pk === keys.tenant(broken.tenant.tenantId).pk) throw new Error("no such row");
		});
		await expect(reconcile()).rejects.toMatchObject({ errors: [expect.any(Error)] });
		expect(await asked()).toMatchObject([{ hostname: lost.hostname }]);
		expect(await lastRun()).toMatchObject({ repaired: 1, skipped: 1 });
	});

	it("believes no half of a world: what cannot be read in time is an error, and nothing is repaired", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		const begun = Date.now();
		let reads = 0;
		vi.spyOn(Date, "now").mockImplementation(() => (reads++ === 0 ? begun : begun + workMs));
		await expect(reconcile()).rejects.toMatchObject({ name: "ServiceUnavailable" });
		vi.restoreAllMocks();
		expect(await asked()).toEqual([]);
		expect(await lastRun()).toBeUndefined();
	});
});
