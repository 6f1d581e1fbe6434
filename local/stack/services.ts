import type { Acm } from "../acm/acm.ts";
import type { Caller, InvokeFunction } from "../aws/service.ts";
import type { CertificateAuthority } from "../ca/authority.ts";
import type { CloudFront } from "../cloudfront/cloudfront.ts";
import type { Dynamodb } from "../dynamodb/dynamodb.ts";
import type { Events } from "../events/events.ts";
import type { AsyncSettings } from "../events/targets.ts";
import type { Iam } from "../iam/iam.ts";
import type { Lambda } from "../lambda/lambda.ts";
import type { Route53 } from "../route53/route53.ts";
import type { S3 } from "../s3/s3.ts";
import type { Secrets } from "../secrets.ts";
import type { Sqs } from "../sqs/sqs.ts";
import type { States } from "../states/states.ts";

/** The services of an account in which a stack's resources are made. */
export interface StackServices {
	caller: Caller;
	authority: CertificateAuthority;
	acm: Acm;
	cloudFront: CloudFront;
	/** How functions take asynchronous invocations, by function name. */
	asyncSettings: Map<string, AsyncSettings>;
	/** How queues, rules, state machines and stacks invoke functions. */
	deliver: InvokeFunction;
	dynamodb: Dynamodb;
	events: Events;
	iam: Iam;
	lambda: Lambda;
	route53: Route53;
	s3: S3;
	secrets: Secrets;
	sqs: Sqs;
	states: States;
}
