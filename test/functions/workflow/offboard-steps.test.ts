import { DescribeExecutionCommand, ExecutionDoesNotExist, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keys } from "../../../services/registry.ts";
import { readTenant } from "../../../services/tenants.ts";
import { pendingChanges } from "../../../services/zone-changes.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId, tenantId } from "../../builders/entities.ts";
import { conditionsOf, everything, formerClaim, formerName, hostname, run, world } from "./a-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const mapEntry = (name: string) => cloud.row("map", { hostname: name });
const stepsDone = async () => Object.keys((await cloud.operation(operationId))?.["stepsDone"]);
const onlyFormer = { hostname: formerName, generation: 5, hostnames: [{ hostname: formerName, generation: 5 }] };

describe("stopping what is under way", () => {
	const cancels = { operationId: "op_before", attempt: 2, kind: "onboard-tenant" } as const;
	const stopped = () => cloud.sfn.commandCalls(StopExecutionCommand).map(({ args: [{ input }] }) => input);

	it("stops the execution that is cancelled", async () => {
		await world(cloud, "CancelRunning");
		await run("CancelRunning", { cancels });
		expect(stopped()).toMatchObject([
			{ executionArn: expect.stringMatching(/:onboard:op_before-2$/), error: "Superseded" },
		]);
		expect(await stepsDone()).toEqual(["CancelRunning"]);
	});

	it("is done where nothing was under way, or it never began", async () => {
		await world(cloud, "CancelRunning");
		await run("CancelRunning");
		expect(stopped()).toEqual([]);
		cloud.sfn.on(StopExecutionCommand).rejects(new ExecutionDoesNotExist({ $metadata: {}, message: "no" }));
		await run("CancelRunning", { cancels });
		expect(await stepsDone()).toEqual(["CancelRunning"]);
	});

	it("is not done while Step Functions does not answer", async () => {
		await world(cloud, "CancelRunning");
		cloud.sfn.on(StopExecutionCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(run("CancelRunning", { cancels })).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await stepsDone()).toEqual([]);
		expect(cloud.sfn.commandCalls(DescribeExecutionCommand)).toEqual([]);
	});
});

describe("withdrawing the routes", () => {
	it("lets the edge answer 410 for every name, and says so", async () => {
		await world(cloud, "WithdrawRoutes");
		await run("WithdrawRoutes");
		expect(await mapEntry(hostname)).toMatchObject({ status: "removing", generation: 7 });
		expect(await mapEntry(formerName)).toMatchObject({ status: "removing", generation: 5 });
		expect(await conditionsOf(cloud)).toMatchObject({
			RoutePublished: { status: "unknown", reason: "Withdrawn" },
			Serving: { status: "unknown", reason: "Withdrawn" },
		});
	});

	it("of a former name leaves the present one alone", async () => {
		await world(cloud, "WithdrawRoutes");
		await cloud.hold({ claim: aClaim() });
		await run("WithdrawRoutes", onlyFormer);
		expect(await cloud.rows("map")).toMatchObject([{ hostname: formerName, status: "removing" }]);
	});

	it.each([
		["of a newer generation", formerClaim({ generation: 6, intent: "serve" })],
		["that was given back", formerClaim({ intent: "released" })],
	])("withdraws no name %s", async (_, claim) => {
		await world(cloud, "WithdrawRoutes");
		await cloud.hold({ claim });
		await expect(run("WithdrawRoutes")).rejects.toMatchObject({ name: "Superseded" });
		expect(await mapEntry(formerName)).toBeUndefined();
		expect(await stepsDone()).toEqual([]);
	});

	it.each(["WithdrawRoutes", "ReleaseHostnames"] as const)("%s is a defect where the tenant is gone", async (state) => {
		await world(cloud, state);
		await expect(run(state, { tenantId: "ten_none" })).rejects.toThrow("is gone");
		expect(await cloud.rows("map")).toEqual([]);
	});
});

describe("removing the records", () => {
	it("asks for the end of all names' records in one change, parks its token on it, and rings", async () => {
		await world(cloud, "RemoveRecords");
		await run("RemoveRecords", { taskToken: "token-9" });
		const [change, ...others] = await pendingChanges("Z1");
		expect(others).toEqual([]);
		expect(change).toMatchObject({ hostname, generation: 7, action: "delete", wait: { taskToken: "token-9" } });
		expect(change?.records.map(({ name, type }) => `${type} ${name}`)).toEqual(
			[hostname, formerName].flatMap((name) => [`A ${name}`, `AAAA ${name}`]),
		);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 0 }]);
	});

	it("needs a token", async () => {
		await world(cloud, "RemoveRecords");
		await expect(run("RemoveRecords", { taskToken: undefined })).rejects.toThrow("no task token");
	});
});

