import { RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OperationView, operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import { type Clock, realClock } from "../../local/clock.ts";
import { endpointsOf } from "../../local/endpoints.ts";
import { aWorld, hostnameOf, stack, statesEntered, surroundings, type World } from "./world.ts";

const good = Array.from({ length: 20 }, (_, at) => `good-${at + 1}`);
const deadlineMs = 60_000;

/** The wall clock, and how far it was put forward. */
let aheadMs = 0;
const clock: Clock = {
	now: () => realClock.now() + aheadMs,
	at: (dueMs, act) => realClock.at(dueMs - aheadMs, act),
};

let world: World;
beforeAll(async () => {
	world = await aWorld({ clock });
});
afterAll(() => world?.close());

const onboard = async (slug: string) => (await world.client.createTenant(world.client.newTenant(slug))).operation;
const follow = (operationId: string) => world.client.follow(operationId, deadlineMs, () => {});
const retry = (operationId: string) => world.call("POST", `/v1/operations/${operationId}/retry`);
const show = async (operationId: string): Promise<OperationView> =>
	operationViewSchema.parse((await world.call("GET", `/v1/operations/${operationId}`)).json);
const tenantOf = async ({ tenantId }: { tenantId: string }) =>
	tenantViewSchema.parse((await world.call("GET", `/v1/tenants/${tenantId}`)).json);
const executionArn = ({ operationId, attempt }: OperationView) =>
	`${stack.stateMachineArn.replace(":stateMachine:", ":execution:")}:${operationId}-${attempt}`;

/** An operation that Route 53 has refused, its cause gone again. */
async function refusedBefore(slug: string): Promise<OperationView> {
	world.cloud.services.route53.refuse(hostnameOf(slug));
	const { operationId } = await onboard(slug);
	await follow(operationId);
	world.cloud.services.route53.allow(hostnameOf(slug));
	return await show(operationId);
}

describe("a zone change that Route 53 refuses, among twenty good ones", () => {
	let refused: OperationView;
	beforeAll(async () => {
		world.cloud.services.route53.refuse(hostnameOf("culprit"));
		const [culprit] = await Promise.all([onboard("culprit"), ...good.map(onboard)]);
		await world.ended(good.length + 1, 40_000);
		refused = await show(culprit.operationId);
	});

	it("fails alone: the twenty are active", async () => {
		const statuses = (await world.tenants()).map(({ slug, status }) => [slug, status]);
		expect(Object.fromEntries(statuses)).toEqual({
			culprit: "failed",
			...Object.fromEntries(good.map((slug) => [slug, "active"])),
		});
	});

	it("shows on its operation at which step, why, who has to act, and how", () => {
		expect(refused).toMatchObject({
			status: "failed",
			canRetry: true,
			nextActor: "operator",
			failure: { step: "SyncRecords", error: "ZoneChangeRefused", actor: "operator" },
		});
		expect(refused.failure?.detail).toContain(`InvalidChangeBatch: `);
		expect(refused.failure?.detail).toContain(hostnameOf("culprit"));
		expect(refused.fix).toBe(refused.failure?.fix);
		expect(refused.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
			"CheckCertificate done",
			"SyncRecords failed",
			"PublishRoute pending",
			"ProbeRoute pending",
			"ActivateTenant pending",
		]);
	});

	it("shows on its tenant, which has no record, no route and no answer", async () => {
		const tenant = await tenantOf(refused);
		expect(tenant).toMatchObject({ status: "failed", nextActor: "operator", fix: refused.fix });
		expect(tenant.conditions.find(({ type }) => type === "RecordsInSync")).toMatchObject({
			status: "false",
			reason: "ZoneChangeRefused",
			message: refused.failure?.detail,
		});
		expect(await world.viewer.resolve(hostnameOf("culprit"))).toEqual([]);
		expect(await world.viewer.open(hostnameOf("culprit"))).toMatchObject({ status: 404 });
	});

	it("fails again at the same step when it is retried while the cause stands", async () => {
		expect((await retry(refused.operationId)).status).toBe(202);
		await follow(refused.operationId);
		expect(await show(refused.operationId)).toMatchObject({
			status: "failed",
			redriveCount: 1,
			failure: refused.failure,
		});
	});

	it("goes on at that step when it is retried after the cause is gone", async () => {
		world.cloud.services.route53.allow(hostnameOf("culprit"));
		const answer = await retry(refused.operationId);
		expect(answer).toMatchObject({ status: 202, json: { status: "running", attempt: 1, redriveCount: 2 } });
		expect(answer.json).not.toHaveProperty("failure");
		expect(await follow(refused.operationId)).toMatchObject({ status: "succeeded" });

		const history = await world.history(`${refused.operationId}-1`);
		expect(history.filter(({ type }) => type === "ExecutionRedriven")).toHaveLength(2);
		expect(statesEntered(history).filter((name) => name === "CheckCertificate")).toHaveLength(1);
		expect(await tenantOf(refused)).toMatchObject({ status: "active", nextActor: null, fix: null });
		expect((await world.viewer.open(hostnameOf("culprit"))).tenantId).toBe(refused.tenantId);
	}, 40_000);
});

