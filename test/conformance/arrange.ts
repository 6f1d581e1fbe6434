import {
	CreateChangeSetCommand,
	DeleteStackCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import {
	CreateTableCommand,
	type CreateTableInput,
	DeleteTableCommand,
	DescribeTableCommand,
} from "@aws-sdk/client-dynamodb";
import {
	CreateEventBusCommand,
	DeleteEventBusCommand,
	DeleteRuleCommand,
	PutRuleCommand,
	PutTargetsCommand,
	RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
	CreateBucketCommand,
	DeleteBucketCommand,
	DeleteObjectsCommand,
	ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import { CreateStateMachineCommand, DeleteStateMachineCommand } from "@aws-sdk/client-sfn";
import {
	CreateQueueCommand,
	DeleteQueueCommand,
	GetQueueAttributesCommand,
	GetQueueUrlCommand,
} from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { eventually, type Stage, there } from "./check.ts";
import { whyNotOffered } from "./refusals.ts";

/** Makes what checks work on: by the service's own API, or with a stack where that is how an implementation makes it. */
export type Arrange = ReturnType<typeof arrangeFor>;

export interface MadeQueue {
	url: string;
	arn: string;
}

type Properties = Record<string, unknown>;

export function arrangeFor(stage: Pick<Stage, "clients" | "unique" | "defer">) {
	const { clients, unique, defer } = stage;

	/** A stack of these resources, up and running; answers its outputs. */
	async function stack(resources: Record<string, { Type: string; Properties: Properties }>, outputs: Properties = {}) {
		const StackName = unique("stack");
		const template = {
			AWSTemplateFormatVersion: "2010-09-09",
			Resources: resources,
			Outputs: Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }])),
		};
		defer(() => clients.cloudformation.send(new DeleteStackCommand({ StackName })));
		await clients.cloudformation.send(
			new CreateChangeSetCommand({
				...{ StackName, ChangeSetName: StackName, ChangeSetType: "CREATE", TemplateBody: JSON.stringify(template) },
				Capabilities: ["CAPABILITY_NAMED_IAM"],
			}),
		);
		const asked = { StackName, ChangeSetName: StackName };
		await eventually("the change set is ready", async () => {
			const { Status } = await clients.cloudformation.send(new DescribeChangeSetCommand(asked));
			return Status === "CREATE_COMPLETE" ? true : undefined;
		});
		await clients.cloudformation.send(new ExecuteChangeSetCommand(asked));
		return eventually("the stack stands", async () => {
			const { Stacks } = await clients.cloudformation.send(new DescribeStacksCommand({ StackName }));
			const { StackStatus, StackStatusReason, Outputs = [] } = there(Stacks?.[0], "the stack");
			if (StackStatus === "CREATE_COMPLETE") {
				return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? "", OutputValue ?? ""]));
			}
			if (/FAILED|ROLLBACK/.test(StackStatus ?? "")) throw new Error(`${StackStatus}: ${StackStatusReason}`);
			return undefined;
		});
	}

	/** By API; or as a resource of a stack, where the API has no such operation. */
	async function made<T>(byApi: () => Promise<T>, byStack: () => Promise<T>): Promise<T> {
		try {
			return await byApi();
		} catch (error) {
			if (whyNotOffered(error) === undefined) throw error;
			return byStack();
		}
	}

	return {
		stack,
		async accountId(): Promise<string> {
			return there((await clients.sts.send(new GetCallerIdentityCommand({}))).Account, "the account");
		},
		/** A table on demand; answers its name. */
		async table(definition: Omit<CreateTableInput, "TableName">): Promise<string> {
			const TableName = unique("table");
			const properties = { TableName, BillingMode: "PAY_PER_REQUEST", ...definition } as const;
			await made(
				async () => {
					await clients.dynamodb.send(new CreateTableCommand(properties));
					defer(() => clients.dynamodb.send(new DeleteTableCommand({ TableName })));
					await eventually("the table is active", async () => {
						const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName }));
						return Table?.TableStatus === "ACTIVE" ? true : undefined;
					});
				},
				async () => void (await stack({ Table: { Type: "AWS::DynamoDB::Table", Properties: properties } })),
			);
			return TableName;
		},
		/** A standard queue. */
		queue(attributes: Record<string, string> = {}): Promise<MadeQueue> {
			const QueueName = unique("queue");
			const { RedrivePolicy, ...plain } = attributes;
			return made(
				async () => {
					const asked = new CreateQueueCommand({ QueueName, Attributes: attributes });
					const QueueUrl = there((await clients.sqs.send(asked)).QueueUrl, "the queue's URL");
					defer(() => clients.sqs.send(new DeleteQueueCommand({ QueueUrl })));
					const found = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
					const { Attributes } = await clients.sqs.send(found);
					return { url: QueueUrl, arn: there(Attributes?.["QueueArn"], "the queue's ARN") };
				},
				async () => {
					const Properties = {
						...{ QueueName, ...plain },
						...(RedrivePolicy !== undefined && { RedrivePolicy: JSON.parse(RedrivePolicy) }),
					};
					const out = await stack(
						{ Queue: { Type: "AWS::SQS::Queue", Properties } },
						{ Arn: { "Fn::GetAtt": ["Queue", "Arn"] } },
					);
					const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
					return { url: there(QueueUrl, "the queue's URL"), arn: there(out["Arn"], "the queue's ARN") };
				},
			);
		},
		/** A bucket; what is left in it goes with it. */
		async bucket(): Promise<string> {
			const Bucket = unique("bucket");
			const Properties = { BucketName: Bucket };
			const empty = async () => {
				const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket }));
				const Objects = Contents.map(({ Key }) => ({ Key }));
				if (Objects.length > 0) await clients.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
			};
			await made(
				async () => {
					await clients.s3.send(new CreateBucketCommand({ Bucket }));
					defer(() => clients.s3.send(new DeleteBucketCommand({ Bucket })));
				},
				async () => void (await stack({ Bucket: { Type: "AWS::S3::Bucket", Properties } })),
			);
			defer(empty);
			return Bucket;
		},
		/** A rule that sends what matches to a queue; on a bus of its own if that is wanted. Answers the bus's name. */
		rule(pattern: object, queueArn: string, ownBus = false): Promise<string> {
			const Name = unique("rule");
			const EventBusName = ownBus ? unique("bus") : "default";
			const target = { Id: "queue", Arn: queueArn };
			return made(
				async () => {
					if (ownBus) {
						await clients.events.send(new CreateEventBusCommand({ Name: EventBusName }));
						defer(() => clients.events.send(new DeleteEventBusCommand({ Name: EventBusName })));
					}
					const rule = { Name, EventBusName };
					await clients.events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
					defer(() => clients.events.send(new DeleteRuleCommand(rule)));
					await clients.events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [target] }));
					defer(() => clients.events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ["queue"] })));
					return EventBusName;
				},
				async () => {
					const Rule = {
						Type: "AWS::Events::Rule",
						Properties: { Name, EventBusName, EventPattern: pattern, Targets: [target] },
					};
					const Bus = { Type: "AWS::Events::EventBus", Properties: { Name: EventBusName } };
					await stack(ownBus ? { Bus, Rule } : { Rule });
					return EventBusName;
				},
			);
		},
		/** A secret of this text; answers its name. */
		async secret(SecretString: string): Promise<string> {
			const Name = unique("secret");
			await made(
				async () => {
					await clients.secretsmanager.send(new CreateSecretCommand({ Name, SecretString }));
					const gone = { SecretId: Name, ForceDeleteWithoutRecovery: true };
					defer(() => clients.secretsmanager.send(new DeleteSecretCommand(gone)));
				},
				async () =>
					void (await stack({ Secret: { Type: "AWS::SecretsManager::Secret", Properties: { Name, SecretString } } })),
			);
			return Name;
		},
		/** A state machine of this definition; answers its ARN. */
		machine(definition: object): Promise<string> {
			const name = unique("machine");
			return made(
				async () => {
					const account = (await clients.sts.send(new GetCallerIdentityCommand({}))).Account;
					const roleArn = `arn:aws:iam::${account}:role/${unique("role")}`;
					const asked = new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) });
					const { stateMachineArn } = await clients.states.send(asked);
					defer(() => clients.states.send(new DeleteStateMachineCommand({ stateMachineArn })));
					return there(stateMachineArn, "the machine's ARN");
				},
				async () => {
					const Properties = {
						StateMachineName: name,
						Definition: definition,
						RoleArn: "arn:aws:iam::000000000000:role/none",
					};
					const out = await stack(
						{ Machine: { Type: "AWS::StepFunctions::StateMachine", Properties } },
						{ Arn: { Ref: "Machine" } },
					);
					return there(out["Arn"], "the machine's ARN");
				},
			);
		},
	};
}
