import {
	type Change,
	ChangeSetNotFoundException,
	CloudFormationClient,
	CloudFormationServiceException,
	CreateChangeSetCommand,
	DeleteChangeSetCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isMissing, planStack, readStack, readTemplate, StackRefused } from "../../services/stacks.ts";

const cloudformation = mockClient(CloudFormationClient);
beforeEach(() => {
	cloudformation.reset();
	cloudformation.on(DeleteChangeSetCommand).resolves({});
	cloudformation.on(CreateChangeSetCommand).resolves({});
});
afterEach(() => {
	vi.useRealTimers();
});

const target = { client: new CloudFormationClient({}), stackName: "hostmaster-nonprod", pollMs: 1 };
const refusal = (message: string) =>
	new CloudFormationServiceException({ name: "ValidationError", $fault: "client", $metadata: {}, message });
const missing = refusal("Stack with id hostmaster-nonprod does not exist");
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
const noChangeSet = new ChangeSetNotFoundException({ $metadata: {}, message: "ChangeSet [release-1] does not exist" });
const aStack = (StackStatus: string, more: object = {}) => ({
	Stacks: [{ StackName: "hostmaster-nonprod", CreationTime: new Date(0), StackStatus: StackStatus as never, ...more }],
});

describe("reading a stack", () => {
	it("answers its state, outputs, parameters and tags by name", async () => {
		cloudformation.on(DescribeStacksCommand, { StackName: "hostmaster-nonprod" }).resolves(
			aStack("UPDATE_COMPLETE", {
				StackStatusReason: "done",
				Outputs: [{ OutputKey: "Url", OutputValue: "https://a" }],
				Parameters: [{ ParameterKey: "Port", ParameterValue: "53" }, { ParameterKey: "Hidden" }],
				Tags: [{ Key: "application", Value: "hostmaster" }],
			}),
		);
		expect(await readStack(target)).toEqual({
			...{ status: "UPDATE_COMPLETE", statusReason: "done" },
			outputs: { Url: "https://a" },
			parameters: { Port: "53", Hidden: "" },
			tags: { application: "hostmaster" },
		});
	});

	it("makes do without any of them", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_FAILED"));
		expect(await readStack(target)).toMatchObject({ statusReason: undefined, outputs: {}, parameters: {}, tags: {} });
	});

	it("finds none when CloudFormation says so, in whatever way, or only a change set would create it", async () => {
		cloudformation.on(DescribeStacksCommand).rejects(missing);
		expect(await readStack(target)).toBeUndefined();
		for (const answer of [{ Stacks: [] }, {}, aStack("DELETE_COMPLETE"), aStack("REVIEW_IN_PROGRESS")]) {
			cloudformation.on(DescribeStacksCommand).resolves(answer);
			expect(await readStack(target)).toBeUndefined();
		}
	});

	it.each([
		["Throttled", throttled],
		["ValidationError", refusal("1 validation error detected")],
		["AccessDenied", Object.assign(new Error("does not exist for you"), { name: "AccessDenied" })],
	])("throws %s, and takes it for no absence", async (name, error) => {
		cloudformation.on(DescribeStacksCommand).rejects(error);
		await expect(readStack(target)).rejects.toMatchObject({ name });
		cloudformation.on(GetTemplateCommand).rejects(error);
		await expect(readTemplate(target)).rejects.toMatchObject({ name });
	});

	it.each([
		["what is no error", "does not exist"],
		["an error of another kind", new Error("does not exist")],
	])("takes %s for no absence", (_, error) => {
		expect(isMissing(error)).toBe(false);
		expect([missing, noChangeSet].map(isMissing)).toEqual([true, true]);
	});

	it("answers the template that it was deployed from, or that there is none", async () => {
		cloudformation.on(GetTemplateCommand, { TemplateStage: "Original" }).resolves({ TemplateBody: "{}" });
		expect(await readTemplate(target)).toBe("{}");
		cloudformation.on(GetTemplateCommand).rejects(missing);
		expect(await readTemplate(target)).toBeUndefined();
	});
});

