import {
	CloudFormationClient,
	CloudFormationServiceException,
	DescribeStackEventsCommand,
	DescribeStacksCommand,
	type StackEvent,
	type StackStatus,
} from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { type FollowedEvents, followStack, type Progress } from "../../services/stack-progress.ts";

const cloudformation = mockClient(CloudFormationClient);
beforeEach(() => cloudformation.reset());

const target = { client: new CloudFormationClient({}), stackName: "hostmaster-nonprod", pollMs: 1 };
const missing = new CloudFormationServiceException({
	...{ name: "ValidationError", $fault: "client", $metadata: {} },
	message: "Stack [hostmaster-nonprod] does not exist",
});
const aStack = (status: StackStatus) => ({
	Stacks: [{ StackName: "hostmaster-nonprod", CreationTime: new Date(0), StackStatus: status }],
});
const begin = 1_000;
const event = (id: number, more: Partial<StackEvent> = {}): StackEvent => ({
	...{ StackId: "s", StackName: "hostmaster-nonprod", EventId: `e${id}`, Timestamp: new Date(begin + id) },
	...{ LogicalResourceId: `R${id}`, ResourceType: "AWS::SQS::Queue", ResourceStatus: "CREATE_COMPLETE" },
	...more,
});

/** Follows to the end; answers what was told on the way. */
async function follow(deadlineMs = Date.now() + 60_000, which: FollowedEvents = { since: new Date(begin) }) {
	const told: Progress[] = [];
	const tell = (progress: Progress) => {
		told.push(progress);
	};
	const stack = await followStack(target, { ...which, deadlineMs, tell });
	return { stack, told, ids: told.map(({ logicalId }) => logicalId) };
}
const pages = () =>
	cloudformation.commandCalls(DescribeStackEventsCommand).map(({ args: [{ input }] }) => input.NextToken);

describe("following a stack", () => {
	it("tells each event once, the oldest first, until the stack rests", async () => {
		cloudformation
			.on(DescribeStacksCommand)
			.resolvesOnce(aStack("CREATE_IN_PROGRESS"))
			.resolvesOnce(aStack("CREATE_IN_PROGRESS"))
			.resolves(aStack("CREATE_COMPLETE"));
		const failed = event(3, { ResourceStatus: "CREATE_FAILED", ResourceStatusReason: "no" });
		cloudformation
			.on(DescribeStackEventsCommand)
			.resolvesOnce({ StackEvents: [event(1), event(-1)] })
			.resolvesOnce({ StackEvents: [event(2), event(1), event(-1)] })
			.resolves({ StackEvents: [failed, event(2), event(1), event(-1)] });
		const { stack, told, ids } = await follow();
		expect({ status: stack?.status, ids }).toEqual({ status: "CREATE_COMPLETE", ids: ["R1", "R2", "R3"] });
		const at = new Date(begin + 3);
		expect(told[2]).toEqual({ at, logicalId: "R3", type: "AWS::SQS::Queue", status: "CREATE_FAILED", reason: "no" });
	});

	it("tells what is incomplete as it is, and leaves out what could not be told apart", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_COMPLETE"));
		const bare = { LogicalResourceId: undefined, ResourceType: undefined, ResourceStatus: undefined };
		cloudformation.on(DescribeStackEventsCommand).resolves({
			StackEvents: [event(3, { Timestamp: undefined }), event(2, bare), event(1, { EventId: undefined })],
		});
		const { told } = await follow();
		expect(told).toEqual([{ at: new Date(begin + 2), logicalId: "", type: "", status: "", reason: undefined }]);
	});

	it("reads pages of any length up to the first that has an older event, and no further", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation
			.on(DescribeStackEventsCommand)
			.resolvesOnce({ StackEvents: [event(6), event(5), event(4)], NextToken: "2" })
			.resolvesOnce({ StackEvents: [event(3), event(2)], NextToken: "3" })
			.resolvesOnce({ StackEvents: [], NextToken: "4" })
			.resolvesOnce({ StackEvents: [event(1), event(-1)], NextToken: "5" })
			.rejects(new Error("Nobody should ask for a fifth page."));
		expect((await follow()).ids).toEqual(["R1", "R2", "R3", "R4", "R5", "R6"]);
		expect(pages()).toEqual([undefined, "2", "3", "4"]);
	});

	it("asks for no second page when the first has older events only", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation.on(DescribeStackEventsCommand).resolves({ StackEvents: [event(-1)], NextToken: "2" });
		expect((await follow()).ids).toEqual([]);
		expect(pages()).toEqual([undefined]);
	});

	it("ends when the stack is gone", async () => {
		cloudformation.on(DescribeStacksCommand).resolvesOnce(aStack("DELETE_IN_PROGRESS")).rejects(missing);
		cloudformation
			.on(DescribeStackEventsCommand)
			.resolvesOnce({ StackEvents: [event(1)] })
			.rejects(missing);
		expect(await follow()).toMatchObject({ stack: undefined, ids: ["R1"] });
	});

	it("fails when its events cannot be read", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_IN_PROGRESS"));
		const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
		cloudformation.on(DescribeStackEventsCommand).rejects(throttled);
		await expect(follow()).rejects.toMatchObject({ name: "Throttled" });
	});

	it("gives up at its deadline, and says that CloudFormation does not", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_IN_PROGRESS"));
		cloudformation.on(DescribeStackEventsCommand).resolves({});
		await expect(follow(Date.now() + 5)).rejects.toMatchObject({
			name: "StackRefused",
			message: "hostmaster-nonprod is still UPDATE_IN_PROGRESS. CloudFormation goes on; run this again to follow it.",
		});
	});
});

