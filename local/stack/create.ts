import { createHash } from "node:crypto";
import { z } from "zod";
import type { PhysicalResource, Resolver } from "../template/resolver.ts";
import { TemplateError } from "../template/template.ts";
import { makeRecordSet } from "./record-set.ts";
import type { StackServices } from "./services.ts";

/** Makes one resource of the template, or finds it made, and answers its names. */
export type Create = (logicalId: string, resolver: Resolver) => Promise<PhysicalResource> | PhysicalResource;

/** How each type of resource that has a meaning on a laptop is made. */
export function creators(services: StackServices): Readonly<Record<string, Create>> {
	const { accountId, region } = services.caller;
	const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;

	const table: Create = async (logicalId, resolver) => {
		const { TableName } = resolver.properties(logicalId, z.looseObject({ TableName: z.string() }));
		await services.dynamodb.createTable(resolver.properties(logicalId, z.unknown()), TableName);
		return { ref: TableName, attributes: { Arn: arn("dynamodb", `table/${TableName}`) } };
	};

	return {
		"AWS::DynamoDB::Table": table,
		"AWS::DynamoDB::GlobalTable": table,

		"AWS::SQS::Queue": (logicalId, resolver) => {
			const { QueueName } = resolver.properties(logicalId, z.looseObject({ QueueName: z.string() }));
			const queue = services.sqs.createQueue(resolver.properties(logicalId, z.unknown()), QueueName);
			return { ref: queue.url, attributes: { Arn: queue.arn, QueueName } };
		},

		"AWS::S3::Bucket": (logicalId, resolver) => {
			const generated = `${resolver.ref("AWS::StackName")}-${logicalId}-${accountId}`.toLowerCase();
			const { BucketName = generated } = resolver.properties(
				logicalId,
				z.looseObject({ BucketName: z.string().optional() }),
			);
			services.s3.buckets.create(BucketName);
			const domain = `${BucketName}.s3`;
			return {
				ref: BucketName,
				attributes: {
					Arn: `arn:aws:s3:::${BucketName}`,
					DomainName: `${domain}.amazonaws.com`,
					RegionalDomainName: `${domain}.${region}.amazonaws.com`,
				},
			};
		},

		"AWS::IAM::Role": (logicalId, resolver) => {
			const generated = `${resolver.ref("AWS::StackName")}-${logicalId}`;
			const { RoleName = generated } = resolver.properties(
				logicalId,
				z.looseObject({ RoleName: z.string().optional() }),
			);
			const roleArn = services.iam.addRole(logicalId, RoleName, resolver.properties(logicalId, z.unknown()));
			return { ref: RoleName, attributes: { Arn: roleArn } };
		},
		"AWS::IAM::Policy": notEmulated,
		"AWS::IAM::RolePolicy": notEmulated,
		"AWS::IAM::ManagedPolicy": notEmulated,

		"AWS::Lambda::Function": (logicalId, resolver) => {
			const { name } = services.lambda.addFunction(resolver.properties(logicalId, z.unknown()));
			const { DeadLetterConfig, Role } = resolver.properties(logicalId, functionProperties);
			if (DeadLetterConfig) services.asyncSettings.set(name, { failureQueueArn: DeadLetterConfig.TargetArn });
			services.iam.assume(name, Role);
			return { ref: name, attributes: { Arn: services.lambda.arnOf(name) } };
		},

		"AWS::Lambda::Version": (logicalId, resolver) => {
			const { FunctionName } = resolver.properties(logicalId, z.looseObject({ FunctionName: z.string() }));
			const version = `${services.lambda.arnOf(FunctionName)}:1`;
			return { ref: version, attributes: { Version: "1", FunctionArn: version } };
		},

		"AWS::Lambda::EventSourceMapping": (logicalId, resolver) => {
			const shape = z.looseObject({ EventSourceArn: z.string(), FunctionName: z.string() });
			const properties = resolver.properties(logicalId, shape);
			services.sqs.mapEventSource({
				queueArn: properties.EventSourceArn,
				functionArn: properties.FunctionName,
				properties,
				invoke: services.deliver,
			});
			return { ref: logicalId, attributes: { Id: `${properties.EventSourceArn} ${properties.FunctionName}` } };
		},

		"AWS::StepFunctions::StateMachine": (logicalId, resolver) => {
			const machine = resolver.properties(logicalId, stateMachineProperties);
			const machineArn = arn("states", `stateMachine:${machine.StateMachineName}`);
			services.states.define({
				arn: machineArn,
				name: machine.StateMachineName,
				definition: substituted(JSON.stringify(machine.Definition), machine.DefinitionSubstitutions),
			});
			return { ref: machineArn, attributes: { Arn: machineArn, Name: machine.StateMachineName } };
		},

		"AWS::Events::EventBus": (logicalId, resolver) => {
			const { Name } = resolver.properties(logicalId, z.looseObject({ Name: z.string() }));
			return { ref: Name, attributes: { Arn: services.events.addBus(Name), Name } };
		},

		"AWS::Events::Rule": (logicalId, resolver) => {
			services.events.addRule(resolver.properties(logicalId, z.unknown()), logicalId);
			return { ref: logicalId, attributes: { Arn: arn("events", `rule/${logicalId}`) } };
		},

		"AWS::SecretsManager::Secret": (logicalId, resolver) => {
			const secretArn = services.secrets.addSecret(resolver.properties(logicalId, z.unknown()));
			return { ref: secretArn, attributes: { Id: secretArn } };
		},

		"AWS::Lambda::EventInvokeConfig": (logicalId, resolver) => {
			const { FunctionName, MaximumRetryAttempts } = resolver.properties(logicalId, eventInvokeProperties);
			const known = services.asyncSettings.get(FunctionName);
			services.asyncSettings.set(FunctionName, { ...known, maximumRetryAttempts: MaximumRetryAttempts });
			return { ref: logicalId };
		},

		"AWS::Route53::HostedZone": (logicalId, resolver) => {
			const { Name, HostedZoneTags } = resolver.properties(logicalId, zoneProperties);
			const tags = Object.fromEntries(HostedZoneTags.map(({ Key, Value }) => [Key, Value]));
			const zone = services.route53.createZone(Name, services.caller, tags);
			return { ref: zone.id, attributes: { Id: zone.id, NameServers: zone.nameServers } };
		},

		"AWS::Route53::RecordSet": (logicalId, resolver) =>
			makeRecordSet(services.route53, logicalId, resolver.properties(logicalId, z.unknown())),

		"AWS::CertificateManager::Certificate": async (logicalId, resolver) => {
			const wanted = resolver.properties(logicalId, certificateProperties);
			const certificateArn = await services.acm.ensureStackCertificate({
				domainName: wanted.DomainName,
				subjectAlternativeNames: wanted.SubjectAlternativeNames,
				hostedZoneId: wanted.DomainValidationOptions[0].HostedZoneId,
			});
			return { ref: certificateArn };
		},

		"AWS::CloudFront::Distribution": (logicalId, resolver) => {
			const { Aliases, ConnectionMode } = resolver.properties(logicalId, distributionProperties).DistributionConfig;
			const id = `E${digest(`${accountId}/${logicalId}`).slice(0, 13).toUpperCase()}`;
			const domainName = `d${id.slice(1).toLowerCase()}.cloudfront.net`;
			const isMultiTenant = ConnectionMode === "tenant-only";
			services.cloudFront.addDistribution({ id, domainName, aliases: Aliases, isMultiTenant });
			return { ref: id, attributes: { Id: id, DomainName: domainName } };
		},

		"AWS::CloudFront::ConnectionGroup": (logicalId, resolver) => {
			const { Name } = resolver.properties(logicalId, z.looseObject({ Name: z.string() }));
			const id = `cg_${digest(`${accountId}/${logicalId}`).slice(0, 26)}`;
			const routingEndpoint = `d${digest(id).slice(0, 13)}.cloudfront.net`;
			const groupArn = `arn:aws:cloudfront::${accountId}:connection-group/${id}`;
			services.cloudFront.addGroup({ id, name: Name, arn: groupArn, routingEndpoint });
			return { ref: id, attributes: { Id: id, RoutingEndpoint: routingEndpoint, Arn: groupArn } };
		},
	};
}