describe("releasing the names", () => {
	const refs = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "EXTERNAL-REF");
	const leaving = aTenant({ formerHostnames: [formerName], externalRef: "cus_1", revision: 3 });

	it("puts them into quarantine, ends the tenant, and lets the customer sign up again", async () => {
		await world(cloud, "ReleaseHostnames");
		await cloud.hold({ tenant: leaving });
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId });
		await run("ReleaseHostnames");
		for (const [name, generation] of [
			[hostname, 7],
			[formerName, 5],
		] as const) {
			const claim = await cloud.claim(name);
			expect(claim).toMatchObject({ intent: "released", generation, statusPk: "CLAIM#released" });
			const expiresAt = Math.floor(Date.parse(claim?.["quarantinedUntil"]) / 1000);
			expect(await mapEntry(name)).toMatchObject({ status: "removing", generation, expiresAt });
			expect(expiresAt * 1000 - Date.now()).toBeGreaterThan(89 * 86_400_000);
		}
		expect(await readTenant(tenantId)).toMatchObject({
			...{ formerHostnames: [], revision: 4, releasedAt: expect.any(String) },
		});
		expect(await refs()).toEqual([]);
		expect(await stepsDone()).toEqual(["ReleaseHostnames"]);
	});

	it("of a former name leaves the tenant, its present name and its externalRef", async () => {
		await world(cloud, "ReleaseHostnames");
		await cloud.hold({
			tenant: { ...leaving, formerHostnames: ["kept.app.example.com", formerName] },
			claim: aClaim(),
		});
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId });
		await run("ReleaseHostnames", onlyFormer);
		expect(await readTenant(tenantId)).toMatchObject({ hostname, formerHostnames: ["kept.app.example.com"] });
		expect(await readTenant(tenantId)).not.toHaveProperty("releasedAt");
		expect(await cloud.claim(formerName)).toMatchObject({ intent: "released" });
		expect(await cloud.claim(hostname)).toMatchObject(aClaim());
		expect(await refs()).toHaveLength(1);
	});

	it("succeeds after its own crash, when the names are released already, and changes nothing then", async () => {
		await world(cloud, "ReleaseHostnames");
		cloud.losingAnswer("TransactWriteItems");
		await run("ReleaseHostnames").catch(() => undefined);
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "released" });
		const stands = await everything(cloud);
		expect(await run("ReleaseHostnames")).toEqual({});
		expect(await everything(cloud)).toEqual(stands);
	});

	it("goes on after a crash between map and registry", { timeout: 20_000 }, async () => {
		await world(cloud, "ReleaseHostnames");
		cloud.overtake(() => {
			throw new Error("crash");
		});
		await expect(run("ReleaseHostnames")).rejects.toThrow();
		expect(await mapEntry(hostname)).toMatchObject({ status: "removing", expiresAt: expect.any(Number) });
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "remove" });
		cloud.overtake(() => undefined);
		await run("ReleaseHostnames");
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "released" });
	});

	it("reads again when another writer was faster, and gives up after eight times", async () => {
		await world(cloud, "ReleaseHostnames");
		let revision = 1;
		cloud.overtake(() => (revision < 4 ? cloud.hold({ tenant: { ...leaving, revision: ++revision } }) : undefined));
		await run("ReleaseHostnames");
		expect(await readTenant(tenantId)).toMatchObject({ revision: 5, releasedAt: expect.any(String) });

		await cloud.reset();
		await world(cloud, "ReleaseHostnames");
		cloud.overtake(() => cloud.hold({ tenant: { ...leaving, revision: ++revision } }));
		await expect(run("ReleaseHostnames")).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(revision).toBe(4 + 8);
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "remove" });
	});

	it("releases nothing when one of the names has moved on", async () => {
		await world(cloud, "ReleaseHostnames");
		await cloud.hold({ claim: formerClaim({ generation: 6 }) });
		await expect(run("ReleaseHostnames")).rejects.toMatchObject({ name: "Superseded" });
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "remove" });
		expect(await stepsDone()).toEqual([]);
	});

	it("never takes an externalRef from another tenant", async () => {
		await world(cloud, "ReleaseHostnames");
		await cloud.hold({ tenant: leaving, operation: anOperation({ kind: "offboard-tenant", status: "running" }) });
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId: "ten_other" });
		await expect(run("ReleaseHostnames")).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await refs()).toMatchObject([{ tenantId: "ten_other" }]);
	});
});
