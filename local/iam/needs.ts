import { z } from "zod";
import { arnOf, jsonOf, type Lookup, type ServiceCall } from "./call.ts";
import { cloudFrontNeeds } from "./cloudfront-needs.ts";
import { dynamodbNeeds, leadingKeys } from "./dynamodb-needs.ts";
import type { Need } from "./evaluate.ts";
import { recordKeys, route53Needs } from "./route53-needs.ts";
import { s3Needs } from "./s3-needs.ts";

/** Answers undefined when the call cannot be read. */
type NeedsOf = (call: ServiceCall, lookup: Lookup) => Need[] | undefined;

/** By the service's name in the catalog. What is not listed is not emulated, so that nothing can be done there. */
const services: Readonly<Record<string, NeedsOf>> = {
	dynamodb: dynamodbNeeds,
	sqs: sqsNeeds,
	states: statesNeeds,
	events: eventsNeeds,
	acm: (call) => one(call, textIn(call, "CertificateArn") ?? "*"),
	secretsmanager(call, { secretArn }) {
		const secretId = textIn(call, "SecretId");
		if (secretId === undefined) return undefined;
		// Secrets Manager names an unknown secret as it was asked for.
		return one(call, secretArn(secretId, call.caller) ?? arnOf("secretsmanager", "secret:", secretId, call.caller));
	},
	route53: route53Needs,
	cloudfront: cloudFrontNeeds,
	// It has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_route53domains.html
	route53domains: (call) => one(call, "*"),
	s3: s3Needs,
	cloudformation(call) {
		const name = new URLSearchParams(call.body).get("StackName");
		if (name === null) return one(call, "*");
		return one(call, arnOf("cloudformation", "stack/", name.startsWith("arn:") ? name : `${name}/*`, call.caller));
	},
	sts(call) {
		// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permissions are required
		if (call.operation === "GetCallerIdentity") return [];
		return one(call, new URLSearchParams(call.body).get("RoleArn") ?? "*");
	},
};

/** The condition keys that come with a request here, in lower case. */
export const contextKeys: readonly string[] = [...Object.values(recordKeys), leadingKeys];

/**
 * The rights that a call needs, all of them; none when there is nothing to guard. A call that cannot be read needs everything, so
 * that nothing slips by. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function needsOf(call: ServiceCall, lookup: Lookup): Need[] {
	const service = services[call.service];
	return service ? (service(call, lookup) ?? one(call, "*")) : [];
}

function one({ service, operation }: ServiceCall, resource: string): Need[] {
	return [{ action: `${service}:${operation}`, resource }];
}

/** A member of the input that is text. */
function textIn(call: ServiceCall, member: string): string | undefined {
	const value: unknown = Reflect.get(Object(jsonOf(call)), member);
	return typeof value === "string" ? value : undefined;
}

/**
 * A batch needs the right of its single call; SQS prints the name of an action in lower case
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html).
 */
function sqsNeeds(call: ServiceCall): Need[] | undefined {
	const action = `sqs:${call.operation.replace(/Batch$/, "").toLowerCase()}`;
	const url = textIn(call, "QueueUrl") ?? textIn(call, "QueueName");
	return url === undefined
		? undefined
		: [{ action, resource: arnOf("sqs", "", url.split("/").at(-1) ?? "", call.caller) }];
}

/**
 * An answer to a task needs the right on the machine whose task it is, as Step Functions' refusals name it, whatever the policy
 * editor says of it (https://github.com/NOAA-OWP/hydrovis/issues/837, https://github.com/aws/aws-cdk/pull/8486).
 */
function statesNeeds(call: ServiceCall, { machineOfTask }: Lookup): Need[] | undefined {
	if (call.operation.startsWith("SendTask")) {
		const token = textIn(call, "taskToken");
		if (token === undefined) return undefined;
		const machine = machineOfTask(token);
		return machine === undefined ? [] : one(call, machine);
	}
	const resource = textIn(call, "executionArn") ?? textIn(call, "stateMachineArn");
	return resource === undefined ? undefined : one(call, resource);
}

const entriesSchema = z.object({ Entries: z.array(z.object({ EventBusName: z.string().default("default") })).min(1) });

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
function eventsNeeds(call: ServiceCall): Need[] | undefined {
	if (call.operation !== "PutEvents") return undefined;
	const entries = entriesSchema.safeParse(jsonOf(call)).data?.Entries;
	const buses = new Set(entries?.map(({ EventBusName }) => arnOf("events", "event-bus/", EventBusName, call.caller)));
	return entries && [...buses].flatMap((bus) => one(call, bus));
}