/** A right that is written elsewhere than in its role would be missed. */
const notEmulated: Create = (logicalId) => {
	throw new TemplateError(logicalId, "is not emulated: policies stand in their roles");
};

const stateMachineProperties = z.object({
	StateMachineName: z.string(),
	Definition: z.record(z.string(), z.unknown()),
	DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
});

const zoneProperties = z.looseObject({
	Name: z.string(),
	HostedZoneTags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
});

const eventInvokeProperties = z.object({ FunctionName: z.string(), MaximumRetryAttempts: z.number().default(2) });

const functionProperties = z.object({
	DeadLetterConfig: z.object({ TargetArn: z.string() }).optional(),
	Role: z.string(),
});

const distributionProperties = z.looseObject({
	DistributionConfig: z.looseObject({
		Aliases: z.array(z.string().toLowerCase()).default([]),
		ConnectionMode: z.enum(["direct", "tenant-only"]).default("direct"),
	}),
});

const certificateProperties = z.object({
	DomainName: z.string(),
	SubjectAlternativeNames: z.array(z.string()).default([]),
	DomainValidationOptions: z.tuple([z.looseObject({ HostedZoneId: z.string() })], z.looseObject({})),
});

/** CloudFormation's own replacement of `${Name}` in a definition. */
function substituted(definition: string, values: Record<string, string>): string {
	return definition.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function digest(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
