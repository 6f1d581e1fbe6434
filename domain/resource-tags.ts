/** A resource of a CloudFormation template, as far as its tags are concerned. */
interface Tagged {
	Type: string;
	Properties?: Record<string, unknown> | undefined;
}

/**
 * How each type takes its tags, by the CloudFormation reference: a list of {Key, Value} under `Tags` or another name, a map, or a list for
 * each replica. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const taggable: Readonly<Record<string, "list" | "map" | "zone" | "replicas">> = {
	"AWS::ApiGatewayV2::Api": "map",
	"AWS::ApiGatewayV2::Stage": "map",
	"AWS::CertificateManager::Certificate": "list",
	"AWS::CloudFront::ConnectionGroup": "list",
	"AWS::CloudFront::Distribution": "list",
	"AWS::CloudWatch::Alarm": "list",
	"AWS::CloudWatch::Dashboard": "list",
	"AWS::DynamoDB::GlobalTable": "replicas",
	"AWS::DynamoDB::Table": "list",
	"AWS::Events::EventBus": "list",
	"AWS::Events::Rule": "list",
	"AWS::IAM::Role": "list",
	"AWS::Lambda::EventSourceMapping": "list",
	"AWS::Lambda::Function": "list",
	"AWS::Logs::Delivery": "list",
	"AWS::Logs::DeliveryDestination": "list",
	"AWS::Logs::DeliverySource": "list",
	"AWS::Logs::LogGroup": "list",
	"AWS::Route53::HostedZone": "zone",
	"AWS::S3::Bucket": "list",
	"AWS::SNS::Topic": "list",
	"AWS::SQS::Queue": "list",
	"AWS::SecretsManager::Secret": "list",
	"AWS::StepFunctions::StateMachine": "list",
};

const ofItsApi = "belongs to its API, which has them";
const ofItsResource = "a setting of the resource that it names, which has them";

/** The types that take none, by the same reference, and whose cost stands under which tag all the same. */
const untaggable: Readonly<Record<string, string>> = {
	"AWS::ApiGatewayV2::Authorizer": ofItsApi,
	"AWS::ApiGatewayV2::Integration": ofItsApi,
	"AWS::ApiGatewayV2::Route": ofItsApi,
	"AWS::CloudFront::CachePolicy": "costs nothing",
	"AWS::CloudFront::OriginRequestPolicy": "costs nothing",
	"AWS::IAM::Policy": ofItsResource,
	"AWS::IAM::RolePolicy": ofItsResource,
	"AWS::Lambda::EventInvokeConfig": ofItsResource,
	"AWS::Lambda::Permission": ofItsResource,
	"AWS::Lambda::Version": ofItsResource,
	"AWS::Logs::ResourcePolicy": "costs nothing",
	"AWS::Route53::RecordSet": "belongs to its zone, which has them",
	"AWS::S3::BucketPolicy": ofItsResource,
	"AWS::SQS::QueuePolicy": ofItsResource,
	"Custom::Delegation": "no resource of AWS: its function has them",
};

/** The resource with these tags, beside others of its own; as it is when its type takes none. */
export function withTags<R extends Tagged>(resource: R, tags: Readonly<Record<string, string>>): R {
	const { Type, Properties = {} } = resource;
	switch (taggable[Type]) {
		case "map":
			return { ...resource, Properties: { ...Properties, Tags: { ...objectIn(Properties["Tags"]), ...tags } } };
		case "list":
			return { ...resource, Properties: { ...Properties, Tags: merged(Properties["Tags"], tags) } };
		case "zone":
			return { ...resource, Properties: { ...Properties, HostedZoneTags: merged(Properties["HostedZoneTags"], tags) } };
		case "replicas":
			return { ...resource, Properties: { ...Properties, Replicas: withReplicaTags(Properties["Replicas"], tags) } };
		default:
			return resource;
	}
}

/** What of a template's resources lacks one of the tags, or is of a type that nobody has looked up; a sentence each. */
export function untagged(resources: Readonly<Record<string, Tagged>>, keys: readonly string[]): string[] {
	return Object.entries(resources).flatMap(([id, resource]) => {
		const { Type } = resource;
		if (untaggable[Type] !== undefined) return [];
		if (taggable[Type] === undefined) return [`${id}: nobody has looked up whether ${Type} takes tags`];
		const missing = keys.filter((key) => !tagKeysOf(resource).includes(key));
		return missing.length > 0 ? [`${id} (${Type}) has no tag ${missing.join(", ")}`] : [];
	});
}

/** Of a table with replicas: the tags that all of them have. */
function tagKeysOf({ Type, Properties = {} }: Tagged): string[] {
	switch (taggable[Type]) {
		case "map":
			return Object.keys(objectIn(Properties["Tags"]));
		case "zone":
			return keysIn(Properties["HostedZoneTags"]);
		case "replicas": {
			const [first = [], ...rest] = replicasIn(Properties["Replicas"]).map((replica) => keysIn(replica["Tags"]));
			return first.filter((key) => rest.every((keys) => keys.includes(key)));
		}
		default:
			return keysIn(Properties["Tags"]);
	}
}

function withReplicaTags(replicas: unknown, tags: Readonly<Record<string, string>>): unknown {
	if (!Array.isArray(replicas)) return replicas;
	return replicas.map((replica: unknown) => {
		const members = objectIn(replica);
		const choice = members["Fn::If"];
		// A replica that is there on a condition only: `Fn::If: [condition, replica, nothing]`.
		if (Array.isArray(choice)) {
			const [condition, yes, no] = choice;
			return { "Fn::If": [condition, withReplica(yes, tags), withReplica(no, tags)] };
		}
		return withReplica(replica, tags);
	});
}

function withReplica(replica: unknown, tags: Readonly<Record<string, string>>): unknown {
	const members = objectIn(replica);
	return "Region" in members ? { ...members, Tags: merged(members["Tags"], tags) } : replica;
}

function replicasIn(replicas: unknown): Record<string, unknown>[] {
	if (!Array.isArray(replicas)) return [];
	return replicas.flatMap((replica: unknown) => {
		const choice = objectIn(replica)["Fn::If"];
		const all = Array.isArray(choice) ? choice.slice(1) : [replica];
		return all.map(objectIn).filter((members) => "Region" in members);
	});
}

function merged(list: unknown, tags: Readonly<Record<string, string>>): unknown[] {
	const kept = Array.isArray(list) ? list.filter((tag: unknown) => !(String(objectIn(tag)["Key"]) in tags)) : [];
	return [...kept, ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))];
}

function keysIn(list: unknown): string[] {
	return Array.isArray(list) ? list.map((tag: unknown) => String(objectIn(tag)["Key"])) : [];
}

function objectIn(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
