import {
	CreateChangeSetCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	type ResourceChange,
	type StackEvent,
} from "@aws-sdk/client-cloudformation";
import { HeadObjectCommand, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aLandscape, anEvent, aStack, noStack } from "./a-landscape.ts";

// `registrar deploy` is the smallest of the deployments; all go by the same steps.
const landscape = aLandscape();
const { cloudformation, s3, type } = landscape;
const artifacts = { StackName: "hostmaster-artifacts" };
const registrar = { StackName: "hostmaster-registrar" };
beforeEach(() => {
	landscape.reset();
	landscape.write();
	cloudformation.on(DescribeStacksCommand, artifacts).resolves(aStack("CREATE_COMPLETE", { ArtifactBucket: "b" }));
	cloudformation.on(DescribeChangeSetCommand, artifacts).resolves(noChanges);
	s3.on(HeadObjectCommand).rejects(new NotFound({ $metadata: {}, message: "no" }));
	s3.on(PutObjectCommand).resolves({});
});
afterAll(() => landscape.close());

const noChanges = { Status: "FAILED", StatusReason: "No updates are to be performed." } as const;
const changing = (Action: ResourceChange["Action"], LogicalResourceId: string, more: Partial<ResourceChange> = {}) => ({
	ResourceChange: { Action, LogicalResourceId, ResourceType: "AWS::Route53::RecordSet", ...more },
});
/** Deploys; the document's error, or its steps. */
async function deploy(lateMs = 0) {
	const { exit, stdout, stderr } = await type("registrar deploy --json", { lateMs });
	const { error, steps = [] } = JSON.parse(stdout);
	const details = steps.map(({ step, detail }: Record<string, string>) => `${step}: ${detail}`);
	return { exit, error, details, stderr };
}
const stands = (...statuses: Parameters<typeof aStack>[0][]) => {
	const asked = cloudformation.on(DescribeStacksCommand, registrar);
	for (const status of statuses.slice(0, -1)) asked.resolvesOnce(aStack(status));
	asked.resolves(aStack(statuses.at(-1)));
};

describe("a deployment", () => {
	it("makes the stack, from a template in the account's bucket, and tells of each resource", async () => {
		cloudformation
			.on(DescribeStacksCommand, registrar)
			.rejectsOnce(noStack)
			.rejectsOnce(noStack)
			.resolves(aStack("CREATE_COMPLETE"));
		landscape.happens(
			registrar,
			anEvent("1", { LogicalResourceId: "Apex", ResourceStatus: "CREATE_IN_PROGRESS" }),
			anEvent("2", { LogicalResourceId: "Apex", ResourceStatus: "CREATE_COMPLETE" }),
		);
		const { exit, details, stderr } = await deploy();
		expect(exit, stderr).toBe(0);
		expect(details).toEqual([
			"account: 111111111111, as arn:aws:iam::LOCAL111111111111:root",
			"artifacts: b",
			"stack: 1 apexes, 2 delegations",
		]);
		const sent = cloudformation.commandCalls(CreateChangeSetCommand, registrar)[0]?.args[0].input;
		expect(sent).toMatchObject({ ChangeSetType: "CREATE", TemplateURL: expect.stringMatching(/^https:\/\/b\.s3\./) });
		expect(sent?.Parameters).toEqual([
			{ ParameterKey: "Resolvers", ParameterValue: "127.0.0.1:1" },
			{ ParameterKey: "ArtifactBucket", ParameterValue: "b" },
		]);
		const keys = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
		expect(keys).toEqual([
			expect.stringMatching(/^functions\/[0-9a-f]{64}\.zip$/),
			expect.stringMatching(/^templates\/[0-9a-f]{64}\.json$/),
		]);
		expect(stderr.match(/CREATE_COMPLETE {2}Apex/g)).toHaveLength(1);
		expect(stderr).not.toContain("IN_PROGRESS");
	});

	it("makes the bucket first where there is none", async () => {
		cloudformation
			.on(DescribeStacksCommand, artifacts)
			.rejectsOnce(noStack)
			.rejectsOnce(noStack)
			.resolves(aStack("CREATE_COMPLETE", { ArtifactBucket: "new" }));
		cloudformation.on(DescribeChangeSetCommand, artifacts).resolves({ Status: "CREATE_COMPLETE" });
		cloudformation.on(DescribeChangeSetCommand, registrar).resolves(noChanges);
		expect((await deploy()).details).toEqual([
			expect.any(String),
			"artifacts: new",
			"stack: hostmaster-registrar is so already",
		]);
	});

	it("of a stack without a bucket says that there is none", async () => {
		cloudformation.on(DescribeStacksCommand, artifacts).resolves(aStack("CREATE_COMPLETE"));
		const { exit, error } = await deploy();
		expect({ exit, title: error.title }).toEqual({
			exit: 2,
			title: "artifacts: The account has no bucket for releases.",
		});
	});

	it("shows what would be lost first", async () => {
		stands("UPDATE_COMPLETE");
		const Changes = [
			changing("Add", "New"),
			changing("Modify", "Kept"),
			changing("Modify", "Perhaps", { Replacement: "Conditional" }),
			changing("Modify", "Anew", { Replacement: "True" }),
			changing("Remove", "Gone"),
		];
		cloudformation.on(DescribeChangeSetCommand, registrar).resolves({ Status: "CREATE_COMPLETE", Changes });
		const { stderr } = await deploy();
		const lines = stderr.split("\n").filter((line) => line.includes("AWS::Route53::RecordSet"));
		expect(lines.map((line) => line.trim().replace("  AWS::Route53::RecordSet", ""))).toEqual([
			...["Remove  Gone", "Modify  Anew  REPLACED", "Modify  Kept"],
			...["Modify  Perhaps  perhaps replaced", "Add     New"],
		]);
	});

	it.each([
		["hostmaster-artifacts", "artifacts"],
		["hostmaster-registrar", "stack"],
	])("whose plan for %s is refused has changed nothing", async (StackName, step) => {
		stands("CREATE_COMPLETE");
		const refused = { Status: "FAILED", StatusReason: "Template format error" } as const;
		cloudformation.on(DescribeChangeSetCommand, { StackName }).resolves(refused);
		const { exit, error } = await deploy();
		expect({ exit, error }).toMatchObject({
			exit: 2,
			error: { title: `${step}: CloudFormation refused the plan for ${StackName}: Template format error` },
		});
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)).toEqual([]);
	});

	it.each([
		["ROLLBACK_COMPLETE", /delete the stack in the CloudFormation console/],
		["ROLLBACK_FAILED", /delete the stack in the CloudFormation console/],
		["UPDATE_ROLLBACK_FAILED", /Continue update rollback/],
		["DELETE_FAILED", /environments remove/],
	] as const)("over a stack that is %s is refused, with what has to be done", async (status, fix) => {
		stands(status);
		const { exit, error } = await deploy();
		expect({ exit, error }).toMatchObject({
			exit: 2,
			error: { title: `stack: The stack hostmaster-registrar is ${status}.`, fix: expect.stringMatching(fix) },
		});
		expect(cloudformation.commandCalls(CreateChangeSetCommand, registrar)).toEqual([]);
	});

	it("waits for what somebody began before", async () => {
		stands("UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE");
		cloudformation.on(DescribeChangeSetCommand, registrar).resolves(noChanges);
		expect((await deploy()).details[2]).toBe("stack: hostmaster-registrar is so already");
	});

	it("knows of nothing more when it does not end in time", async () => {
		stands("CREATE_COMPLETE", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS");
		const { exit, error } = await deploy(5_400_001);
		expect({ exit, error }).toMatchObject({
			...{ exit: 3, error: { title: expect.stringContaining("is still UPDATE_IN_PROGRESS"), fix: "Run this again." } },
		});
	});

	it("has failed when its stack is gone", async () => {
		cloudformation
			.on(DescribeStacksCommand, registrar)
			.resolvesOnce(aStack("UPDATE_COMPLETE"))
			.resolvesOnce(aStack("UPDATE_COMPLETE"))
			.rejects(noStack);
		const { exit, error } = await deploy();
		expect({ exit, error }).toMatchObject({ exit: 1, error: { title: "stack: hostmaster-registrar is gone." } });
	});
});