describe("following an operation of one's own", () => {
	const token = "hostmaster-1";
	const own = (id: number, more: Partial<StackEvent> = {}) => event(id, { ClientRequestToken: token, ...more });
	const ofStack = (id: number, ResourceStatus: StackEvent["ResourceStatus"]) =>
		own(id, { LogicalResourceId: "hostmaster-nonprod", ResourceStatus });
	const followOwn = () => follow(undefined, { token });

	it.each([
		["a plan that nobody has carried out", "REVIEW_IN_PROGRESS", "CREATE_COMPLETE"],
		["the end of an operation before", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"],
		["a failure before", "CREATE_FAILED", "UPDATE_COMPLETE"],
	] as const)("is not misled by %s, which CloudFormation may show for a moment", async (_, old, end) => {
		cloudformation
			.on(DescribeStacksCommand)
			.resolvesOnce(aStack(old))
			.resolvesOnce(aStack(old))
			.resolvesOnce(aStack("UPDATE_IN_PROGRESS"))
			.resolves(aStack(end));
		const others = [event(2, { ClientRequestToken: "another" }), event(1)];
		cloudformation
			.on(DescribeStackEventsCommand)
			.resolvesOnce({ StackEvents: others })
			.resolvesOnce({ StackEvents: [ofStack(3, "UPDATE_IN_PROGRESS"), ...others] })
			.resolves({ StackEvents: [ofStack(5, end), own(4), ofStack(3, "UPDATE_IN_PROGRESS"), ...others] });
		const { stack, ids } = await followOwn();
		expect({ status: stack?.status, ids }).toEqual({
			...{ status: end, ids: ["hostmaster-nonprod", "R4", "hostmaster-nonprod"] },
		});
	});

	it("takes the stack as it is after its end, and not as it was at the same look", async () => {
		cloudformation.on(DescribeStacksCommand).resolvesOnce(aStack("UPDATE_COMPLETE")).resolves(aStack("UPDATE_FAILED"));
		cloudformation.on(DescribeStackEventsCommand).resolves({ StackEvents: [ofStack(1, "UPDATE_FAILED")] });
		expect((await followOwn()).stack?.status).toBe("UPDATE_FAILED");
	});

	it("reads further while a page has its own events only, whatever CloudFormation's clock says", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation
			.on(DescribeStackEventsCommand, { NextToken: undefined })
			.resolves({ StackEvents: [ofStack(-1, "CREATE_COMPLETE")], NextToken: "2" })
			.on(DescribeStackEventsCommand, { NextToken: "2" })
			.resolves({ StackEvents: [own(-2), event(3)], NextToken: "3" });
		expect((await followOwn()).ids).toEqual(["R-2", "hostmaster-nonprod"]);
	});

	it("ends when the stack is gone", async () => {
		cloudformation.on(DescribeStacksCommand).resolvesOnce(aStack("CREATE_COMPLETE")).rejects(missing);
		cloudformation.on(DescribeStackEventsCommand).resolves({ StackEvents: [] });
		expect(await followOwn()).toEqual({ stack: undefined, told: [], ids: [] });
	});
});
