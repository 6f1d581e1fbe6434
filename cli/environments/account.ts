import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Route53Client } from "@aws-sdk/client-route-53";
import { Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";
import { CommandFailed, exits } from "../failures.ts";

/** Where an account is reached, and as whom; the shell's own credentials unless a profile is named. */
export interface AccountAccess {
	profile?: string | undefined;
	/** An embedded cloud's address, with the key that names the account. */
	local?: { endpoint: string; accountId: string } | undefined;
}

/** The clients of one account. Everything of ours is in us-east-1 (the viewer certificate and the edge function must be there). */
export interface Account {
	cloudformation: CloudFormationClient;
	s3: S3Client;
	sts: STSClient;
	route53: Route53Client;
	domains: Route53DomainsClient;
	dynamodb: DynamoDBClient;
	acm: ACMClient;
	cloudFront: CloudFrontClient;
	secrets: SecretsManagerClient;
	/** How long to wait between two looks at a slow service. */
	pollMs: number;
}

export function accountOf({ profile, local }: AccountAccess): Account {
	const shared = {
		region: "us-east-1",
		...(local && {
			endpoint: local.endpoint,
			credentials: { accessKeyId: `LOCAL${local.accountId}`, secretAccessKey: "local" },
		}),
		...(profile !== undefined && { credentials: fromIni({ profile }) }),
	};
	return {
		cloudformation: new CloudFormationClient(shared),
		s3: new S3Client({ ...shared, forcePathStyle: local !== undefined }),
		sts: new STSClient(shared),
		route53: new Route53Client(shared),
		domains: new Route53DomainsClient(shared),
		dynamodb: new DynamoDBClient(shared),
		acm: new ACMClient(shared),
		cloudFront: new CloudFrontClient(shared),
		secrets: new SecretsManagerClient(shared),
		pollMs: local ? 200 : 5_000,
	};
}

/** Refuses to act in another account than `accountId`: a stage's stack in the wrong one is the costliest slip of all. Throws CommandFailed. */
export async function requireAccount({ sts }: Account, accountId: string, what: string): Promise<string> {
	const found = await sts.send(new GetCallerIdentityCommand({})).catch((cause: unknown) => {
		const detail = cause instanceof Error ? cause.message : String(cause);
		const fix = `Log in to account ${accountId} (${what}): set AWS_PROFILE, or give --profile.`;
		throw new CommandFailed(
			exits.unasked,
			{ title: `No AWS credentials that work for ${what}.`, detail, fix },
			{ cause },
		);
	});
	if (found.Account === accountId) return `${accountId}, as ${found.Arn ?? "an unnamed identity"}`;
	throw new CommandFailed(exits.refused, {
		title: `These credentials are for account ${found.Account ?? "(unknown)"}, and ${what} belongs to ${accountId}.`,
		fix: "Give the profile of the right account, or correct AccountId in infra/stages.yml. Nothing was changed.",
	});
}
