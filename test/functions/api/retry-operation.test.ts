import {
	DescribeExecutionCommand,
	ExecutionDoesNotExist,
	ExecutionNotRedrivable,
	GetExecutionHistoryCommand,
	RedriveExecutionCommand,
} from "@aws-sdk/client-sfn";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/api/retry-operation.ts";
import { routes } from "../../../functions/api/routes.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, operationId } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const request = {
	method: "POST",
	route: "/v1/operations/{operationId}/retry",
	pathParameters: { operationId },
} as const;
const hostname = aClaim().hostname;
const said = { $metadata: {}, message: "no" };

async function retried() {
	const { status, body } = await ask(handler, request);
	expect(status).toBe(202);
	return routes.retryOperation.reply.schema.parse(body);
}

/** A failed onboarding whose execution stands as Step Functions says: `found` the first time, `later` from then on. */
async function aFailure(found: object, later = found): Promise<void> {
	const { conditions } = aClaim();
	const RecordsInSync = { ...conditions.RecordsInSync, status: "false" as const };
	const claim = aClaim({ conditions: { ...conditions, RecordsInSync } });
	await cloud.hold({ tenant: aTenant(), claim, operation: aFailedOperation() });
	const event = { id: 1, timestamp: new Date(0) };
	cloud.sfn.on(GetExecutionHistoryCommand).resolves({
		events: [
			{ ...event, type: "ExecutionFailed" },
			{ ...event, type: "TaskStateEntered", stateEnteredEventDetails: { name: "SyncRecords" } },
		],
	});
	cloud.sfn.on(DescribeExecutionCommand).resolvesOnce(found).resolves(later);
}
const redrivable = { status: "FAILED", error: "ZoneChangeRefused", cause: "no", redriveStatus: "REDRIVABLE" };
const notRedrivable = { ...redrivable, redriveStatus: "NOT_REDRIVABLE" };

