import { limits } from "./limits.ts";
import { broadRights, broadTrust, foreignPolicies, openFunctions, openToOthers } from "./policy-rules.ts";
import { untagged } from "./resource-tags.ts";
import {
	at,
	idOf,
	listAt,
	ofTypes,
	type Statement,
	statementsIn,
	type Template,
	type TemplateResource,
	textOf,
} from "./template.ts";

/** By these the costs of applications and environments are told apart. */
export const costTags = ["application", "environment"] as const;

type Rule = (template: Template) => string[];

/** What every template of ours must keep to. Each rule answers a sentence for each flaw, which begins with the resource's logical id. */
export const templateRules = {
	tags: ({ Resources }) => untagged(Resources, costTags),
	rights: (template) => [...broadRights(template), ...foreignPolicies(template), ...broadTrust(template)],
	sharing: (template) => [...openToOthers(template), ...openFunctions(template)],
	encryption: (template) => [
		...flaws(template, tableTypes, "is not encrypted", encryptsTable),
		...flaws(template, ["AWS::SQS::Queue"], "is not encrypted", encryptsQueue),
		...flaws(template, ["AWS::SNS::Topic"], "is not encrypted", encryptsTopic),
		...flaws(template, ["AWS::S3::Bucket"], "is not encrypted", encryptsBucket),
	],
	retention: (template) => [
		...flaws(template, ["AWS::Logs::LogGroup"], "keeps its logs for ever", forgetsLogs),
		...flaws(template, ["AWS::S3::Bucket"], "keeps its logs for ever", forgetsDeliveries(template)),
	],
	recovery: (template) => flaws(template, tableTypes, "can be deleted, or not be restored", isRecoverable),
	retained: (template) => flaws(template, holdingTypes, "is lost with the stack", isRetained),
	private: (template) => flaws(template, ["AWS::S3::Bucket"], "may become public", isPrivate),
	tls: (template) => [
		...flaws(
			template,
			["AWS::S3::Bucket"],
			"answers without TLS",
			tlsOnly(template, "AWS::S3::BucketPolicy", "Bucket"),
		),
		...flaws(
			template,
			["AWS::SQS::Queue"],
			"answers without TLS",
			tlsOnly(template, "AWS::SQS::QueuePolicy", "Queues"),
		),
	],
	size: tooLarge,
} as const satisfies Record<string, Rule>;
export type TemplateRule = keyof typeof templateRules;

/** All flaws of a template, with the rules that they break. */
export function templateFlaws(template: Template): { rule: TemplateRule; message: string }[] {
	return ruleNames.flatMap((rule) => templateRules[rule](template).map((message) => ({ rule, message })));
}

export const ruleNames = Object.keys(templateRules) as TemplateRule[]; // keys of the object above, which has no others

const tableTypes = ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];

/** What would hurt to lose: data, secrets, and zones, whose name servers nobody gets again. */
const holdingTypes = [...tableTypes, "AWS::Route53::HostedZone", "AWS::SecretsManager::Secret", "AWS::S3::Bucket"];

/** What is of such a type and may go with the stack, each with the reason. */
const expendable: Readonly<Record<string, string>> = {
	DefaultOriginBucket: "empty: it is there to resolve",
};

/** Topics that are not encrypted, each with the reason. Log groups are not asked: the service always encrypts them. */
const plainTopics: Readonly<Record<string, string>> = {
	AlarmTopic: "alarms cannot publish under AWS's own key, and say nothing secret",
};

type IsKept = (resource: TemplateResource, id: string) => boolean;

function flaws(template: Template, types: readonly string[], flaw: string, isKept: IsKept): string[] {
	return ofTypes(template, ...types).flatMap(([id, resource]) => (isKept(resource, id) ? [] : [`${id}: ${flaw}`]));
}

const encryptsTable: IsKept = ({ Properties }) => at(Properties, "SSESpecification", "SSEEnabled") === true;

const encryptsQueue: IsKept = ({ Properties }) =>
	Properties["SqsManagedSseEnabled"] === true || Properties["KmsMasterKeyId"] !== undefined;

const encryptsTopic: IsKept = ({ Properties }, id) =>
	plainTopics[id] !== undefined || Properties["KmsMasterKeyId"] !== undefined;

const encryptsBucket: IsKept = ({ Properties }) =>
	listAt(Properties, "BucketEncryption", "ServerSideEncryptionConfiguration").some(
		(rule) => at(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm") !== undefined,
	);

const forgetsLogs: IsKept = ({ Properties }) => Number(Properties["RetentionInDays"]) > 0;

/** A bucket to which logs are delivered lets them expire. */
function forgetsDeliveries(template: Template): IsKept {
	const destinations = ofTypes(template, "AWS::Logs::DeliveryDestination").map(([, { Properties }]) =>
		idOf(Properties["DestinationResourceArn"]),
	);
	return ({ Properties }, id) =>
		!destinations.includes(id) ||
		listAt(Properties, "LifecycleConfiguration", "Rules").some(
			(rule) => at(rule, "Status") === "Enabled" && Number(at(rule, "ExpirationInDays")) > 0,
		);
}

/** Of a global table: every replica. */
const isRecoverable: IsKept = ({ Type, Properties }) => {
	const tables = Type === "AWS::DynamoDB::GlobalTable" ? listAt(Properties, "Replicas") : [Properties];
	return tables.every(
		(table) =>
			at(table, "DeletionProtectionEnabled") === true &&
			at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") === true,
	);
};

const isRetained: IsKept = ({ DeletionPolicy, UpdateReplacePolicy }, id) =>
	expendable[id] !== undefined || (DeletionPolicy === "Retain" && UpdateReplacePolicy === "Retain");

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
const isPrivate: IsKept = ({ Properties }) =>
	["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(
		(name) => at(Properties, "PublicAccessBlockConfiguration", name) === true,
	) &&
	listAt(Properties, "OwnershipControls", "Rules").some(
		(rule) => at(rule, "ObjectOwnership") === "BucketOwnerEnforced",
	);

/** A policy of that type denies everything to everybody who comes without TLS. */
function tlsOnly(template: Template, policyType: string, member: string): IsKept {
	const covered = ofTypes(template, policyType).flatMap(([, { Properties }]) =>
		statementsIn(Properties["PolicyDocument"]).some(deniesPlain) ? listAt(Properties, member).map(idOf) : [],
	);
	return (_, id) => covered.includes(id);
}

function deniesPlain({ effect, actions, principals, resources, conditions }: Statement): boolean {
	const texts = resources.map(textOf);
	const inside = texts.filter((text) => text.endsWith("/*"));
	return (
		effect === "Deny" &&
		actions.some((action) => /^(?:s3:|sqs:)?\*$/.test(action)) &&
		principals.includes("*") &&
		// A bucket and what lies in it are two.
		(texts.includes("*") || (inside.length > 0 && inside.length < texts.length)) &&
		String(conditions["aws:SecureTransport"]) === "false"
	);
}

function tooLarge({ Resources }: Template): string[] {
	const count = Object.keys(Resources).length;
	const { value } = limits.templateResources;
	return count > value ? [`It has ${count} resources; CloudFormation takes ${value}.`] : [];
}