describe("planning a deployment", () => {
	const plan = {
		template: { url: "https://bucket/template.json" },
		parameters: { Port: "53" },
		tags: { application: "hostmaster" },
		name: "release-1",
	};
	const change = (more: Change["ResourceChange"]): Change => ({ Type: "Resource", ResourceChange: more });
	const added = change({ Action: "Add", LogicalResourceId: "Zone", ResourceType: "AWS::Route53::HostedZone" });
	const complete = { Status: "CREATE_COMPLETE" } as const;
	const planned = { outcome: "planned", name: "release-1", resources: [] };
	const sent = () => cloudformation.commandCalls(CreateChangeSetCommand)[0]?.args[0].input;

	it("of a new stack creates it, and waits until CloudFormation has compared", async () => {
		cloudformation.on(DescribeStacksCommand).rejects(missing);
		cloudformation
			.on(DescribeChangeSetCommand)
			.resolvesOnce({ Status: "CREATE_PENDING" })
			.resolvesOnce({ Status: "CREATE_IN_PROGRESS" })
			.resolves({ ...complete, Changes: [added] });
		expect(await planStack(target, plan)).toEqual({
			...{ ...planned, creates: true, isUnfinished: true },
			resources: [{ action: "Add", logicalId: "Zone", type: "AWS::Route53::HostedZone", replacement: undefined }],
		});
		expect(sent()).toEqual({
			...{ StackName: "hostmaster-nonprod", ChangeSetName: "release-1", ChangeSetType: "CREATE" },
			// Without OnStackFailure: what becomes of a failure is chosen when it is carried out.
			TemplateURL: "https://bucket/template.json",
			Parameters: [{ ParameterKey: "Port", ParameterValue: "53" }],
			Tags: [{ Key: "application", Value: "hostmaster" }],
			Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
		});
	});

	it.each([
		["CREATE_FAILED", true],
		["UPDATE_FAILED", true],
		["UPDATE_COMPLETE", false],
		["UPDATE_ROLLBACK_COMPLETE", false],
	])("of one that is %s updates it; unfinished: %s", async (status, isUnfinished) => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack(status));
		cloudformation.on(DescribeChangeSetCommand).resolves(complete);
		const body = { ...plan, template: { body: "{}" } };
		expect(await planStack(target, body)).toEqual({ ...planned, creates: false, isUnfinished });
		expect(sent()).toMatchObject({ ChangeSetType: "UPDATE", TemplateBody: "{}" });
		await planStack(target, { ...plan, template: "standing" });
		expect(cloudformation.commandCalls(CreateChangeSetCommand)[1]?.args[0].input).toMatchObject({
			UsePreviousTemplate: true,
		});
	});

	it("replaces a plan of that name that nobody carried out, and is not stopped when there is none", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("REVIEW_IN_PROGRESS"));
		cloudformation.on(DescribeChangeSetCommand).resolves(complete);
		for (const error of [noChangeSet, missing]) {
			cloudformation.on(DeleteChangeSetCommand).rejects(error);
			expect(await planStack(target, plan)).toMatchObject({ creates: true });
		}
		cloudformation.on(DeleteChangeSetCommand).rejects(throttled);
		await expect(planStack(target, plan)).rejects.toMatchObject({ name: "Throttled" });
		expect(cloudformation.commandCalls(CreateChangeSetCommand)).toHaveLength(2);
	});

	it("reads every page of what it changes, and leaves out what is no change of a resource", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		const none: Change[] = [{}, change({ Action: "Add" }), change({ LogicalResourceId: "Zone" })];
		const synced = change({ Action: "SyncWithActual", LogicalResourceId: "Zone" });
		cloudformation
			.on(DescribeChangeSetCommand)
			.resolvesOnce({ ...complete, Changes: [added, ...none, synced], NextToken: "2" })
			.resolvesOnce({ ...complete, NextToken: "3" })
			.resolves({
				Changes: [change({ Action: "Modify", LogicalResourceId: "Queue", Replacement: "Conditional" })],
			});
		const found = await planStack(target, plan);
		expect(found).toMatchObject({
			resources: [
				{ action: "Add", logicalId: "Zone" },
				{ action: "Modify", logicalId: "Queue", type: "", replacement: "Conditional" },
			],
		});
		const asked = cloudformation.commandCalls(DescribeChangeSetCommand).map(({ args: [{ input }] }) => input.NextToken);
		expect(asked).toEqual([undefined, "2", "3"]);
	});

	it("that breaks off between two pages is no shorter plan", async () => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation
			.on(DescribeChangeSetCommand)
			.resolvesOnce({ ...complete, NextToken: "2" })
			.rejects(throttled);
		await expect(planStack(target, plan)).rejects.toMatchObject({ name: "Throttled" });
	});

	it.each([
		"The submitted information didn't contain changes. Submit different information to create a change set.",
		"No updates are to be performed.",
	])("is empty when the stack is so already, and leaves nothing behind: %s", async (StatusReason) => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation.on(DescribeChangeSetCommand).resolves({ Status: "FAILED", StatusReason });
		expect(await planStack(target, plan)).toEqual({ outcome: "empty" });
		expect(cloudformation.commandCalls(DeleteChangeSetCommand)).toHaveLength(2);
	});

	it.each([
		["Template format error", "Template format error"],
		[undefined, "without a reason"],
	])("that CloudFormation refuses throws its reason: %s", async (StatusReason, told) => {
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation.on(DescribeChangeSetCommand).resolves({ Status: "FAILED", StatusReason });
		const message = `CloudFormation refused the plan for hostmaster-nonprod: ${told}`;
		await expect(planStack(target, plan)).rejects.toEqual(new StackRefused(message));
	});

	it.each([
		["CREATE_IN_PROGRESS" as const, "CREATE_IN_PROGRESS"],
		[undefined, "no status"],
	])("gives up a comparison that does not end: %s", async (Status, told) => {
		vi.useFakeTimers();
		cloudformation.on(DescribeStacksCommand).resolves(aStack("CREATE_COMPLETE"));
		cloudformation.on(DescribeChangeSetCommand).resolves({ Status });
		const ended = expect(planStack({ ...target, pollMs: 60_000 }, plan)).rejects.toThrow(`(${told})`);
		await vi.advanceTimersByTimeAsync(660_001);
		await ended;
	});
});
