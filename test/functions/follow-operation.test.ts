import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventsOut } from "../../domain/events.ts";
import { kindTable, operationKinds } from "../../domain/operation-kinds.ts";
import { followReport } from "../../functions/follow-operation.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const former = "old.app.example.com";
const failure = { step: "PublishRoute", error: "ServiceUnavailable", detail: "DynamoDB did not answer." };
const { hostname } = aClaim();

describe.each(operationKinds)("the end of %s", (kind) => {
	const formerHostname = kind === "rename-tenant" ? { formerHostname: former } : {};
	const operation = anOperation({ kind, status: "running", reason: "Asked.", ...formerHostname });

	it.each([
		["succeeded", "SUCCEEDED", undefined],
		["failed", "FAILED", failure],
	] as const)("is told once, in the words of its event, when it has %s", async (end, status, failure) => {
		await cloud.hold({ tenant: aTenant({ externalRef: "cus_1" }), claim: aClaim(), operation });
		const report = { attempt: 1, redriveCount: 0, status, failure };
		await followReport(operationId, report);
		await followReport(operationId, report);
		const type = kindTable[kind][end];
		const [told, ...others] = cloud.told();
		expect(others).toEqual([]);
		expect(told?.detailType).toBe(type);
		expect(eventsOut[type].parse(told?.detail)).toEqual(told?.detail);
		expect(told?.detail).toMatchObject({
			...{ operationId, hostname, slug: "acme", externalRef: "cus_1", reason: "Asked." },
			...formerHostname,
		});
	});
});

describe("an operation that was superseded", () => {
	it("tells nobody, and leaves the newer one's claim as it is", async () => {
		const claim = aClaim({ generation: 8 });
		await cloud.hold({
			tenant: aTenant(),
			claim,
			operation: anOperation({ kind: "update-tenant", status: "running" }),
		});
		const over = { error: "Superseded", detail: "Generation 7 is over." };
		await followReport(operationId, { attempt: 1, redriveCount: 0, status: "FAILED", failure: over });
		expect(cloud.told()).toEqual([]);
		expect(await cloud.claim(hostname)).toMatchObject(claim);
	});

	it("that there is not cannot be followed", async () => {
		const report = { attempt: 1, redriveCount: 0, status: "RUNNING" } as const;
		await expect(followReport("op_none", report)).rejects.toMatchObject({ name: "OperationNotFound" });
	});
});

describe("the failure of a step", () => {
	it.each([
		["WithdrawRoutes", "RoutePublished"],
		["RemoveRecords", "RecordsInSync"],
		["CompleteUpdate", "Serving"],
	] as const)("of a change shows on the claim: %s", async (step, condition) => {
		await cloud.hold({
			tenant: aTenant(),
			claim: aClaim({ intent: "remove" }),
			operation: anOperation({ status: "running" }),
		});
		await followReport(operationId, { attempt: 1, redriveCount: 0, status: "FAILED", failure: { ...failure, step } });
		expect((await cloud.claim(hostname))?.["conditions"][condition]).toMatchObject({ status: "false" });
	});
});
