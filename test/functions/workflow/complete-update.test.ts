import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../../../domain/claim.ts";
import { conditionTypes } from "../../../domain/conditions.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId, withTrue } from "../../builders/entities.ts";
import { conditionsOf, formerClaim, formerName, hostname, run, world } from "./a-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const mapEntry = (name: string) => cloud.row("map", { hostname: name });
const stepsDone = async () => Object.keys((await cloud.operation(operationId))?.["stepsDone"]);
const suspended = (claim: Claim): Claim => ({ ...claim, intent: "suspend" });

describe("publishing what is not served", () => {
	it.each([
		["suspended", suspended(aClaim())],
		["moved", formerClaim({ hostname, generation: 7, conditions: aClaim().conditions })],
	])("needs no certificate: %s", async (status, claim) => {
		await cloud.hold({
			tenant: aTenant(),
			claim: { ...claim, conditions: aClaim().conditions },
			operation: anOperation(),
		});
		await run("PublishRoute");
		expect(await mapEntry(hostname)).toMatchObject({ status, generation: 7 });
		expect((await conditionsOf(cloud)).RoutePublished).toMatchObject({ status: "true" });
	});

	it("says where a former name redirects", async () => {
		await world(cloud, "PublishRoute");
		await run("PublishRoute", { hostname: formerName, generation: 5 });
		expect(await mapEntry(formerName)).toMatchObject({ status: "moved", redirectTo: hostname, generation: 5 });
	});
});

describe("completing an update", () => {
	it("calls what is served active, and lets the former names redirect from here on", async () => {
		await world(cloud, "CompleteUpdate");
		await run("CompleteUpdate");
		expect(await cloud.claim(hostname)).toMatchObject({ statusPk: "CLAIM#active" });
		expect(await mapEntry(formerName)).toMatchObject({ status: "moved", redirectTo: hostname, generation: 5 });
		expect((await conditionsOf(cloud, formerName)).RoutePublished).toMatchObject({ reason: "Redirects" });
		expect(await stepsDone()).toEqual(["CompleteUpdate"]);
	});

	it.each(conditionTypes.filter((type) => type !== "Serving"))(
		"leaves everything as it is while %s is not true of what is to be served",
		async (missing) => {
			const claim = withTrue(aClaim(), ...conditionTypes.filter((type) => type !== missing && type !== "Serving"));
			const { [missing]: condition } = claim.conditions;
			const conditions = { ...claim.conditions, [missing]: { ...condition, status: "unknown" as const } };
			await world(cloud, "CompleteUpdate");
			await cloud.hold({ claim: { ...claim, conditions } });
			await expect(run("CompleteUpdate")).rejects.toMatchObject({ name: "ConditionsNotMet" });
			expect(await cloud.rows("map")).toEqual([]);
			expect(await stepsDone()).toEqual([]);
		},
	);

	it("of a suspension asks for no records, and says that the edge answers 403", async () => {
		await world(cloud, "CompleteUpdate");
		await cloud.hold({ claim: suspended(withTrue(aClaim(), "RoutePublished", "Serving")) });
		await run("CompleteUpdate");
		expect((await conditionsOf(cloud)).Serving).toMatchObject({ status: "unknown", reason: "Suspended" });
		expect(await cloud.claim(hostname)).toMatchObject({ statusPk: "CLAIM#suspended" });
		expect(await mapEntry(formerName)).toMatchObject({ status: "moved" });
	});

	it.each(["redirect", "remove"] as const)("says nothing of how a name serves that is to %s", async (intent) => {
		await world(cloud, "CompleteUpdate");
		const claim = withTrue(aClaim({ intent }), "RoutePublished");
		await cloud.hold({ claim });
		await run("CompleteUpdate");
		expect(await conditionsOf(cloud)).toEqual(claim.conditions);
		expect(await stepsDone()).toEqual(["CompleteUpdate"]);
	});
});

describe("the former names of a tenant", () => {
	it("are left alone by an operation of a name that is not the present one", async () => {
		await world(cloud, "CompleteUpdate");
		await cloud.hold({
			tenant: aTenant({ hostname: "third.app.example.com", formerHostnames: [hostname, formerName] }),
		});
		await run("CompleteUpdate");
		expect(await cloud.rows("map")).toEqual([]);
		expect(await stepsDone()).toEqual(["CompleteUpdate"]);
	});

	it("are left alone where the tenant is gone", async () => {
		await world(cloud, "CompleteUpdate");
		await cloud.hold({ tenant: aTenant({ tenantId: "ten_other" }) });
		await run("CompleteUpdate", { tenantId: "ten_none" });
		expect(await cloud.rows("map")).toEqual([]);
	});

	it.each<[string, Claim]>([
		["is somebody else's by now", formerClaim({ tenantId: "ten_other" })],
		["is being taken down", formerClaim({ intent: "remove" })],
		["was given back", formerClaim({ intent: "released" })],
	])("do not redirect where one %s", async (_, claim) => {
		await world(cloud, "CompleteUpdate");
		await cloud.hold({ claim });
		await run("CompleteUpdate");
		expect(await cloud.rows("map")).toEqual([]);
		expect(await cloud.claim(formerName)).toMatchObject(claim);
	});

	it("never take the place of a newer entry", async () => {
		await world(cloud, "CompleteUpdate");
		await cloud.put("map", { hostname: formerName, generation: 6 });
		await expect(run("CompleteUpdate")).rejects.toMatchObject({ name: "Superseded" });
		expect(await cloud.rows("map")).toEqual([{ hostname: formerName, generation: 6 }]);
		expect(await stepsDone()).toEqual([]);
	});
});
