import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as pauseOperations } from "../../../functions/api/pause-operations.ts";
import { handler as resumeOperations } from "../../../functions/api/resume-operations.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showHealth } from "../../../functions/api/show-health.ts";
import { handler as startOperation } from "../../../functions/queue/start-operation.ts";
import { handler as sweepOperations } from "../../../functions/schedule/sweep-operations.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, longAgo, operationId } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const pauseRequest = (body: unknown, caller = "operator") =>
	({ method: "POST", route: "/v1/operations:pause", body, caller }) as const;
const pause = (reason = "Route 53 is ill.", caller?: string) => ask(pauseOperations, pauseRequest({ reason }, caller));
const resume = () => ask(resumeOperations, { method: "POST", route: "/v1/operations:resume" });
const health = async () => {
	const { body } = await ask(showHealth, { method: "GET", route: "/v1/health", caller: null });
	return routes.showHealth.reply.schema.parse(body);
};
const start = () => startOperation(sqsEvent({ version: 1, operationId, attempt: 1 }));

describe("POST /v1/operations:pause", () => {
	it("stops all new work, and health says who did, since when and why", async () => {
		const { status, body } = await pause();
		expect(status).toBe(200);
		expect(routes.pauseOperations.reply.schema.parse(body)).toMatchObject({
			reason: "Route 53 is ill.",
			by: "operator",
		});
		const { by: _by, ...shown } = body; // who it was is not for everybody
		expect(await health()).toMatchObject({ status: "paused", pause: shown });
	});

	it("again changes the reason, not since when", async () => {
		const { body: first } = await pause();
		const { body } = await pause("Still ill.", "support");
		expect(body).toEqual({ reason: "Still ill.", by: "support", since: first["since"] });
	});

	it.each([{}, { reason: " " }, { reason: "x".repeat(201) }])("needs a reason: %j", async (body) => {
		expect(await problem(pauseOperations, pauseRequest(body))).toMatchObject({ status: 400, field: "reason" });
		expect(await health()).toMatchObject({ status: "ok", pause: null });
	});
});

describe("while new work is paused", () => {
	it("what is queued is neither started nor sent again, and what runs is looked after", async () => {
		await pause();
		await cloud.hold({ claim: aClaim(), operation: anOperation({ updatedAt: longAgo }) });
		expect(await start()).toEqual({ batchItemFailures: [] });
		await sweepOperations();
		expect(cloud.sfn.commandCalls(StartExecutionCommand)).toEqual([]);
		expect(cloud.sent("operations")).toEqual([]);
		expect(await cloud.operation(operationId)).toMatchObject({ status: "queued" });
	});

	it("a pause that cannot be read starts nothing: the message comes again", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		await cloud.put("registry", { pk: "PAUSE", sk: "PAUSE", pause: {} });
		expect(await start()).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
		expect(cloud.sfn.commandCalls(StartExecutionCommand)).toEqual([]);
	});
});

describe("POST /v1/operations:resume", () => {
	it("sends all that waits, however much, and lets it begin", async () => {
		await pause();
		const ids = Array.from({ length: 103 }, (_, at) => `op_01JZZZZZZZZZZZZZZZZZZZZ${100 + at}`);
		for (const id of ids) await cloud.hold({ operation: anOperation({ operationId: id }) });
		const { status, body } = await resume();
		expect({ status, ...routes.resumeOperations.reply.schema.parse(body) }).toEqual({ status: 200, started: 103 });
		expect(
			cloud
				.sent("operations")
				.map((message) => message.operationId)
				.sort(),
		).toEqual(ids);
		expect(await health()).toMatchObject({ status: "ok", pause: null });
	});

	it("lets what comes next begin again", async () => {
		await pause();
		await resume();
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		await start();
		expect(await cloud.operation(operationId)).toMatchObject({ status: "running" });
	});

	it("resumes also while the queue does not answer: the sweeper sends what waits", async () => {
		await pause();
		await cloud.hold({ operation: anOperation({ updatedAt: longAgo }) });
		cloud.sqs
			.on(SendMessageCommand)
			.rejectsOnce(Object.assign(new Error("down"), { $fault: "server" }))
			.resolves({});
		expect((await resume()).status).toBe(200);
		expect(await health()).toMatchObject({ status: "ok" });
		await sweepOperations();
		expect(cloud.sent("operations").at(-1)).toMatchObject({ operationId });
	});

	it("is done where nothing is paused and nothing waits", async () => {
		expect(await resume()).toMatchObject({ status: 200, body: { started: 0 } });
	});
});

it("the health of a platform whose registry does not answer is a 503", { timeout: 20_000 }, async () => {
	cloud.dynamodb.setUnreachable("registry", true);
	expect(await problem(showHealth, { method: "GET", route: "/v1/health", caller: null })).toMatchObject({
		status: 503,
	});
});
