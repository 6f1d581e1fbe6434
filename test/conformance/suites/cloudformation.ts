import { strict as assert } from "node:assert";
import {
	CreateChangeSetCommand,
	DeleteChangeSetCommand,
	DeleteStackCommand,
	DescribeChangeSetCommand,
	DescribeStackEventsCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { type Check, eventually, refused, type Stage, type Suite, there } from "../check.ts";

const api = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference";

/** A stack of queues, each named by a parameter-free name of the run. */
function aStack(stage: Stage) {
	const { cloudformation } = stage.clients;
	const StackName = stage.unique("stack");
	const queueName = (logicalId: string) => `${StackName}-${logicalId}`;
	const templateOf = (...queues: string[]) =>
		JSON.stringify({
			Parameters: { Marker: { Type: "String", Default: "none" } },
			Resources: Object.fromEntries(
				queues.map((id) => [id, { Type: "AWS::SQS::Queue", Properties: { QueueName: queueName(id) } }]),
			),
			Outputs: { First: { Value: { "Fn::GetAtt": [queues[0], "Arn"] } }, Marker: { Value: { Ref: "Marker" } } },
		});
	stage.defer(() => cloudformation.send(new DeleteStackCommand({ StackName })));
	async function plan(
		ChangeSetName: string,
		ChangeSetType: "CREATE" | "UPDATE",
		TemplateBody: string,
		marker?: string,
	) {
		const Parameters = marker === undefined ? [] : [{ ParameterKey: "Marker", ParameterValue: marker }];
		const asked = { StackName, ChangeSetName, ChangeSetType, TemplateBody, Parameters };
		await cloudformation.send(new CreateChangeSetCommand(asked));
		return eventually("the change set is made", async () => {
			const told = await cloudformation.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
			return /COMPLETE$|FAILED$/.test(told.Status ?? "") ? told : undefined;
		});
	}
	const stack = async () => {
		const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
		return there(Stacks?.[0], "the stack");
	};
	async function execute(ChangeSetName: string, status: string) {
		await cloudformation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
		return eventually(status, async () => {
			const told = await stack();
			return told.StackStatus === status ? told : undefined;
		});
	}
	const hasQueue = (id: string) =>
		stage.clients.sqs.send(new GetQueueUrlCommand({ QueueName: queueName(id) })).then(
			() => true,
			() => false,
		);
	return { cloudformation, StackName, templateOf, plan, stack, execute, hasQueue };
}

const checks: readonly Check[] = [
	{
		name: "a change set plans a new stack and makes nothing until it is executed",
		operations: ["CreateChangeSet", "DescribeChangeSet", "DescribeStacks"].map((name) => `cloudformation:${name}`),
		source: `${api}/API_CreateChangeSet.html`,
		async run(stage) {
			const { plan, stack, templateOf, hasQueue } = aStack(stage);
			const told = await plan("first", "CREATE", templateOf("One"));
			assert.deepEqual([told.Status, told.ExecutionStatus], ["CREATE_COMPLETE", "AVAILABLE"]);
			const changes = told.Changes?.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId]);
			assert.deepEqual(changes, [["Add", "One"]]);
			assert.equal((await stack()).StackStatus, "REVIEW_IN_PROGRESS");
			assert.equal(await hasQueue("One"), false);
		},
	},
	{
		name: "an executed change set makes the stack, with outputs and parameters",
		operations: ["ExecuteChangeSet", "DescribeStacks"].map((name) => `cloudformation:${name}`),
		source: `${api}/API_ExecuteChangeSet.html`,
		async run(stage) {
			const { plan, execute, templateOf, hasQueue, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"), "blue");
			const { Outputs, Parameters, StackId } = await execute("first", "CREATE_COMPLETE");
			const outputs = Object.fromEntries((Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
			assert.match(outputs["First"] ?? "", new RegExp(`^arn:aws:sqs:us-east-1:\\d{12}:${StackName}-One$`));
			assert.equal(outputs["Marker"], "blue");
			assert.equal(Parameters?.[0]?.ParameterValue, "blue");
			assert.match(StackId ?? "", new RegExp(`^arn:aws:cloudformation:us-east-1:\\d{12}:stack/${StackName}/`));
			assert.equal(await hasQueue("One"), true);
		},
	},
	{
		name: "an update adds what is new and removes what is gone",
		operations: ["CreateChangeSet", "ExecuteChangeSet"].map((name) => `cloudformation:${name}`),
		source: `${api}/API_ResourceChange.html`,
		async run(stage) {
			const { plan, execute, templateOf, hasQueue } = aStack(stage);
			await plan("first", "CREATE", templateOf("One", "Two"));
			await execute("first", "CREATE_COMPLETE");
			const { Changes } = await plan("second", "UPDATE", templateOf("One", "Three"));
			const changes = Changes?.map(({ ResourceChange: change }) => `${change?.Action} ${change?.LogicalResourceId}`);
			assert.deepEqual(changes?.toSorted(), ["Add Three", "Remove Two"]);
			await execute("second", "UPDATE_COMPLETE");
			assert.equal(await hasQueue("Three"), true);
			await eventually("what is gone is removed", async () => ((await hasQueue("Two")) ? undefined : true));
		},
	},
	{
		name: "a change set in which nothing differs fails, and cannot be executed",
		operations: ["DescribeChangeSet", "ExecuteChangeSet"].map((name) => `cloudformation:${name}`),
		source: `${api}/API_DescribeChangeSet.html`,
		async run(stage) {
			const { cloudformation, plan, execute, templateOf, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"));
			await execute("first", "CREATE_COMPLETE");
			const told = await plan("second", "UPDATE", templateOf("One"));
			assert.deepEqual([told.Status, told.ExecutionStatus], ["FAILED", "UNAVAILABLE"]);
			assert.match(told.StatusReason ?? "", /didn't contain changes|No updates are to be performed/);
			const executed = cloudformation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "second" }));
			await refused(executed, "InvalidChangeSetStatusException", "InvalidChangeSetStatus");
		},
	},
	{
		name: "a deleted change set is not there any more",
		operations: ["DeleteChangeSet", "DescribeChangeSet"].map((name) => `cloudformation:${name}`),
		source: `${api}/API_DescribeChangeSet.html`,
		async run(stage) {
			const { cloudformation, plan, templateOf, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"));
			const asked = { StackName, ChangeSetName: "first" };
			await cloudformation.send(new DeleteChangeSetCommand(asked));
			const told = cloudformation.send(new DescribeChangeSetCommand(asked));
			await refused(told, "ChangeSetNotFoundException", "ChangeSetNotFound");
		},
	},
	{
		name: "a stack's events tell of each resource, the last first",
		operations: ["cloudformation:DescribeStackEvents"],
		source: `${api}/API_DescribeStackEvents.html`,
		async run(stage) {
			const { cloudformation, plan, execute, templateOf, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"));
			await execute("first", "CREATE_COMPLETE");
			const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
			const told = StackEvents.map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`);
			assert.equal(told[0], `${StackName} CREATE_COMPLETE`);
			assert(told.indexOf("One CREATE_COMPLETE") < told.indexOf("One CREATE_IN_PROGRESS"), told.join(", "));
			assert(told.includes("One CREATE_COMPLETE"), told.join(", "));
		},
	},
	{
		name: "GetTemplate answers the template as it was given",
		operations: ["cloudformation:GetTemplate"],
		source: `${api}/API_GetTemplate.html`,
		async run(stage) {
			const { cloudformation, plan, execute, templateOf, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"));
			await execute("first", "CREATE_COMPLETE");
			const { TemplateBody = "" } = await cloudformation.send(new GetTemplateCommand({ StackName }));
			assert.deepEqual(JSON.parse(TemplateBody), JSON.parse(templateOf("One")));
		},
	},
	{
		name: "a stack that is not there is refused with ValidationError",
		operations: ["cloudformation:DescribeStacks", "cloudformation:CreateChangeSet"],
		source: `${api}/API_DescribeStacks.html`,
		async run(stage) {
			const { stack, plan, templateOf } = aStack(stage);
			await refused(stack(), "ValidationError");
			await refused(plan("first", "UPDATE", templateOf("One")), "ValidationError");
		},
	},
	{
		name: "a deleted stack takes what it made along; deleting again is no error",
		operations: ["cloudformation:DeleteStack"],
		source: `${api}/API_DeleteStack.html`,
		async run(stage) {
			const { cloudformation, plan, execute, templateOf, hasQueue, StackName } = aStack(stage);
			await plan("first", "CREATE", templateOf("One"));
			await execute("first", "CREATE_COMPLETE");
			await cloudformation.send(new DeleteStackCommand({ StackName }));
			await eventually("the queue is gone", async () => ((await hasQueue("One")) ? undefined : true));
			await cloudformation.send(new DeleteStackCommand({ StackName }));
		},
	},
	{
		name: "a template that names what it does not have is refused with ValidationError",
		operations: ["cloudformation:CreateChangeSet"],
		source: "https://repost.aws/knowledge-center/cloudformation-template-validation",
		async run(stage) {
			const { plan } = aStack(stage);
			const Properties = { QueueName: { Ref: "Nothing" } };
			const bad = JSON.stringify({ Resources: { One: { Type: "AWS::SQS::Queue", Properties } } });
			await refused(plan("first", "CREATE", bad), "ValidationError");
		},
	},
	{
		name: "a template that gives rights needs CAPABILITY_IAM",
		operations: ["cloudformation:CreateChangeSet"],
		source: `${api}/API_CreateChangeSet.html`,
		async run(stage) {
			const { plan } = aStack(stage);
			const Properties = { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } };
			const giving = JSON.stringify({ Resources: { Role: { Type: "AWS::IAM::Role", Properties } } });
			await refused(plan("first", "CREATE", giving), "InsufficientCapabilitiesException");
		},
	},
];

/** Change sets and stacks of CloudFormation. */
export const cloudformation: Suite = { service: "cloudformation", checks };
