import {
	InvalidToken,
	SendTaskFailureCommand,
	SendTaskSuccessCommand,
	SFNClient,
	TaskDoesNotExist,
	TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { sendFailure, sendSuccess } from "../../services/task-tokens.ts";

const sfn = mockClient(SFNClient);
beforeEach(() => sfn.reset());
const said = { $metadata: {}, message: "no" };

describe("answering a parked task", () => {
	it("frees it with an output that is JSON", async () => {
		sfn.on(SendTaskSuccessCommand).resolves({});
		expect(await sendSuccess("token")).toBe(true);
		expect(sfn.commandCalls(SendTaskSuccessCommand, { taskToken: "token", output: "{}" })).toHaveLength(1);
	});

	it("fails it with the error's name, and no more text than Step Functions takes", async () => {
		sfn.on(SendTaskFailureCommand).resolves({});
		expect(await sendFailure("token", { error: "WaitExpired", detail: "x".repeat(40_000) })).toBe(true);
		const [sent] = sfn.commandCalls(SendTaskFailureCommand);
		expect(sent?.args[0].input).toEqual({ taskToken: "token", error: "WaitExpired", cause: "x".repeat(32_768) });
	});

	it.each([new TaskTimedOut(said), new TaskDoesNotExist(said), new InvalidToken(said)])(
		"does nothing when nobody waits any more: $name",
		async (error) => {
			sfn.rejects(error);
			expect(await sendSuccess("token")).toBe(false);
			expect(await sendFailure("token", { error: "WaitExpired", detail: "" })).toBe(false);
		},
	);

	it("is an error when Step Functions could not be told: the task still waits", async () => {
		sfn.rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(sendSuccess("token")).rejects.toMatchObject({ name: "ServiceUnavailable" });
		await expect(sendFailure("token", { error: "e", detail: "" })).rejects.toMatchObject({
			name: "ServiceUnavailable",
		});
	});
});
