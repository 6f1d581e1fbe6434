import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACMClient } from "@aws-sdk/client-acm";
import {
	ChangeSetNotFoundException,
	CloudFormationClient,
	CloudFormationServiceException,
	CreateChangeSetCommand,
	DeleteChangeSetCommand,
	DeleteStackCommand,
	DescribeChangeSetCommand,
	DescribeStackEventsCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	type Stack,
	type StackEvent,
} from "@aws-sdk/client-cloudformation";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import {
	DescribeTableCommand,
	DynamoDBClient,
	QueryCommand,
	ResourceNotFoundException,
	UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
	GetContactReachabilityStatusCommand,
	GetDomainDetailCommand,
	Route53DomainsClient,
} from "@aws-sdk/client-route-53-domains";
import { S3Client } from "@aws-sdk/client-s3";
import {
	DescribeSecretCommand,
	ResourceNotFoundException as SecretNotFound,
	SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { aTerminal } from "../a-terminal.ts";

export const accountIds = { registrar: "111111111111", nonprod: "222222222222", prod: "333333333333" };
export const domains = { nonprod: "app.nonprod.example.com", prod: "app.example.com" };
const stages = ["nonprod", "prod"] as const;
/** Nobody listens there: all that is asked of AWS is answered by mocks. */
const aws = "http://127.0.0.1:1";

export const noStack = new CloudFormationServiceException({
	...{ name: "ValidationError", $fault: "client", $metadata: {}, message: "Stack does not exist" },
});
const noChangeSet = new ChangeSetNotFoundException({ $metadata: {}, message: "no change set" });

/** What DescribeStacks answers of a stack. */
export const aStack = (
	StackStatus: Stack["StackStatus"],
	outputs: Record<string, string> = {},
	parameters: Record<string, string> = {},
) => ({
	Stacks: [
		{
			...{ StackName: "a", CreationTime: new Date(0), StackStatus },
			Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
			Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
				ParameterKey,
				ParameterValue,
			})),
		},
	],
});

export const anEvent = (EventId: string, more: Partial<StackEvent>): StackEvent => ({
	...{ StackId: "s", StackName: "a", EventId, Timestamp: new Date(), ResourceType: "AWS::SQS::Queue" },
	...more,
});

/** A world of several accounts that is not there, in a directory of its own, and a terminal in it. */
export function aLandscape() {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-landscape-"));
	const folder = join(directory, ".hostmaster");
	const mocks = {
		...{ cloudformation: mockClient(CloudFormationClient), s3: mockClient(S3Client), sts: mockClient(STSClient) },
		...{ route53: mockClient(Route53Client), dynamodb: mockClient(DynamoDBClient), acm: mockClient(ACMClient) },
		cloudFront: mockClient(CloudFrontClient),
		...{ registrations: mockClient(Route53DomainsClient), secrets: mockClient(SecretsManagerClient) },
	};

	const { cloudformation } = mocks;
	/** Of the operation that was begun last. */
	const lastToken = () => {
		const begun = [
			...cloudformation.commandCalls(ExecuteChangeSetCommand),
			...cloudformation.commandCalls(DeleteStackCommand),
		];
		return begun.at(-1)?.args[0].input.ClientRequestToken;
	};
	/** What is told of a stack (of any unless it is named), the oldest first: of the operation that was begun last, which then comes to its end. */
	const happens = (which: { StackName?: string }, ...events: StackEvent[]) =>
		cloudformation.on(DescribeStackEventsCommand, which).callsFake(({ StackName }) => {
			const end = { StackName, LogicalResourceId: StackName, ResourceStatus: "UPDATE_COMPLETE" as const };
			const ended = anEvent("end", { ...end, ResourceType: "AWS::CloudFormation::Stack" });
			const ClientRequestToken = lastToken();
			return { StackEvents: [ended, ...events.toReversed()].map((event) => ({ ClientRequestToken, ...event })) };
		});

	return {
		...mocks,
		...{ directory, happens },
		/** As it is written: with these values of the environments' parameters, and without an environment. */
		write({ parameters = {}, api = "http://127.0.0.1:1", without = "" } = {}) {
			mkdirSync(folder, { recursive: true });
			const environments = Object.fromEntries(
				stages
					.filter((stage) => stage !== without)
					.map((stage) => {
						const endpoints = join(folder, stage, "endpoints.json");
						mkdirSync(join(folder, stage), { recursive: true });
						const values = { PlatformDomain: domains[stage], DelegationRole: "", ...parameters };
						const demoOrigin = { host: "localhost", port: 1 };
						writeFileSync(endpoints, JSON.stringify({ api, token: "token", demoOrigin, parameters: values }));
						return [stage, { accountId: accountIds[stage], aws, platformDomain: domains[stage], endpoints }];
					}),
			);
			const registrar = { accountId: accountIds.registrar, aws };
			const resolvers = [{ host: "127.0.0.1", port: 1 }];
			const world = { pid: 1, resolvers, apexDomain: "example.com", registrar, environments };
			writeFileSync(join(folder, "world.json"), JSON.stringify(world));
		},
		/** Empty accounts, whose keys say whose they are, and which take every change set. */
		reset() {
			for (const mock of Object.values(mocks)) mock.reset();
			mocks.sts.on(GetCallerIdentityCommand).callsFake(async (_, client: () => STSClient) => {
				const { accessKeyId } = await client().config.credentials();
				return { Account: accessKeyId.replace("LOCAL", ""), Arn: `arn:aws:iam::${accessKeyId}:root` };
			});
			cloudformation.on(DescribeStacksCommand).rejects(noStack);
			happens({});
			cloudformation.on(DeleteChangeSetCommand).rejects(noChangeSet);
			cloudformation.on(CreateChangeSetCommand).resolves({});
			cloudformation.on(DescribeChangeSetCommand).resolves({ Status: "CREATE_COMPLETE", Changes: [] });
			cloudformation.on(ExecuteChangeSetCommand).resolves({});
			mocks.route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones: [], IsTruncated: false, MaxItems: 10 });
			mocks.dynamodb.on(QueryCommand).resolves({ Items: [] });
			mocks.dynamodb.on(UpdateItemCommand).resolves({});
			const missing = { $metadata: {}, message: "There is none." };
			mocks.dynamodb.on(DescribeTableCommand).rejects(new ResourceNotFoundException(missing));
			mocks.secrets.on(DescribeSecretCommand).rejects(new SecretNotFound(missing));
			const ExpirationDate = new Date(Date.now() + 300 * 86_400_000);
			const inOrder = { AutoRenew: true, StatusList: ["clientTransferProhibited"], ExpirationDate };
			mocks.registrations.on(GetDomainDetailCommand).resolves(inOrder);
			mocks.registrations.on(GetContactReachabilityStatusCommand).resolves({ status: "DONE" });
		},
		/** Types a command; `lateMs`: the command's clock is behind the world's by so much. */
		type: (line: string, { env = {}, lateMs = 0 } = {}) =>
			aTerminal({ directory, env, now: () => Date.now() - lateMs }).type(line),
		close() {
			for (const mock of Object.values(mocks)) mock.restore();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
