import { DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import {
	DeleteHostedZoneCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { delegatedViews } from "../../../services/public-dns.ts";
import { aLandscape, anEvent, aStack, domains, noStack } from "./a-landscape.ts";

vi.mock(import("../../../services/public-dns.ts"), async (original) => ({
	...(await original()),
	delegatedViews: vi.fn(),
}));
const above = { resolver: "ns-1.awsdns-00.com", servers: [] };

const landscape = aLandscape();
const { cloudformation, dynamodb, route53, type } = landscape;
beforeEach(() => {
	landscape.reset();
	landscape.write();
	vi.mocked(delegatedViews).mockResolvedValue([{ ...above, outcome: "none" }]);
	cloudformation.on(DeleteStackCommand).resolves({});
});
afterAll(() => landscape.close());

async function remove() {
	const { exit, stdout, stderr } = await type("environments remove nonprod --confirm nonprod --json");
	const { error, steps = [] } = JSON.parse(stdout);
	return { exit, error, stderr, details: steps.slice(1).map(({ detail }: { detail: string }) => detail) };
}

describe("removing an environment", () => {
	it.each(["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"] as const)(
		"deletes a stack that is %s, then its zone with all that stands in it",
		async (status) => {
			cloudformation
				.on(DescribeStacksCommand)
				.resolvesOnce(aStack(status))
				.resolvesOnce(aStack("DELETE_IN_PROGRESS"))
				.rejects(noStack);
			const Name = `${domains.nonprod}.`;
			route53.on(ListHostedZonesByNameCommand).resolves({
				...{ HostedZones: [{ Id: "/hostedzone/Z1", Name, CallerReference: "1" }], IsTruncated: false, MaxItems: 10 },
			});
			const ResourceRecordSets = [
				{ Name, Type: "SOA" as const },
				{ Name: `acme.${Name}`, Type: "A" as const },
			];
			route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets, IsTruncated: false, MaxItems: 300 });
			const { exit, details, stderr } = await remove();
			expect(exit, stderr).toBe(0);
			expect(details).toEqual([
				"no tenant has a name here",
				"hostmaster-nonprod is gone; its tables and logs stay",
				`${domains.nonprod}: deleted, with 1 record sets`,
			]);
			expect(cloudformation.commandCalls(DeleteStackCommand, { StackName: "hostmaster-nonprod" })).toHaveLength(1);
			expect(route53.commandCalls(DeleteHostedZoneCommand, { Id: "Z1" })).toHaveLength(1);
		},
	);

	it.each([
		["somebody still delegates to it", 2, { ...above, outcome: "found", servers: ["ns-9.awsdns-00.com"] }],
		["nobody can say whether somebody does", 3, { ...above, outcome: "no-answer" }],
	] as const)("keeps the zone while %s: a stranger could get its name servers", async (_, code, view) => {
		cloudformation.on(DescribeStacksCommand).rejects(noStack);
		route53.on(ListHostedZonesByNameCommand).resolves({
			HostedZones: [{ Id: "/hostedzone/Z1", Name: `${domains.nonprod}.`, CallerReference: "1" }],
			...{ IsTruncated: false, MaxItems: 10 },
		});
		vi.mocked(delegatedViews).mockResolvedValue([view]);
		const { exit, error } = await remove();
		expect({ exit, fix: error.fix }).toEqual({
			exit: code,
			fix: expect.stringContaining("The zone stays until then."),
		});
		expect(route53.commandCalls(DeleteHostedZoneCommand)).toEqual([]);
	});

	it("can be repeated, also when it was interrupted while the stack went", async () => {
		const done = ["no tenant has a name here", "hostmaster-nonprod is gone already"];
		const end = `${domains.nonprod} has no zone any more`;
		expect((await remove()).details).toEqual([...done, end]);
		cloudformation
			.on(DescribeStacksCommand)
			.resolvesOnce(aStack("DELETE_IN_PROGRESS"))
			.resolvesOnce(aStack("DELETE_IN_PROGRESS"))
			.rejects(noStack);
		expect((await remove()).details).toEqual([...done, end]);
		expect(cloudformation.commandCalls(DeleteStackCommand)).toEqual([]);
	});

	it("keeps the zone when the stack could not be deleted, and names what holds it", async () => {
		cloudformation.on(DescribeStacksCommand).resolvesOnce(aStack("CREATE_COMPLETE")).resolves(aStack("DELETE_FAILED"));
		const ResourceStatusReason = "It is not empty.";
		cloudformation.on(DescribeStackEventsCommand).resolves({
			StackEvents: [anEvent("1", { LogicalResourceId: "Logs", ResourceStatus: "DELETE_FAILED", ResourceStatusReason })],
		});
		const { exit, error } = await remove();
		expect({ exit, error }).toEqual({
			exit: 1,
			error: {
				...{ title: "delegation and stack: Logs (AWS::SQS::Queue) failed.", detail: "It is not empty." },
				fix: expect.stringContaining("run `environments remove` again"),
			},
		});
		expect(route53.calls()).toEqual([]);
	});

	it("is refused while a tenant has a name there, before anything is deleted", async () => {
		dynamodb.on(QueryCommand).resolves({ Items: [{ hostname: { S: "acme.app.nonprod.example.com" } }] });
		const { exit, error } = await remove();
		expect({ exit, title: error.title }).toEqual({
			...{ exit: 2, title: "claims: Tenants still have names in nonprod, such as acme.app.nonprod.example.com." },
		});
		expect(cloudformation.calls()).toEqual([]);
	});
});
