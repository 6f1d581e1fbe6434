import {
	DescribeExecutionCommand,
	ExecutionDoesNotExist,
	SFNClient,
	StartExecutionCommand,
	StopExecutionCommand,
	ValidationException,
} from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { operationKinds } from "../../domain/operation-kinds.ts";
import { startExecution, stop } from "../../services/executions.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { anOperation, operationId } from "../builders/entities.ts";

const sfn = mockClient(SFNClient);
beforeEach(() => {
	setEnvironment();
	sfn.reset();
});

const said = { $metadata: {}, message: "no" };

describe("the machine of an operation", () => {
	const machines = {
		...{ "onboard-tenant": "onboard", "offboard-tenant": "offboard", "release-hostname": "offboard" },
		...{ "attach-domain": "attach", "detach-domain": "detach" },
	};

	it.each(operationKinds)("is the one that its kind has: %s", async (kind) => {
		sfn.on(StartExecutionCommand).resolves({});
		await startExecution(anOperation({ kind }));
		const [start] = sfn.commandCalls(StartExecutionCommand);
		const machine = Object.entries(machines).find(([of]) => of === kind)?.[1] ?? "update";
		expect(start?.args[0].input.stateMachineArn).toMatch(new RegExp(`:stateMachine:${machine}$`));
		expect(JSON.parse(start?.args[0].input.input ?? "")).toMatchObject({ kind });
	});

	it("is told which names to take down, and what to cancel first", async () => {
		sfn.on(StartExecutionCommand).resolves({});
		const hostnames = [{ hostname: "acme.app.example.com", generation: 7 }];
		const cancels = { operationId: "op_before", attempt: 2, kind: "update-tenant" } as const;
		await startExecution(anOperation({ kind: "offboard-tenant", hostnames, cancels }));
		const [start] = sfn.commandCalls(StartExecutionCommand);
		expect(JSON.parse(start?.args[0].input.input ?? "")).toMatchObject({ hostnames, cancels });
	});
});

describe("stopping an attempt", () => {
	const attempt = { operationId, attempt: 2, kind: "rename-tenant" } as const;

	it("stops its execution, in the machine of its kind, as superseded", async () => {
		sfn.on(StopExecutionCommand).resolves({});
		await stop(attempt, "Cancelled.");
		const [asked] = sfn.commandCalls(StopExecutionCommand);
		const executionArn = `arn:aws:states:us-east-1:222222222222:execution:update:${operationId}-2`;
		expect(asked?.args[0].input).toEqual({ executionArn, error: "Superseded", cause: "Cancelled." });
	});

	it("is done when there is no such execution", async () => {
		sfn.on(StopExecutionCommand).rejects(new ExecutionDoesNotExist(said));
		await expect(stop(attempt, "Cancelled.")).resolves.toBeUndefined();
	});

	const refused = new ValidationException({ $metadata: {}, message: "Execution is not running" });

	it("is done when a stop is refused for what has ended", async () => {
		sfn.on(StopExecutionCommand).rejects(refused);
		sfn.on(DescribeExecutionCommand).resolves({ status: "SUCCEEDED" });
		await expect(stop(attempt, "Cancelled.")).resolves.toBeUndefined();
	});

	it.each(["RUNNING", "PENDING_REDRIVE"] as const)(
		"is not done when a stop is refused while it is %s",
		async (status) => {
			sfn.on(StopExecutionCommand).rejects(refused);
			sfn.on(DescribeExecutionCommand).resolves({ status });
			await expect(stop(attempt, "Cancelled.")).rejects.toBe(refused);
		},
	);

	it("is done when a stop is refused for what is gone meanwhile", async () => {
		sfn.on(StopExecutionCommand).rejects(refused);
		sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(said));
		await expect(stop(attempt, "Cancelled.")).resolves.toBeUndefined();
	});

	it("is not done when Step Functions does not answer", async () => {
		sfn.on(StopExecutionCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(stop(attempt, "Cancelled.")).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