describe("a deployment that fails", () => {
	const began = anEvent("2", {
		...{ LogicalResourceId: "hostmaster-registrar", ResourceType: "AWS::CloudFormation::Stack" },
		ResourceStatus: "UPDATE_IN_PROGRESS",
	});
	const failed = (id: string, LogicalResourceId: string, ResourceStatusReason?: string): StackEvent =>
		anEvent(id, { LogicalResourceId, ResourceStatusReason, ResourceStatus: "UPDATE_FAILED" });

	it("names the first resource that failed in this run, not what was cancelled because of it", async () => {
		stands("UPDATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE");
		const stack = anEvent("9", { ...began, EventId: "9", ResourceStatus: "UPDATE_FAILED" as never });
		const before = { ...failed("1", "Before", "the mistake of a minute ago"), ClientRequestToken: "another" };
		landscape.happens(
			registrar,
			...[before, began, stack],
			...[
				failed("3", "Early", "Resource update cancelled"),
				failed("4", "Cause", "No such zone"),
				failed("5", "Later"),
			],
		);
		const { exit, error, stderr } = await deploy();
		expect({ exit, error }).toEqual({
			exit: 1,
			error: {
				...{ title: "stack: Cause (AWS::SQS::Queue) failed.", detail: "No such zone" },
				fix: "Mend the cause and run this again. The stack is as it was before.",
			},
		});
		expect(stderr).toMatch(/UPDATE_FAILED {4}Cause AWS::SQS::Queue\n {8}No such zone\n.*Later AWS::SQS::Queue\n/s);
	});

	it.each([
		["CREATE_FAILED", /What was done stays, and the next run goes on there\.$/],
		["UPDATE_FAILED", /What was done stays, and the next run goes on there\.$/],
		["UPDATE_ROLLBACK_COMPLETE", /The stack is as it was before\.$/],
		["UPDATE_ROLLBACK_FAILED", /Continue update rollback/],
	] as const)("as %s says what became of the stack, also when no event says why", async (status, fix) => {
		stands("UPDATE_COMPLETE", "UPDATE_COMPLETE", status);
		const { exit, error } = await deploy();
		expect({ exit, error }).toEqual({
			exit: 1,
			error: { title: `stack: hostmaster-registrar ended as ${status}.`, fix: expect.stringMatching(fix) },
		});
	});
});
