import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { routes } from "../../../functions/api/routes.ts";
import { handler as runReconciliation } from "../../../functions/api/run-reconciliation.ts";
import { handler as showReconciliation } from "../../../functions/api/show-reconciliation.ts";
import { writePause } from "../../../services/pause.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { longAgo } from "../../builders/entities.ts";
import { holdFleet, holdZone, loseEntries, recordSetsOf } from "../a-fleet.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const route = "/v1/reconciliation";
const show = async () => {
	const { status, body } = await ask(showReconciliation, { method: "GET", route });
	expect(status).toBe(200);
	return routes.showReconciliation.reply.schema.parse(body);
};
const run = async (body: unknown) => {
	const answer = await ask(runReconciliation, { method: "POST", route, body, caller: "operator" });
	expect(answer.status).toBe(200);
	return routes.runReconciliation.reply.schema.parse(answer.body);
};
const begun = async () => (await cloud.rows("registry")).filter(({ kind }) => kind === "repair-hostname");

describe("GET /v1/reconciliation", () => {
	it("shows what differs and changes nothing", async () => {
		const [lost] = await holdFleet(cloud, 2);
		if (lost) await loseEntries(lost);
		const before = await cloud.rows("registry");
		const { plan, lastRun } = await show();
		expect(plan).toMatchObject({ lookedAt: 2, total: 1, byKind: { "route-missing": 1 }, unsafe: false });
		expect(plan.findings).toMatchObject([{ hostname: lost?.hostname, repair: "repair-hostname" }]);
		expect(lastRun).toBeNull();
		expect(await cloud.rows("registry")).toEqual(before);
	});

	it("shows the first 1,000 of many findings, and how many there are", { timeout: 60_000 }, async () => {
		const names = Array.from({ length: 1_001 }, (_, at) => `orphan${at}.app.example.com`);
		holdZone(cloud, names.flatMap(recordSetsOf));
		const { plan } = await show();
		expect(plan).toMatchObject({ total: 1_001, byKind: { "record-orphan": 1_001 }, unsafe: false });
		expect(plan.findings).toHaveLength(1_000);
	});

	it("says that it could not look when Route 53 does not answer", async () => {
		await holdFleet(cloud, 1);
		cloud.route53.rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect(await problem(showReconciliation, { method: "GET", route })).toMatchObject({ status: 503 });
	});
});

describe("POST /v1/reconciliation", () => {
	it("repairs what differs in the caller's name, and the next GET shows that run", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		const { operations, skipped, complete } = await run({});
		expect({ skipped, complete }).toEqual({ skipped: [], complete: true });
		expect(operations).toMatchObject([{ hostname: lost?.hostname, operationId: expect.stringMatching(/^op_/) }]);
		expect(await begun()).toMatchObject([{ requestedBy: "operator", operationId: operations[0]?.operationId }]);
		const { plan, lastRun } = await show();
		expect(plan.total).toBe(0);
		expect(lastRun).toMatchObject({ requestedBy: "operator", repaired: 1, byKind: { "route-missing": 1 } });
	});

	it("changes nothing and keeps no run when it is a dry one", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		expect(await run({ dryRun: true })).toMatchObject({ plan: { total: 1 }, operations: [], complete: true });
		expect(await begun()).toEqual([]);
		expect((await show()).lastRun).toBeNull();
	});

	it("repairs what is unsafe only when it is forced", async () => {
		const fleet = await holdFleet(cloud, 12);
		await loseEntries(...fleet);
		expect(await run({})).toMatchObject({ plan: { unsafe: true }, operations: [], complete: false });
		expect(await begun()).toEqual([]);
		expect((await run({ force: true })).operations).toHaveLength(12);
	});

	it("is refused while new work is paused: who stopped it, why, and how it goes on; a dry run still plans", async () => {
		const [lost] = await holdFleet(cloud, 1);
		if (lost) await loseEntries(lost);
		await writePause({ reason: "Route 53 is ill.", by: "night-shift", since: longAgo });
		expect(await problem(runReconciliation, { method: "POST", route, body: { force: true } })).toMatchObject({
			...{ status: 409, type: "/errors/operations-paused", rule: "not-paused" },
			detail: expect.stringMatching(/'night-shift'.*Route 53 is ill\..*operations:resume/),
		});
		expect(await run({ dryRun: true })).toMatchObject({ plan: { total: 1 } });
		expect(await begun()).toEqual([]);
		expect((await show()).lastRun).toBeNull();
		await writePause(undefined);
		expect((await run({})).operations).toHaveLength(1);
	});

	it.each([
		["no JSON", "", "json"],
		["another member", { all: true }, "unknown"],
		["a text for a flag", { force: "yes" }, "type"],
	])("refuses %s", async (_, body, rule) => {
		expect(await problem(runReconciliation, { method: "POST", route, body })).toMatchObject({ status: 400, rule });
	});
});
