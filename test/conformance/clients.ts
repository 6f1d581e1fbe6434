import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { Route53Client } from "@aws-sdk/client-route-53";
import { Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import type { Own } from "./own.ts";

/** Where an implementation of AWS listens, and with which key it is called. */
export interface Place {
	/** Undefined: AWS itself. */
	endpoint: string | undefined;
	/** Undefined: those of the SDK's own chain (environment, profile). */
	credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
}

/** A client of each service, under the name that its operations have in reports, e.g. `route53:GetChange`. */
export type Clients = ReturnType<typeof clientsOf>;

const region = "us-east-1";

/** Hears of every call that was answered, also of those that were refused. */
export type Heard = (operation: string) => void;

/** One client a service, all of which note what they call and delete nothing that is not `own`. */
export function clientsOf({ endpoint, credentials }: Place, own: Own, heard: Heard) {
	const settings = {
		...{ region, maxAttempts: 4 },
		...(endpoint !== undefined && { endpoint }),
		...(credentials && { credentials }),
		requestHandler: { connectionTimeout: 20_000, requestTimeout: 40_000, throwOnRequestTimeout: true },
	};
	const clients = {
		acm: new ACMClient(settings),
		cloudformation: new CloudFormationClient(settings),
		cloudfront: new CloudFrontClient(settings),
		dynamodb: new DynamoDBClient(settings),
		events: new EventBridgeClient(settings),
		// It takes five requests a second of an account: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
		route53: new Route53Client({ ...settings, maxAttempts: 12 }),
		route53domains: new Route53DomainsClient(settings),
		s3: new S3Client({ ...settings, forcePathStyle: true }),
		secretsmanager: new SecretsManagerClient(settings),
		states: new SFNClient(settings),
		sqs: new SQSClient(settings),
		sts: new STSClient(settings),
	};
	for (const [service, { middlewareStack }] of Object.entries(clients)) {
		// Each client's stack has types of its own; what is added uses none of them.
		const stack = middlewareStack as { add(middleware: Middleware, options: object): void };
		stack.add(watched(service, own, heard), { step: "initialize", name: "conformance" });
	}
	return clients;
}

/** An account's own key, as emulators take it that read the account from the key. */
export function localKey(accountId: string) {
	return { accessKeyId: `LOCAL${accountId}`, secretAccessKey: "conformance" };
}

type Handler = (args: { input: unknown }) => Promise<{ output: unknown }>;
type Middleware = (next: Handler, context: { commandName?: string }) => Handler;

function watched(service: string, own: Own, heard: Heard): Middleware {
	return (next, { commandName = "" }) => {
		const operation = `${service}:${commandName.replace(/Command$/, "")}`;
		return async (args) => {
			own.requireOwn(operation, args.input);
			try {
				const result = await next(args);
				own.learn(operation, result.output);
				heard(operation);
				return result;
			} catch (error) {
				if (error instanceof Error && "$metadata" in error) heard(operation);
				throw error;
			}
		};
	};
}
