import { type Template, templateSchema } from "../../domain/template.ts";

const tags = {
	Tags: [
		{ Key: "application", Value: "hostmaster" },
		{ Key: "environment", Value: "prod" },
	],
};
const retained = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };
const protection = {
	DeletionProtectionEnabled: true,
	PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};
const sub = (text: string) => ({ "Fn::Sub": text });
const arnOf = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });
const plain = { Bool: { "aws:SecureTransport": "false" } };
const policy = (...Statement: object[]) => ({ PolicyDocument: { Version: "2012-10-17", Statement } });

/** A template that keeps to every rule, with one resource of each type that a rule looks at. */
export function soundTemplate(): Template {
	return templateSchema.parse({
		Resources: {
			Table: {
				Type: "AWS::DynamoDB::Table",
				...retained,
				Properties: { ...tags, ...protection, SSESpecification: { SSEEnabled: true } },
			},
			GlobalTable: {
				Type: "AWS::DynamoDB::GlobalTable",
				...retained,
				Properties: {
					SSESpecification: { SSEEnabled: true },
					Replicas: [
						{ Region: "us-east-1", ...protection, ...tags },
						{ "Fn::If": ["HasMapReplica", { Region: "eu-west-1", ...protection, ...tags }, { Ref: "AWS::NoValue" }] },
					],
				},
			},
			Queue: { Type: "AWS::SQS::Queue", Properties: { ...tags, SqsManagedSseEnabled: true } },
			QueuePolicy: {
				Type: "AWS::SQS::QueuePolicy",
				Properties: {
					Queues: [{ Ref: "Queue" }],
					...policy(
						{ Sid: "Tls", Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*", Condition: plain },
						{
							Effect: "Allow",
							Principal: { Service: "events.amazonaws.com" },
							Action: "sqs:SendMessage",
							Resource: "*",
							Condition: {
								ArnLike: { "aws:SourceArn": sub(`arn:aws:events:us-east-1:${"$"}{AWS::AccountId}:rule/*`) },
							},
						},
					),
				},
			},
			AlarmTopic: { Type: "AWS::SNS::Topic", Properties: tags },
			Bucket: {
				Type: "AWS::S3::Bucket",
				...retained,
				Properties: {
					...tags,
					BucketEncryption: {
						ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
					},
					PublicAccessBlockConfiguration: {
						...{ BlockPublicAcls: true, BlockPublicPolicy: true },
						...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
					},
					OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
					LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 90 }] },
				},
			},
			BucketPolicy: {
				Type: "AWS::S3::BucketPolicy",
				Properties: {
					Bucket: { Ref: "Bucket" },
					...policy({
						...{ Sid: "Tls", Effect: "Deny", Principal: "*", Action: "s3:*", Condition: plain },
						Resource: [arnOf("Bucket"), sub(`${"$"}{Bucket.Arn}/*`)],
					}),
				},
			},
			Logs: { Type: "AWS::Logs::LogGroup", Properties: { ...tags, RetentionInDays: 30 } },
			Destination: {
				Type: "AWS::Logs::DeliveryDestination",
				Properties: { ...tags, DestinationResourceArn: arnOf("Bucket") },
			},
			Zone: {
				Type: "AWS::Route53::HostedZone",
				...retained,
				Properties: { Name: "example.com", HostedZoneTags: tags.Tags },
			},
			Role: {
				Type: "AWS::IAM::Role",
				Properties: {
					...tags,
					AssumeRolePolicyDocument: policy({
						...{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
					}).PolicyDocument,
					Policies: [
						policy(
							{ Sid: "Read", Effect: "Allow", Action: "dynamodb:GetItem", Resource: arnOf("Table") },
							{ Sid: "Trace", Effect: "Allow", Action: ["xray:PutTraceSegments"], Resource: "*" },
							{
								"Fn::If": [
									"Some",
									{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [arnOf("Queue")] },
									{ Ref: "AWS::NoValue" },
								],
							},
						),
					],
				},
			},
			Invocation: {
				Type: "AWS::Lambda::Permission",
				Properties: { Principal: "events.amazonaws.com", SourceArn: arnOf("Rule") },
			},
		},
	});
}

/** The sound template after a change of the properties of one resource, or of the whole. */
export function changedTemplate(
	id: string,
	change: (properties: Record<string, unknown>, template: Template) => unknown,
): Template {
	const template = soundTemplate();
	change(Object(template.Resources[id]?.Properties), template);
	return template;
}

/** Sets members of what stands at some place of a template. */
export function setIn(place: unknown, members: object): void {
	Object.assign(Object(place), members);
}
