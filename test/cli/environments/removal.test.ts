import {
	CreateChangeSetCommand,
	DeleteStackCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteHostedZoneCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { delegatedViews } from "../../../services/public-dns.ts";
import { aLandscape, anEvent, aStack, domains, noStack } from "./a-landscape.ts";
import { aRemoval } from "./a-removal.ts";

vi.mock(import("../../../services/public-dns.ts"), async (original) => ({
	...(await original()),
	delegatedViews: vi.fn(),
}));
const above = { resolver: "ns-1.awsdns-00.com", servers: [] };

const landscape = aLandscape();
const { cloudformation, dynamodb, route53 } = landscape;
const { remove, zonesAre, stands, acts, own, nothingLeft } = aRemoval(landscape);
beforeEach(() => {
	landscape.reset();
	landscape.write({ parameters: { ApexDomain: "example.com" } });
	vi.mocked(delegatedViews).mockResolvedValue([{ ...above, outcome: "none" }]);
	cloudformation.on(DeleteStackCommand).resolves({});
});
afterAll(() => landscape.close());

describe("removing an environment", () => {
	it("stops new work, has the stack withdraw its delegation, deletes it, and then the zone with all that stands in it", async () => {
		stands(own(), own(), own(), own(), own({ status: "UPDATE_COMPLETE", state: "withdrawn" }), noStack);
		zonesAre({ Z1: {} });
		const Name = `${domains.nonprod}.`;
		const ResourceRecordSets = [
			{ Name, Type: "SOA" as const },
			{ Name: `acme.${Name}`, Type: "A" as const },
		];
		route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets, IsTruncated: false, MaxItems: 300 });
		const { exit, details, stderr } = await remove();
		expect(exit, stderr).toBe(0);
		expect(details).toEqual([
			"no tenant has a name here",
			"paused, and still no tenant has a name here",
			`${domains.nonprod} is delegated to nobody`,
			"hostmaster-nonprod is gone; its tables stay",
			`${domains.nonprod}: deleted, with 1 record sets`,
		]);
		expect(acts()).toEqual(["pause", "withdraw", "delete stack", "delete Z1"]);
		const [asked] = cloudformation.commandCalls(CreateChangeSetCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toMatchObject({ StackName: "hostmaster-nonprod", UsePreviousTemplate: true });
		// All values stay as the stack has them, but for this one.
		expect(asked?.Parameters).toEqual([
			{ ParameterKey: "PlatformDomain", ParameterValue: domains.nonprod },
			{ ParameterKey: "DelegationRole", ParameterValue: "arn:role" },
			{ ParameterKey: "DelegationState", ParameterValue: "withdrawn" },
		]);
	});

	it("goes on where it stopped: what is withdrawn already is not asked for again", async () => {
		stands(own({ state: "withdrawn" }), own({ state: "withdrawn" }), own({ state: "withdrawn" }), noStack);
		cloudformation
			.on(DescribeChangeSetCommand)
			.resolves({ Status: "FAILED", StatusReason: "No updates are to be performed." });
		expect((await remove()).exit).toBe(0);
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)).toEqual([]);
		expect(acts()).toContain("delete stack");
	});

	it.each(["ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"] as const)(
		"asks no stack that is %s for an update: its deletion withdraws the delegation",
		async (status) => {
			stands(own({ status }), own({ status }), noStack);
			const { exit, details } = await remove();
			expect({ exit, told: details[2] }).toEqual({ exit: 0, told: `goes with hostmaster-nonprod, which is ${status}` });
			expect(acts()).toEqual(["pause", "delete stack"]);
		},
	);

	it("deletes nothing while the delegation could not be withdrawn, and says why", async () => {
		stands(own(), own(), own(), own(), own({ status: "UPDATE_ROLLBACK_COMPLETE" }));
		const failed = { LogicalResourceId: "Delegation", ResourceType: "Custom::Delegation" };
		landscape.happens(
			{},
			anEvent("1", { ...failed, ResourceStatus: "UPDATE_FAILED", ResourceStatusReason: "stopped at 'assume-role'" }),
		);
		const { exit, error } = await remove();
		expect({ exit, error }).toMatchObject({
			exit: 1,
			error: { title: "delegation: Delegation (Custom::Delegation) failed.", detail: "stopped at 'assume-role'" },
		});
		expect(acts()).toEqual(["pause", "withdraw"]);
	});

	it.each([
		["somebody still delegates to it", 2, [{ ...above, outcome: "found", servers: ["ns-9.awsdns-00.com"] }]],
		["nobody can say whether somebody does", 3, [{ ...above, outcome: "no-answer" }]],
		["one of two cannot say", 3, [{ ...above, outcome: "none" } as const, { ...above, outcome: "no-answer" } as const]],
		["nobody was asked", 3, []],
	] as const)(
		"deletes neither stack nor zone while %s: a stranger could get its name servers",
		async (_, code, views) => {
			zonesAre({ Z1: {} });
			vi.mocked(delegatedViews).mockResolvedValue([...views]);
			stands(own({ role: "" }));
			const standing = await remove();
			expect({ exit: standing.exit, fix: standing.error.fix }).toEqual({
				...{ exit: code, fix: expect.stringContaining("Nothing was deleted yet.") },
			});
			zonesAre({ Z1: { application: "hostmaster", environment: "nonprod" } });
			stands(noStack);
			const gone = await remove();
			expect({ exit: gone.exit, fix: gone.error.fix }).toEqual({
				...{ exit: code, fix: expect.stringContaining("The zone stays until then.") },
			});
			expect(acts()).toEqual(["pause"]);
		},
	);

	it("can be repeated, also when it was interrupted while the stack went", async () => {
		stands(noStack);
		expect((await remove()).details).toEqual(nothingLeft);
		stands(own({ status: "DELETE_IN_PROGRESS" }), own({ status: "DELETE_IN_PROGRESS" }), noStack);
		expect((await remove()).details).toEqual(nothingLeft);
		expect(cloudformation.commandCalls(DeleteStackCommand)).toEqual([]);
	});

	it("keeps the zone when the stack could not be deleted, and names what holds it", async () => {
		stands(own({ status: "CREATE_FAILED" }), own({ status: "CREATE_FAILED" }), own({ status: "DELETE_FAILED" }));
		const ResourceStatusReason = "It is not empty.";
		const held = { LogicalResourceId: "Logs", ResourceStatus: "DELETE_FAILED", ResourceStatusReason } as const;
		landscape.happens({}, anEvent("1", held));
		const { exit, error } = await remove();
		expect({ exit, error }).toEqual({
			exit: 1,
			error: {
				...{ title: "stack: Logs (AWS::SQS::Queue) failed.", detail: "It is not empty." },
				fix: expect.stringContaining("run `environments remove` again"),
			},
		});
		expect(route53.calls()).toEqual([]);
	});

	it("keeps the zone when the stack is still there, in whatever state", async () => {
		stands(own());
		const { exit, error } = await remove();
		expect({ exit, title: error.title }).toEqual({
			...{ exit: 1, title: "stack: hostmaster-nonprod is CREATE_COMPLETE, and was to be deleted." },
		});
		expect(route53.commandCalls(DeleteHostedZoneCommand)).toEqual([]);
	});

	it("is refused for a stack that stands for another domain than these values say, before anything is changed", async () => {
		cloudformation
			.on(DescribeStacksCommand)
			.resolves(aStack("UPDATE_COMPLETE", {}, { PlatformDomain: "old.example.com" }));
		const { exit, error } = await remove();
		expect({ exit, title: error.title }).toEqual({
			...{
				exit: 2,
				title: `claims: The stack of nonprod stands for old.example.com, and these values say ${domains.nonprod}.`,
			},
		});
		expect(dynamodb.commandCalls(UpdateItemCommand)).toEqual([]);
	});
});
