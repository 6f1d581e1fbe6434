import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetExecutionHistoryCommand, type HistoryEvent } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/events/record-execution.ts";
import { handler as sweep } from "../../../functions/schedule/sweep-operations.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	longAgo,
	operationId,
	tenantId,
	withTrue,
} from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const { hostname } = aClaim();
const told = (status: string, more: object = {}) => ({
	"detail-type": "Step Functions Execution Status Change",
	detail: { name: `${operationId}-1`, status, redriveCount: 0, ...more },
});
const conditions = async () => (await cloud.claim(hostname))?.["conditions"];

async function running(more: Parameters<typeof anOperation>[0] = {}): Promise<void> {
	const tenant = aTenant({ externalRef: "cus_1" });
	await cloud.hold({ tenant, claim: aClaim(), operation: anOperation({ status: "running", ...more }) });
	historyEndsWith("ExecutionFailed");
}

function historyEndsWith(type: HistoryEvent["type"] & string): void {
	const event = { id: 1, timestamp: new Date(0) };
	const entered = { ...event, type: "TaskStateEntered" as const, stateEnteredEventDetails: { name: "SyncRecords" } };
	cloud.sfn.on(GetExecutionHistoryCommand).resolves({ events: [{ ...event, type }, entered] });
}

describe("an execution that succeeded", () => {
	it("ends its operation well and tells the world, with whose tenant it is", async () => {
		await running();
		await handler(told("SUCCEEDED"));
		expect(await cloud.operation(operationId)).toMatchObject({ status: "succeeded", statusPk: "OPERATION#succeeded" });
		expect(cloud.told()).toMatchObject([
			{
				detailType: "TenantActivated",
				detail: {
					version: 1,
					tenantId,
					slug: "acme",
					externalRef: "cus_1",
					hostname,
					operationId,
					correlationId: "corr-1",
				},
			},
		]);
		expect((await cloud.rows("registry")).filter(({ sk }) => sk === "EVENT")).toEqual([]);
	});

	it("is told once, under one id, however often Step Functions tells it", async () => {
		await running();
		await handler(told("SUCCEEDED"));
		await handler(told("SUCCEEDED"));
		await handler(told("RUNNING"));
		expect(cloud.told().map(({ detail }) => detail.eventId)).toEqual([`evt_${operationId}-1-0`]);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "succeeded" });
	});

	it("is told later when the bus does not answer: the change stands, the event waits in the outbox", async () => {
		await running();
		cloud.eventBridge.on(PutEventsCommand).rejectsOnce(Object.assign(new Error("down"), { $fault: "server" }));
		await handler(told("SUCCEEDED")).catch(() => undefined);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "succeeded" });
		const [event] = (await cloud.rows("registry")).filter(({ sk }) => sk === "EVENT");
		await cloud.put("registry", { ...event, createdAt: "2026-01-01T00:00:00.000Z" });
		cloud.eventBridge.reset();
		cloud.eventBridge.resolves({});
		await sweep();
		expect(cloud.told()).toHaveLength(1);
	});
});

