import { isDeepStrictEqual } from "node:util";
import { mentionsIn } from "../template/references.ts";
import type { Change } from "./change-set-records.ts";
import type { SettledResource, SettledTemplate } from "./settled-template.ts";

/** Properties whose change makes CloudFormation make the resource anew, for types of ours: the types' own references, 'Update requires'. */
const identity: Readonly<Record<string, readonly string[]>> = {
	"AWS::CertificateManager::Certificate": ["DomainName", "DomainValidationOptions", "SubjectAlternativeNames"],
	"AWS::CloudWatch::Alarm": ["AlarmName"],
	"AWS::DynamoDB::GlobalTable": ["TableName", "KeySchema"],
	"AWS::DynamoDB::Table": ["TableName", "KeySchema"],
	"AWS::Events::EventBus": ["Name"],
	"AWS::IAM::Role": ["RoleName", "Path"],
	"AWS::Lambda::EventSourceMapping": ["EventSourceArn"],
	"AWS::Lambda::Function": ["FunctionName"],
	"AWS::Logs::LogGroup": ["LogGroupName"],
	"AWS::Route53::HostedZone": ["Name"],
	"AWS::Route53::RecordSet": ["Name", "HostedZoneId"],
	"AWS::S3::Bucket": ["BucketName"],
	"AWS::SecretsManager::Secret": ["Name"],
	"AWS::SNS::Topic": ["TopicName"],
	"AWS::SQS::Queue": ["QueueName"],
	"AWS::StepFunctions::StateMachine": ["StateMachineName", "StateMachineType"],
};

/**
 * What a deployment would touch, what goes first: resources whose settled properties differ, and those that name one which is made
 * anew. `before`: what stands.
 */
export function plannedChanges(before: SettledTemplate | undefined, after: SettledTemplate): Change[] {
	const old = before?.resources ?? new Map<string, SettledResource>();
	const changes = new Map<string, Change>();
	/** Perhaps made anew, so that what names them may have to follow. */
	const moving = new Set<string>();
	for (const logicalId of after.order) {
		const wanted = after.resources.get(logicalId);
		if (!wanted) continue;
		const change = changeOf(logicalId, old.get(logicalId), wanted, moving);
		if (!change) continue;
		changes.set(logicalId, change);
		if (change.action === "Modify" && change.replacement !== "False") moving.add(logicalId);
	}
	const removed = [...old].flatMap(([logicalId, { type }]): Change[] =>
		after.resources.has(logicalId) ? [] : [{ action: "Remove", logicalId, type }],
	);
	return [...removed, ...[...after.resources.keys()].flatMap((logicalId) => changes.get(logicalId) ?? [])];
}

function changeOf(
	logicalId: string,
	was: SettledResource | undefined,
	wanted: SettledResource,
	moving: ReadonlySet<string>,
): Change | undefined {
	const { type, properties } = wanted;
	if (!was) return { action: "Add", logicalId, type };
	const follows = (value: unknown) => mentionsIn(value).some((name) => moving.has(name));
	if (isDeepStrictEqual(was, wanted) && !follows(properties)) return undefined;
	const own = identity[type] ?? [];
	const isAnother = was.type !== type || own.some((name) => !isDeepStrictEqual(was.properties[name], properties[name]));
	const replacement = isAnother ? "True" : own.some((name) => follows(properties[name])) ? "Conditional" : "False";
	return { action: "Modify", logicalId, type, replacement };
}