describe("POST /v1/operations/{operationId}/retry", () => {
	it("redrives the execution, which goes on at the failed step", async () => {
		await aFailure(redrivable);
		expect(await retried()).toMatchObject({ status: "running", attempt: 1, redriveCount: 1 });
		expect(cloud.sfn.commandCalls(RedriveExecutionCommand)).toHaveLength(1);
		expect((await cloud.claim(hostname))?.["conditions"].RecordsInSync).toMatchObject({
			status: "unknown",
			reason: "Retrying",
		});
		expect(cloud.sent("operations")).toEqual([]);
	});

	it.each([
		["cannot be redriven any more", notRedrivable],
		["is gone", undefined],
	])("begins a new attempt with a higher generation when the execution %s", async (_, found) => {
		await aFailure(found ?? {});
		if (!found) cloud.sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(said));
		const generation = 1_000_000_001;
		expect(await retried()).toMatchObject({ status: "queued", attempt: 2, redriveCount: 0, generation });
		expect(await cloud.claim(hostname)).toMatchObject({ generation, revision: 2 });
		expect((await cloud.claim(hostname))?.["conditions"].RecordsInSync).toMatchObject({ reason: "Retrying" });
		expect(cloud.sent("operations")).toEqual([{ version: 1, operationId, attempt: 2, delaySeconds: 0 }]);
		expect(cloud.sfn.commandCalls(RedriveExecutionCommand)).toEqual([]);
	});

	it("begins a new attempt when the definition itself was at fault", async () => {
		await aFailure(redrivable);
		const failure = { error: "States.Runtime", detail: "Bad path.", actor: "operator", fix: "Mend it." } as const;
		await cloud.hold({ operation: aFailedOperation({ failure }) });
		expect(await retried()).toMatchObject({ status: "queued", attempt: 2 });
		expect(cloud.sfn.commandCalls(RedriveExecutionCommand)).toEqual([]);
	});

	it("begins a new attempt when the last step found that an earlier one left something open", async () => {
		await aFailure({ ...redrivable, error: "ConditionsNotMet" });
		const failure = { error: "ConditionsNotMet", detail: "RecordsInSync.", actor: "operator", fix: "Retry." } as const;
		await cloud.hold({ operation: aFailedOperation({ failure }) });
		expect(await retried()).toMatchObject({ status: "queued", attempt: 2 });
		expect(cloud.sfn.commandCalls(RedriveExecutionCommand)).toEqual([]);
	});

	it.each([
		["will not redrive it any more", notRedrivable],
		["has forgotten it", {}],
	])("begins a new attempt when Step Functions %s by then", async (_, later) => {
		await aFailure(redrivable, later);
		cloud.sfn.on(RedriveExecutionCommand).rejects(new ExecutionNotRedrivable(said));
		expect(await retried()).toMatchObject({ status: "queued", attempt: 2 });
	});

	it.each(["queued", "running", "succeeded", "superseded"] as const)("refuses one that is %s", async (status) => {
		await cloud.hold({ operation: anOperation({ status }) });
		expect(await problem(handler, request)).toMatchObject({
			type: "/errors/operation-not-failed",
			status: 409,
			detail: expect.stringContaining(status),
		});
	});

	it("sees that somebody has redriven it from the AWS console, and refuses", async () => {
		await aFailure({ status: "RUNNING", redriveCount: 1 });
		expect(await problem(handler, request)).toMatchObject({ type: "/errors/operation-not-failed" });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running", redriveCount: 1 });
	});

	it.each([
		["runs", { status: "RUNNING", redriveCount: 1 }, { status: "running", redriveCount: 1 }],
		["has succeeded", { status: "SUCCEEDED", redriveCount: 1 }, { status: "succeeded", redriveCount: 1 }],
		["has failed", { ...notRedrivable, redriveCount: 1 }, { status: "failed", redriveCount: 1 }],
	])("starts no second execution when its redrive lost to the console's, which %s", async (_, later, standing) => {
		await aFailure(redrivable, later);
		cloud.sfn.on(RedriveExecutionCommand).rejects(new ExecutionNotRedrivable(said));
		expect(await problem(handler, request)).toMatchObject({ type: "/errors/operation-not-failed", status: 409 });
		expect(await cloud.operation(operationId)).toMatchObject({ attempt: 1, generation: 7, ...standing });
		expect(await cloud.claim(hostname)).toMatchObject({ generation: 7 });
		expect(cloud.sent("operations")).toEqual([]);
	});

	it("asks for patience when its redrive was refused and nobody sees why yet", async () => {
		await aFailure(redrivable);
		cloud.sfn.on(RedriveExecutionCommand).rejects(new ExecutionNotRedrivable(said));
		expect(await problem(handler, request)).toMatchObject({ type: "/errors/service-unavailable", status: 503 });
		expect(await cloud.operation(operationId)).toMatchObject(aFailedOperation());
		expect(cloud.sent("operations")).toEqual([]);
	});

	it("refuses one whose hostname has moved on, and changes nothing", async () => {
		await aFailure(notRedrivable);
		await cloud.hold({ claim: aClaim({ generation: 8 }) });
		expect(await problem(handler, request)).toMatchObject({ type: "/errors/superseded", status: 409 });
		expect(await cloud.operation(operationId)).toMatchObject(aFailedOperation());
	});

	it("has one winner when two retry at the same moment", async () => {
		await aFailure(notRedrivable);
		const answers = await Promise.all([ask(handler, request), ask(handler, request)]);
		expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
		expect(await cloud.operation(operationId)).toMatchObject({ attempt: 2 });
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("is accepted when the queue does not answer: the sweeper sends it later", async () => {
		await aFailure(notRedrivable);
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect(await retried()).toMatchObject({ status: "queued", attempt: 2 });
	});

	it("is a 404 for none, and a 503 while Step Functions does not answer", async () => {
		expect(await problem(handler, request)).toMatchObject({ type: "/errors/operation-not-found" });
		await aFailure(redrivable);
		cloud.sfn.on(DescribeExecutionCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect(await problem(handler, request)).toMatchObject({ status: 503 });
	});
});

describe("a retried operation", () => {
	const history = async () =>
		(await cloud.operation(operationId))?.["history"].map(
			({ what, by }: { what: string; by: string }) => `${what} ${by}`,
		);

	it("says in its history who asked for the redrive", async () => {
		await aFailure(redrivable);
		await retried();
		expect(await history()).toEqual(["redriven billing"]);
	});

	it("says in its history who asked for the new attempt", async () => {
		await aFailure(notRedrivable);
		await retried();
		expect(await history()).toEqual(["retried billing"]);
	});

	it("that takes names down gives the new generation to the one that fences it", async () => {
		await aFailure(notRedrivable);
		const hostnames = [
			{ hostname, generation: 7 },
			{ hostname: "old.app.example.com", generation: 5 },
		];
		await cloud.hold({ operation: aFailedOperation({ kind: "offboard-tenant", hostnames }) });
		await retried();
		expect(await cloud.operation(operationId)).toMatchObject({
			...{ kind: "offboard-tenant", generation: 1_000_000_001 },
			hostnames: [{ hostname, generation: 1_000_000_001 }, hostnames[1]],
		});
	});
});