describe("an execution that failed", () => {
	const failed = told("FAILED", { error: "ZoneChangeRefused", cause: "InvalidChangeBatch: no" });

	it("fails its operation with step and reason, shows it on the claim, and tells the world", async () => {
		await running();
		await handler(failed);
		const failure = {
			step: "SyncRecords",
			error: "ZoneChangeRefused",
			detail: "InvalidChangeBatch: no",
			actor: "operator",
		};
		expect(await cloud.operation(operationId)).toMatchObject({ status: "failed", failure });
		expect((await conditions()).RecordsInSync).toMatchObject({ status: "false", reason: "ZoneChangeRefused" });
		expect(await cloud.claim(hostname)).toMatchObject({ statusPk: "CLAIM#failed", revision: 2 });
		expect(cloud.told()).toMatchObject([{ detailType: "TenantOnboardingFailed", detail: { failure } }]);
	});

	it("that is redriven runs again, and the claim's condition with it", async () => {
		await running();
		await handler(failed);
		await handler(told("RUNNING", { redriveCount: 1 }));
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running", redriveCount: 1 });
		expect(await cloud.operation(operationId)).not.toHaveProperty("failure");
		expect((await conditions()).RecordsInSync).toMatchObject({ status: "unknown", reason: "Retrying" });
	});

	it("before its redrive does not fail the redrive when it is told late", async () => {
		await running({ redriveCount: 1 });
		historyEndsWith("ExecutionRedriven");
		await handler(failed);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running", redriveCount: 1 });
		expect(cloud.told()).toEqual([]);
	});

	it("and was redriven takes nothing from what the step has made true by then, told late or in disorder", async () => {
		await running();
		await cloud.hold({ claim: withTrue(aClaim(), "CertificateIssued", "RecordsInSync") });
		const before = await conditions();
		await handler(told("FAILED", { ...failed.detail, stopDate: Date.parse(longAgo) - 1 }));
		expect(await cloud.operation(operationId)).toMatchObject({ status: "failed" });
		expect(await conditions()).toEqual(before);
		await handler(told("RUNNING", { redriveCount: 1 }));
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running", redriveCount: 1 });
		expect(await conditions()).toEqual(before);
	});

	it("is told again later while its history does not show the end yet, and changes nothing until then", async () => {
		await running();
		historyEndsWith("TaskFailed");
		await expect(handler(failed)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running" });
		historyEndsWith("ExecutionFailed");
		await handler(failed);
		expect(await cloud.operation(operationId)).toMatchObject({ failure: { step: "SyncRecords" } });
	});

	it("because a newer change took over is superseded, leaves the claim alone and tells nobody", async () => {
		await running();
		await cloud.hold({ claim: aClaim({ generation: 8 }) });
		await handler(told("FAILED", { error: "Superseded", cause: "Generation 7 is over." }));
		expect(await cloud.operation(operationId)).toMatchObject({ status: "superseded" });
		expect(await cloud.claim(hostname)).toMatchObject(aClaim({ generation: 8 }));
		expect(cloud.told()).toEqual([]);
	});

	it("fails the hostname's Serving when it was stopped outside of any step", async () => {
		await running();
		await handler(told("ABORTED", { error: null, cause: null }));
		expect(await cloud.operation(operationId)).toMatchObject({ failure: { error: "Execution.ABORTED" } });
		expect((await conditions()).Serving).toMatchObject({ status: "false", reason: "Execution.ABORTED" });
	});

	it("is an end also for an operation whose tenant or claim is gone", async () => {
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		historyEndsWith("ExecutionFailed");
		await handler(failed);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "failed" });
	});
});

describe("reports that race", () => {
	it("move the operation once, and lose no change of the claim", async () => {
		await running();
		let others = 0;
		cloud.overtake(() => (others++ < 3 ? cloud.hold({ claim: aClaim({ revision: 10 + others }) }) : undefined));
		await handler(told("SUCCEEDED"));
		expect(await cloud.claim(hostname)).toMatchObject({ revision: 14 });
		expect(cloud.told()).toHaveLength(1);
	});

	it("may be told later when others are faster eight times", async () => {
		await running();
		let revision = 1;
		cloud.overtake(() => cloud.hold({ claim: aClaim({ revision: ++revision }) }));
		await expect(handler(told("SUCCEEDED"))).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running" });
	});
});

describe("an execution of somebody else's", () => {
	it("by hand is no error and changes nothing", async () => {
		await cloud.hold({ operation: aFailedOperation() });
		await handler(told("FAILED", { name: "by-hand" }));
		expect(cloud.told()).toEqual([]);
	});

	it("of an operation that does not exist is left alone: telling it again would not help", async () => {
		await expect(handler(told("RUNNING"))).resolves.toBeUndefined();
		expect(await cloud.rows("registry")).toEqual([]);
	});

	it("of a shape that nobody knows is an error to look at", async () => {
		await expect(handler({ detail: { name: "x", status: "PAUSED" } })).rejects.toThrow();
	});
});
