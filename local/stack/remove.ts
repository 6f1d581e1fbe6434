import { z } from "zod";
import { unmakeRecordSet } from "./record-set.ts";
import type { StackServices } from "./services.ts";
import type { ResourceRow } from "./stack-table.ts";

/** Takes away a resource that a stack holds. Safe to repeat. Throws why it has to stay. */
export type Remove = (row: ResourceRow) => Promise<void> | void;

/** How each type of resource that has a meaning on a laptop is taken away; a type without one leaves nothing behind. */
export function removers(services: StackServices): Readonly<Record<string, Remove>> {
	const table: Remove = ({ physical }) => services.dynamodb.deleteTable(physical.ref);
	return {
		"AWS::DynamoDB::Table": table,
		"AWS::DynamoDB::GlobalTable": table,
		"AWS::S3::Bucket": ({ physical }) => services.s3.buckets.drop(physical.ref),
		"AWS::SQS::Queue": ({ physical }) => services.sqs.deleteQueue(arnOf(physical)),
		"AWS::IAM::Role": ({ physical }) => services.iam.removeRole(arnOf(physical)),
		"AWS::Lambda::Function": ({ physical }) => {
			services.lambda.removeFunction(physical.ref);
			services.asyncSettings.delete(physical.ref);
		},
		"AWS::Lambda::EventSourceMapping": ({ properties }) => {
			const { EventSourceArn, FunctionName } = mappingProperties.parse(properties);
			services.sqs.unmapEventSource({ queueArn: EventSourceArn, functionArn: FunctionName });
		},
		"AWS::StepFunctions::StateMachine": ({ physical }) => services.states.remove(physical.ref),
		"AWS::Events::EventBus": ({ physical }) => services.events.removeBus(physical.ref),
		"AWS::Events::Rule": ({ physical }) => services.events.removeRule(physical.ref),
		"AWS::SecretsManager::Secret": ({ physical }) => services.secrets.removeSecret(physical.ref),
		"AWS::Route53::HostedZone": ({ physical }) => services.route53.removeZone(physical.ref),
		"AWS::Route53::RecordSet": ({ logicalId, properties }) => unmakeRecordSet(services.route53, logicalId, properties),
		"AWS::CertificateManager::Certificate": ({ physical }) => services.acm.removeStackCertificate(physical.ref),
		"AWS::CloudFront::Distribution": ({ physical }) => {
			services.cloudFront.forget(physical.ref);
			services.acm.detach(physical.ref);
		},
		"AWS::CloudFront::ConnectionGroup": ({ physical }) => services.cloudFront.forget(physical.ref),
	};
}

const mappingProperties = z.looseObject({ EventSourceArn: z.string(), FunctionName: z.string() });

function arnOf({ attributes }: ResourceRow["physical"]): string {
	return String(attributes?.["Arn"] ?? "");
}