describe("retrying", () => {
	it("may be done at Step Functions itself, as its console does: the operation follows", async () => {
		const failed = await refusedBefore("by-console");
		await world.sfn.send(new RedriveExecutionCommand({ executionArn: executionArn(failed) }));
		await expect.poll(async () => (await show(failed.operationId)).status, { timeout: deadlineMs }).not.toBe("failed");
		expect(await follow(failed.operationId)).toMatchObject({ status: "succeeded" });
		expect(await show(failed.operationId)).toMatchObject({ attempt: 1, redriveCount: 1 });
		expect(await tenantOf(failed)).toMatchObject({ status: "active" });
		expect((await world.viewer.open(hostnameOf("by-console"))).tenantId).toBe(failed.tenantId);
	}, 40_000);

	it("is refused while the operation runs, and after it has succeeded", async () => {
		const { operationId } = await onboard("eager");
		const whileRunning = await retry(operationId);
		expect(whileRunning).toMatchObject({ status: 409, json: { type: "/errors/operation-not-failed" } });
		await follow(operationId);
		const afterwards = await retry(operationId);
		expect(afterwards).toMatchObject({ status: 409, json: { type: "/errors/operation-not-failed" } });
		expect(await show(operationId)).toMatchObject({ status: "succeeded", attempt: 1, redriveCount: 0 });
	}, 40_000);

	it("has one effect when two ask for it at the same moment", async () => {
		const failed = await refusedBefore("twice");
		const answers = await Promise.all([retry(failed.operationId), retry(failed.operationId)]);
		expect(answers.map(({ status }) => status)).toContain(202);
		for (const { status } of answers) expect([202, 409]).toContain(status);
		await follow(failed.operationId);
		expect(await show(failed.operationId)).toMatchObject({ status: "succeeded", attempt: 1, redriveCount: 1 });
	}, 40_000);

	it("is a new attempt of a higher generation when Step Functions would not redrive any more", async () => {
		const failed = await refusedBefore("after-holidays");
		aheadMs = 15 * 86_400_000; // a redrive is possible for 14 days
		const later = surroundings(await endpointsOf(world.cloud)); // the token was good for a day
		const answer = await later.call("POST", `/v1/operations/${failed.operationId}/retry`);
		expect(answer).toMatchObject({ status: 202, json: { status: "queued", attempt: 2, redriveCount: 0 } });
		const ended = await later.client.follow(failed.operationId, deadlineMs, () => {});
		expect(ended.status).toBe("succeeded");

		const { json } = await later.call("GET", `/v1/operations/${failed.operationId}`);
		const operation = operationViewSchema.parse(json);
		expect(operation.generation).toBeGreaterThan(failed.generation);
		const [route] = (await later.rows(stack.mapTable)).filter(({ slug }) => slug === "after-holidays");
		expect(route).toMatchObject({ tenantId: failed.tenantId, generation: operation.generation });
		expect(statesEntered(await later.history(`${failed.operationId}-2`))).toHaveLength(5);
		later.leave();
	}, 40_000);
});
