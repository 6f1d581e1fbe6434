import {
	AlreadyExistsException,
	CreateChangeSetCommand,
	type CreateChangeSetInput,
	DescribeChangeSetCommand,
	DescribeStackEventsCommand,
	ExecuteChangeSetCommand,
	InsufficientCapabilitiesException,
	InvalidChangeSetStatusException,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aQueue } from "../stack/an-account.ts";
import { aDeployer, broken, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeAll(async () => {
	deployer = await aDeployer();
	await deployer.deploy({ Resources: { First: aQueue("first") } });
});
afterAll(() => deployer.close());

const body = (Resources: object, more: object = {}) => JSON.stringify({ ...more, Resources });
const role = (Properties: object) => ({ Role: { Type: "AWS::IAM::Role", Properties } });
const parameters = { Parameters: { Name: { Type: "String", AllowedPattern: "[a-z]+" } } };
const set = (ParameterKey: string, ParameterValue: string) => ({ Parameters: [{ ParameterKey, ParameterValue }] });
let plans = 0;
const create = (more: Partial<CreateChangeSetInput>) =>
	deployer.account.cloudformation.send(
		new CreateChangeSetCommand({
			...{ StackName: "new", ChangeSetName: `by-hand-${++plans}`, ChangeSetType: "CREATE" },
			...more,
		}),
	);
const execute = (StackName: string, DisableRollback?: boolean) =>
	deployer.account.cloudformation.send(
		new ExecuteChangeSetCommand({ StackName, ChangeSetName: `by-hand-${plans}`, DisableRollback }),
	);
/** Every state that a stack was in. */
async function lifeOf(StackId: string): Promise<(string | undefined)[]> {
	const asked = new DescribeStackEventsCommand({ StackName: StackId });
	const { StackEvents = [] } = await deployer.account.cloudformation.send(asked);
	const own = StackEvents.filter(({ PhysicalResourceId }) => PhysicalResourceId === StackId);
	return own.map(({ ResourceStatus }) => ResourceStatus).toReversed();
}

describe("a request that CloudFormation does not take", () => {
	it.each<[string, Partial<CreateChangeSetInput>, string]>([
		["no template", {}, "Either Template URL or Template Body"],
		["text that is none", { TemplateBody: "{" }, "Template format error: "],
		["a template without resources", { TemplateBody: "{}" }, "Template format error: template.Resources"],
		["one that is too long to be sent", { TemplateBody: body({ Q: aQueue("q".repeat(51_200)) }) }, "to 51200"],
		["an address elsewhere", { TemplateURL: "https://example.com/a.json" }, "must be a supported URL"],
		["an address of nothing", { TemplateURL: "https://b.s3.us-east-1.amazonaws.com/a" }, "does not exist. (https"],
		["a value of no parameter", { TemplateBody: body({}), ...set("Name", "a") }, "[Name] do not exist in the template"],
		["a parameter without a value", { TemplateBody: body({}, parameters) }, "Parameters: [Name] must have values"],
		["a wrong value", { TemplateBody: body({}, parameters), ...set("Name", "1") }, "'1' does not match [a-z]+"],
		["a name of nothing", { TemplateBody: body({ Q: aQueue("q", { DependsOn: "R" }) }) }, "dependencies [R]"],
		[
			"resources that wait for each other",
			{ TemplateBody: body({ A: aQueue("a", { DependsOn: "B" }), B: aQueue("b", { DependsOn: "A" }) }) },
			"circle",
		],
		["a name that is none", { StackName: "a_b", TemplateBody: body({}) }, "at 'stackName' failed"],
		["an update of nothing", { ChangeSetType: "UPDATE", TemplateBody: body({}) }, "Stack [new] does not exist"],
	])("has %s", async (_, asked, message) => {
		await expect(create(asked)).rejects.toMatchObject({
			...{ name: "ValidationError", message: expect.stringContaining(message) },
		});
		await expect(deployer.describe("new")).rejects.toThrow("does not exist");
	});

	it.each<[string, object, "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM"]>([
		["rights", role({}), "CAPABILITY_IAM"],
		["rights by a name of its own", role({ RoleName: "admin" }), "CAPABILITY_NAMED_IAM"],
	])("gives %s without a word about it", async (_, resources, needed) => {
		const asked = { StackName: `giving-${plans}`, TemplateBody: body(resources) };
		const refused = create({
			...asked,
			...(needed === "CAPABILITY_NAMED_IAM" && { Capabilities: ["CAPABILITY_IAM"] }),
		});
		await expect(refused).rejects.toBeInstanceOf(InsufficientCapabilitiesException);
		await expect(refused).rejects.toThrow(`[${needed}]`);
		await create({ ...asked, Capabilities: [needed] });
	});

	it("would create what is there, or plan what is planned", async () => {
		await expect(create({ StackName: "shop", TemplateBody: body({}) })).rejects.toThrow("already exists and cannot be");
		const asked = { StackName: "twice", ChangeSetName: "same", TemplateBody: body({ Q: aQueue("q") }) };
		await create(asked);
		await expect(create(asked)).rejects.toBeInstanceOf(AlreadyExistsException);
	});

	it("would carry out what changes nothing, or a plan of before another was carried out", async () => {
		const same = {
			StackName: "shop",
			ChangeSetType: "UPDATE",
			TemplateBody: body({ First: aQueue("first") }),
		} as const;
		await create(same);
		await expect(execute("shop")).rejects.toBeInstanceOf(InvalidChangeSetStatusException);
		const stale = `by-hand-${plans}`;
		await deployer.deploy({ Resources: { First: aQueue("first"), Second: aQueue("second") } });
		const asked = new DescribeChangeSetCommand({ StackName: "shop", ChangeSetName: stale });
		await expect(deployer.account.cloudformation.send(asked)).rejects.toMatchObject({
			name: "ChangeSetNotFoundException",
		});
	});

	it("says twice what becomes of a failure", async () => {
		await create({ StackName: "choices", TemplateBody: body({ Q: aQueue("q") }), OnStackFailure: "DELETE" });
		await expect(execute("choices", true)).rejects.toThrow("DisableRollback can't be specified");
	});
});

describe("a value that is kept", () => {
	it("is that of before, also where another is the default", async () => {
		const TemplateBody = body(
			{ Q: aQueue("kept", { Properties: { QueueName: { Ref: "Name" } } }) },
			{ Parameters: { Name: { Type: "String", Default: "other" } } },
		);
		await create({ StackName: "keeping", TemplateBody, ...set("Name", "kept") });
		await execute("keeping");
		await expect.poll(async () => (await deployer.describe("keeping")).status).toBe("CREATE_COMPLETE");
		const Parameters = [{ ParameterKey: "Name", UsePreviousValue: true }];
		await create({ StackName: "keeping", ChangeSetType: "UPDATE", TemplateBody, Parameters });
		const { Status, Parameters: known } = await deployer.account.cloudformation.send(
			new DescribeChangeSetCommand({ StackName: "keeping", ChangeSetName: `by-hand-${plans}` }),
		);
		expect({ Status, known }).toEqual({ Status: "FAILED", known: [{ ParameterKey: "Name", ParameterValue: "kept" }] });
	});
});

describe("a creation that fails", () => {
	const TemplateBody = body({ Made: aQueue("made"), Broken: broken(["Made"]) });
	const Capabilities = ["CAPABILITY_IAM" as const];
	const begun = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"];

	it.each<[string, Partial<CreateChangeSetInput>, boolean | undefined, string[]]>([
		["taken back", { OnStackFailure: "ROLLBACK" }, undefined, ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]],
		["taken back, when nothing is said", {}, undefined, ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]],
		["deleted", { OnStackFailure: "DELETE" }, undefined, ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]],
		["left as it is", {}, true, ["CREATE_FAILED"]],
	])("is %s", async (_, asked, DisableRollback, states) => {
		const StackName = `failing-${plans}`;
		const { StackId = "" } = await create({ StackName, TemplateBody, Capabilities, ...asked });
		await execute(StackName, DisableRollback);
		await expect.poll(() => lifeOf(StackId)).toEqual([...begun, ...states]);
		expect(deployer.opened.queues().includes("made")).toBe(states.includes("CREATE_FAILED"));
	});

	it("and was taken back cannot be updated, only deleted", async () => {
		const StackName = "taken-back";
		await create({ StackName, TemplateBody, Capabilities });
		await execute(StackName);
		await expect.poll(async () => (await deployer.describe(StackName)).status).toBe("ROLLBACK_COMPLETE");
		const again = create({ StackName, ChangeSetType: "UPDATE", TemplateBody, Capabilities });
		await expect(again).rejects.toThrow("is in ROLLBACK_COMPLETE state and can not be updated");
	});
});
