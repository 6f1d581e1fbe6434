import { CloudFormationClient, DeleteStackCommand, ExecuteChangeSetCommand } from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteStack, executeChangeSet } from "../../services/stack-operations.ts";

const cloudformation = mockClient(CloudFormationClient);
beforeEach(() => cloudformation.reset());

const StackName = "hostmaster-nonprod";
const target = { client: new CloudFormationClient({}), stackName: StackName, pollMs: 1 };
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });

describe("carrying a plan out", () => {
	it.each([
		["a stack that has never stood keeps what was made", true],
		["a stack that stands goes back when it fails", false],
	])("of %s, and its events can be told from those of others", async (_, isUnfinished) => {
		cloudformation.on(ExecuteChangeSetCommand).resolves({});
		const ClientRequestToken = await executeChangeSet(target, { name: "release-1", isUnfinished });
		const [call] = cloudformation.commandCalls(ExecuteChangeSetCommand);
		const named = { StackName, ChangeSetName: "release-1", ClientRequestToken };
		expect(call?.args[0].input).toEqual({ ...named, DisableRollback: isUnfinished });
		expect(await executeChangeSet(target, { name: "release-1", isUnfinished })).not.toBe(ClientRequestToken);
	});

	it("may have to wait, and so may a deletion", async () => {
		cloudformation.on(ExecuteChangeSetCommand).rejects(throttled);
		const plan = { name: "release-1", isUnfinished: false };
		await expect(executeChangeSet(target, plan)).rejects.toMatchObject({ name: "Throttled" });
		cloudformation.on(DeleteStackCommand, { StackName }).resolvesOnce({}).rejects(throttled);
		const ClientRequestToken = await deleteStack(target);
		expect(cloudformation.commandCalls(DeleteStackCommand, { StackName, ClientRequestToken })).toHaveLength(1);
		await expect(deleteStack(target)).rejects.toMatchObject({ name: "Throttled" });
	});
});
